"""Network: a tenant answers under its own addresses and sends traffic to its own pods.

network/assigned-address
    Fields read   Service spec.externalIPs, spec.loadBalancerIP, spec.clusterIPs; annotations of
                  load-balancer controllers on Service, Ingress and Gateway, and in Gateway
                  spec.infrastructure; Gateway spec.addresses and spec.infrastructure.parametersRef;
                  status addresses of Service, Ingress and Gateway; endpoints of EndpointSlice and
                  Endpoints, and of backends of Envoy Gateway, kgateway, agentgateway, Gloo,
                  Linkerd, Emissary, Skipper and APISIX; annotations of pods, pod templates and
                  Namespaces for the container network (Calico, Cilium, Antrea, Kube-OVN,
                  OVN-Kubernetes, Spiderpool, AWS, GKE and others) and Multus;
                  NetworkAttachmentDefinition; KubeVirt's networks and cloud-init network data;
                  parameters of network drivers in ResourceClaims; ServiceImport and Istio's
                  entries; AWS' TargetGroupBinding; certificates and certificate requests; kinds of
                  egress, announcements, pools and data planes (OVN-Kubernetes, Cilium, Calico,
                  Antrea, MetalLB, Kube-OVN and others)
    Allowed       addresses assigned to the tenant now; names of addresses, networks, load balancers
                  and target groups in its resourceIDs; inside the cluster those for Services; as
                  endpoints also its own running pods and what the provider lists; settings of the
                  platform's network only where `network.allowedAnnotations` lists them; networks of
                  its own namespaces, and others in its resourceIDs; CNI plugins and drivers that
                  `network.networkAttachmentTypes` and `network.networkDrivers` offer; egress under
                  own addresses, of own namespaces alone
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2)

What a load balancer writes into a status, and the endpoint controllers into slices, is believed
of the platform alone. A spec or an annotation is never believed: whoever writes it, the claim is
the same, and controllers copy what tenants wrote.
"""

from collections.abc import Iterator

from aup.api.sections.network import EndpointTargets
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    ClusterAddress,
    EndpointTarget,
    Exposure,
    IPAddress,
    Reach,
)
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.captures import attachments, captures
from aup.rules.network.external_name import is_internal
from aup.rules.network.platform import is_judged, is_platform, is_read
from aup.rules.network.settings import plugins, settings
from aup.rules.paths import unindexed
from aup.text import join


