"""Network: a tenant answers under its own addresses and sends traffic to its own pods.

network/assigned-address
    Fields read   Service spec.externalIPs, spec.loadBalancerIP, MetalLB's loadBalancerIPs
                  annotations; Gateway spec.addresses and the same annotations, on itself and in
                  spec.infrastructure; status addresses of Service, Ingress and Gateway;
                  endpoints of EndpointSlice and Endpoints
    Allowed       addresses assigned to the tenant now; names of addresses in its resourceIDs;
                  as endpoints also its own running pods and what the provider lists
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2)

What a load balancer writes into a status, and the endpoint controllers into slices, is believed
of the platform alone. A spec or an annotation is never believed: whoever writes it, the claim is
the same, and controllers copy what tenants wrote.
"""

from collections.abc import Iterator

from aup.api.sections.network import EndpointTargets
from aup.facts.model import AddressClaim, EndpointTarget, Exposure, IPAddress
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_judged, is_platform
from aup.rules.paths import unindexed
from aup.text import join


def assigned_address(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each address that is claimed, or given traffic, and is not the tenant's to use."""
    trusted = is_platform(exposure.writer, terms)
    for claim in exposure.addresses:
        if is_judged(claim.source, exposure, trusted=trusted) and not _is_assigned(claim, terms):
            yield Violation(
                path=claim.path,
                value=claim.text,
                detail=claim.problem or _not_assigned(claim, terms),
                remedy=_use_own_address(terms, claim),
                key=_key(claim.path, claim.address, claim.text),
                address=claim.address,
            )
    if trusted or terms.endpoint_targets is EndpointTargets.ANY:
        return
    for target in exposure.endpoints:
        if not _is_own_target(target, terms):
            yield Violation(
                path=target.path,
                value=target.text,
                detail=target.problem or _not_own(target, terms),
                remedy=_send_to_own_pods(terms),
                key=_key(target.path, target.address, target.text),
                address=target.address,
            )


def _is_assigned(claim: AddressClaim, terms: NetworkTerms) -> bool:
    """Tell whether an address is the tenant's, an opaque one by its name."""
    if claim.problem:
        return False
    if claim.address is None:
        return claim.text in terms.resource_ids
    return claim.address in terms.addresses


def _is_own_target(target: EndpointTarget, terms: NetworkTerms) -> bool:
    """Tell whether traffic may go to an address, or whether that cannot be said from here."""
    if target.problem or target.address is None:
        return False
    if target.address in terms.addresses or target.address in terms.allowed_endpoints:
        return True
    if target.ownership_known:
        return target.owner == terms.tenant
    # Off the cluster a pod's address is nobody's yet; without the pods' range any may be one.
    return target.address in terms.pods or not terms.pods


def _not_assigned(claim: AddressClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with an address that can be read."""
    if claim.address is None:
        return f"names an address that is not assigned to {terms.tenant}"
    return f"{_read_as(claim.text, claim.address)}is not assigned to {terms.tenant}"


def _not_own(target: EndpointTarget, terms: NetworkTerms) -> str:
    """Say what is wrong with an endpoint that can be read."""
    read_as = _read_as(target.text, target.address)
    return f"{read_as}is neither a running pod of {terms.tenant} nor assigned to it"


def _read_as(text: str, address: IPAddress | None) -> str:
    """Return ``is 203.0.113.9, which `` where an IPv4 address was written as an IPv6 one."""
    if address is None or address.version != 4 or ":" not in text:
        return ""
    return f"is {address}, which "


def _use_own_address(terms: NetworkTerms, claim: AddressClaim) -> str:
    """Say which addresses may be used, or how to get one."""
    article = "a plain" if claim.problem else "an"
    named = (
        f"{join(sorted(terms.resource_ids))}, or " if claim.opaque and terms.resource_ids else ""
    )
    if terms.addresses:
        return f"use {named}{article} address from {join(terms.addresses.cidrs)}"
    if named:
        return f"use {named}ask {terms.contact} for an address"
    return f"{terms.tenant} has no address: ask {terms.contact} for one"


def _send_to_own_pods(terms: NetworkTerms) -> str:
    """Say where traffic may go."""
    own = f"pods of {terms.tenant}"
    if terms.addresses:
        own += f", to an address from {join(terms.addresses.cidrs)}"
    return f"send traffic to {own}, or ask {terms.contact} to allow this destination"


def _key(path: str, address: IPAddress | None, text: str) -> tuple[str, str]:
    """Return what an address stays known by when lists are reordered or it is spelt anew."""
    return unindexed(path), str(address) if address is not None else text


RULE = Rule(
    id="network/assigned-address",
    title="Only addresses that the provider assigned are used",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=assigned_address,
    blind=(
        "Annotations of load-balancer controllers other than MetalLB, pools and address "
        "sharing; CNI and egress resources; names in an EndpointSlice of type FQDN; addresses "
        "that a program binds without telling Kubernetes. A pod that has just gone, or whose "
        "address the operator has not heard of yet, is not known as the tenant's. Without a "
        "cluster, endpoints in the range of pods are not judged."
    ),
)
