"""Network: an address is shared with one's own Services alone.

network/sharing
    Fields read   annotations by which Services share an address: MetalLB's, PureLB's and AKO's key,
                  Cilium's list of namespaces in both spellings, Harvester's first Service
    Allowed       a key within one's own namespaces; the tenant's other namespaces
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): who shares an
                  address answers under it
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, NamespaceReference
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.paths import unindexed


def sharing(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each namespace of somebody else with which an address would be shared."""
    for claim in exposure.sharing:
        for reference in claim.with_namespaces:
            if not _is_own(reference, exposure, terms):
                yield Violation(
                    path=claim.path,
                    value=claim.text,
                    detail=_shared_with(reference, terms),
                    remedy=f"share it within {terms.tenant} only, or ask {terms.contact}",
                    key=(unindexed(claim.path), reference.text),
                )


def _is_own(reference: NamespaceReference, exposure: Exposure, terms: NetworkTerms) -> bool:
    """Tell whether a namespace is the tenant's, or whether that cannot be said from here."""
    if reference.everyone:
        return False
    if reference.text == exposure.namespace:
        return True
    return not reference.known or reference.owner == terms.tenant


def _shared_with(reference: NamespaceReference, terms: NetworkTerms) -> str:
    """Say with whom the address would be shared; whose a namespace is, is not told."""
    if reference.everyone:
        return "shares the address with every namespace"
    return f"shares the address with a namespace that is not {terms.tenant}'s"


RULE = Rule(
    id="network/sharing",
    title="An address is shared within one tenant only",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=sharing,
    blind=(
        "Two tenants that write the same key where one pool serves both (MetalLB, PureLB and AKO "
        "compare keys across namespaces): give each tenant a pool of its own. Without a cluster, "
        "whose a namespace is that no Tenant in the bundle names."
    ),
)