def assigned_address(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each address that is claimed, or given traffic, and is not the tenant's to use."""
    trusted = is_platform(exposure.writer, terms)
    for claim in exposure.addresses:
        judged = is_judged(claim.source, exposure, trusted=trusted) and is_read(claim.prefix, terms)
        if judged and not _is_assigned(claim, terms):
            yield _unassigned(claim, terms)
    for address in exposure.cluster_addresses:
        if not _is_in_cluster(address, terms):
            yield _outside(address, terms)
    yield from settings(exposure, terms, Reach.ROUTING, trusted=trusted)
    yield from captures(exposure, terms, Reach.ROUTING)
    yield from attachments(exposure, terms)
    yield from plugins(exposure, terms)
    if trusted or terms.endpoint_targets is EndpointTargets.ANY:
        return
    for target in exposure.endpoints:
        if not _is_own_target(target, terms):
            yield Violation(
                path=target.path,
                value=target.text,
                detail=target.problem or _not_own(target, terms),
                remedy=_send_to_own_pods(terms),
                key=_key(target.path, str(target.address or target.text)),
                address=target.address,
            )


def _is_assigned(claim: AddressClaim, terms: NetworkTerms) -> bool:
    """Tell whether all that is claimed is the tenant's, an opaque address by its name."""
    if claim.problem:
        return False
    if claim.networks:
        return all(terms.addresses.covers(network) for network in claim.networks)
    if claim.address is None:
        return claim.text in terms.resource_ids
    return claim.address in terms.addresses or (claim.inside and claim.address in terms.pods)


def _unassigned(claim: AddressClaim, terms: NetworkTerms) -> Violation:
    """Return the violation of an address that is not the tenant's, or that cannot be read."""
    canonical = " ".join(map(str, claim.networks)) or str(claim.address or claim.text)
    return Violation(
        path=claim.path,
        value=claim.text,
        detail=claim.problem or _not_assigned(claim, terms),
        remedy=_use_own_address(terms, claim),
        key=_key(claim.path, canonical),
        address=claim.address,
        networks=claim.networks,
        change=claim.source is ClaimSource.RECORD,
    )


def _is_in_cluster(claim: ClusterAddress, terms: NetworkTerms) -> bool:
    """Tell whether an address may be a Service's inside the cluster, as far as that is known."""
    if claim.problem or claim.address is None:
        return False
    version = claim.address.version
    known = any(network.version == version for network in terms.services.networks)
    return not known or claim.address in terms.services or claim.address in terms.addresses


def _outside(claim: ClusterAddress, terms: NetworkTerms) -> Violation:
    """Return the violation of an address that is none of the cluster's for Services."""
    return Violation(
        path=claim.path,
        value=claim.text,
        detail=claim.problem or "lies outside the cluster's addresses for Services",
        remedy=f"leave it out, and the cluster picks one, or ask {terms.contact}",
        key=_key(claim.path, str(claim.address or claim.text)),
        address=claim.address,
    )


def _is_own_target(target: EndpointTarget, terms: NetworkTerms) -> bool:
    """Tell whether traffic may go to an address, or whether that cannot be said from here."""
    if target.problem or target.address is None:
        return False
    if target.address in terms.addresses or target.address in terms.allowed_endpoints:
        return True
    if target.outward and not is_internal(target.address, terms):
        return True
    if target.ownership_known:
        return target.owner == terms.tenant
    # Off the cluster a pod's address is nobody's yet; without the pods' range any may be one.
    return target.address in terms.pods or not terms.pods


def _not_assigned(claim: AddressClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with an address that can be read."""
    if claim.networks:
        return f"{claim.reading or 'holds'} addresses that are not assigned to {terms.tenant}"
    if claim.reading:
        return f"{claim.reading} {claim.address}, which is not assigned to {terms.tenant}"
    return _read_as(claim.text, claim.address) + _standing(claim.address, terms)


def _standing(address: IPAddress | None, terms: NetworkTerms) -> str:
    """Say how an address stands to the tenant, whose it may have been or may become."""
    found = None if address is None else terms.idle_by_address.first(address)
    return f"is not assigned to {terms.tenant}" if found is None else terms.idle[found].words


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
    if claim.opaque:
        named = f"use {terms.offered.resource_ids}" if terms.resource_ids else "leave it out"
        return f"{named}, or ask {terms.contact} to assign it to {terms.tenant}"
    article = "a plain" if claim.problem else "an"
    trust = f", or ask {terms.contact} to trust this writer"
    trusted = trust if claim.source is ClaimSource.STATUS else ""
    if terms.addresses:
        return f"use {article} address from {join(terms.addresses.networks)}{trusted}"
    return f"{terms.tenant} has no address: ask {terms.contact} for one"


def _send_to_own_pods(terms: NetworkTerms) -> str:
    """Say where traffic may go."""
    own = f"pods of {terms.tenant}"
    if terms.addresses:
        own += f", to an address from {join(terms.addresses.networks)}"
    return f"send traffic to {own}, or ask {terms.contact} to allow this destination"


def _key(path: str, canonical: str) -> tuple[str, str]:
    """Return what an address stays known by when lists are reordered or it is spelt anew."""
    return unindexed(path), canonical


RULE = Rule(
    id="network/assigned-address",
    title="Only addresses that the provider assigned are used",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=assigned_address,
    blind=(
        "Annotations of load-balancer controllers that no table knows (network/unknown-annotation "
        "looks at those); addresses that a program binds, or a machine gives itself, without "
        "telling Kubernetes; network data in Secrets; networks of others that an overlay joins by "
        "having the same name in its configuration; labels of a Namespace by which pools and "
        "policies of the platform select it. Target groups that stood in a TargetGroupBinding "
        "before: its controller may have written them. A pod that has just gone, or whose address "
        "the operator has not heard of yet, is not known as the tenant's. Without a cluster, "
        "endpoints in the range of pods, and namespaces whose owner is not known, are not judged."
    ),
)
