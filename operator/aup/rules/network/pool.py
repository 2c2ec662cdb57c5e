"""Network: addresses are drawn from the tenant's own pools.

network/pool
    Fields read   annotations that name a pool of addresses: of MetalLB, Calico, OpenELB, PureLB,
                  Antrea, LoxiLB, Kube-OVN, AKO, F5 and Citrix on Service, Ingress, Gateway and
                  Gateway spec.infrastructure; of container networks on pods and their templates
    Allowed       `Tenant.addressPools` and the policy's `network.addressPools`, by name or as the
                  network that is listed; a network all of which is assigned to the tenant
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2)
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, NamedClaim, Topic
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.paths import unindexed


def pool(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each pool that is named and is not the tenant's."""
    for claim in exposure.names:
        if claim.topic is Topic.POOL and not _is_own(claim, terms):
            yield Violation(
                path=claim.path,
                value=claim.text,
                detail=claim.problem or f"is a pool that is not open to {terms.tenant}",
                remedy=_use_own_pool(terms),
                key=(unindexed(claim.path), _canonical(claim)),
                networks=claim.networks,
            )


def _is_own(claim: NamedClaim, terms: NetworkTerms) -> bool:
    """Tell whether a pool is the tenant's: by its name, or as a network."""
    if claim.problem:
        return False
    if _canonical(claim) in terms.pools:
        return True
    own = terms.addresses
    return bool(claim.networks) and all(own.covers(network) for network in claim.networks)


def _canonical(claim: NamedClaim) -> str:
    """Return what a pool is known by, however its network is spelt."""
    return " ".join(map(str, claim.networks)) or claim.text


def _use_own_pool(terms: NetworkTerms) -> str:
    """Say which pools may be named."""
    use = f"use {terms.offered.pools}" if terms.pools else "leave it out"
    return f"{use}, or ask {terms.contact} for a pool"


RULE = Rule(
    id="network/pool",
    title="Addresses come from the tenant's own pools",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=pool,
    blind=(
        "Pools that a controller chooses by the labels of a Service or of its namespace; what "
        "lies in a pool that is named; a pool that stands open to all because the provider made "
        "it the default."
    ),
)
