"""Network: a tenant answers under its own addresses and names, and sends traffic to its own pods.

network/assigned-address
    Fields read   Service spec.externalIPs, spec.loadBalancerIP, MetalLB's loadBalancerIPs
                  annotations; Gateway spec.addresses and the same annotations, on itself and in
                  spec.infrastructure; status addresses of Service, Ingress and Gateway;
                  endpoints of EndpointSlice and Endpoints
    Allowed       addresses assigned to the tenant now; names of addresses in its resourceIDs;
                  as endpoints also its own running pods and what the provider lists
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2)

network/hostname
    Fields read   Ingress spec.rules, spec.tls, spec.defaultBackend; Gateway listeners and
                  addresses of type Hostname; status hostnames of Service, Ingress and Gateway
    Allowed       verified domains, the names below them where subdomains are included, and
                  wildcards below those; no name at all only where the terms allow catch-alls
    Serves        "accurate domain registration", "no phishing, spoofing" (asergo/6.1, 1.4)

What a load balancer writes into a status, and the endpoint controllers into slices, is believed
of the platform alone. A spec or an annotation is never believed: whoever writes it, the claim is
the same, and controllers copy what tenants wrote.
"""

import re
from collections.abc import Iterator

from aup.api.policy import EndpointTargets, Permission
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    EndpointTarget,
    Exposure,
    HostnameClaim,
    IPAddress,
    Writer,
)
from aup.policy.terms import Domain, NetworkTerms
from aup.rules.base import Rule, Violation
from aup.text import join

CONTROL_PLANE = frozenset(
    {
        "system:apiserver",
        "system:cloud-controller-manager",
        "system:kube-controller-manager",
    }
)
"""Usernames of the control plane where its controllers do not use ServiceAccounts."""

NODES = "system:nodes"
"""Group of the kubelets."""

_SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):[^:]+")
_INDEX = re.compile(r"\[\d+\]")


def assigned_address(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each address that is claimed, or given traffic, and is not the tenant's to use."""
    trusted = _is_platform(exposure.writer, terms)
    for claim in exposure.addresses:
        if _is_judged(claim.source, exposure, trusted=trusted) and not _is_assigned(claim, terms):
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


def hostname(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each hostname that is claimed and not verified for the tenant."""
    trusted = _is_platform(exposure.writer, terms)
    for claim in exposure.hostnames:
        if _is_judged(claim.source, exposure, trusted=trusted) and not _is_verified(claim, terms):
            yield Violation(
                path=claim.path,
                value=claim.text,
                detail=claim.problem or _not_verified(claim, terms),
                remedy=_use_own_hostname(claim, terms),
                key=(_INDEX.sub("", claim.path), _whole(claim) or claim.text),
                hostname=_whole(claim),
            )


def _is_platform(writer: Writer | None, terms: NetworkTerms) -> bool:
    """Tell whether the request comes from the platform, by who it is authenticated as.

    Never by what the object says of itself: labels such as ``managed-by`` can be forged.
    """
    if writer is None:
        return False
    account = _SERVICE_ACCOUNT.fullmatch(writer.username)
    return (
        writer.username in CONTROL_PLANE
        or writer.username in terms.platform_writers
        or NODES in writer.groups
        or (account is not None and account[1] in terms.platform_namespaces)
    )


def _is_judged(source: ClaimSource, exposure: Exposure, *, trusted: bool) -> bool:
    """Tell whether a claim takes effect by this request and is not the platform's own word."""
    return source is not ClaimSource.STATUS or (exposure.writes_status and not trusted)


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


def _is_verified(claim: HostnameClaim, terms: NetworkTerms) -> bool:
    """Tell whether the tenant may answer for the names of a claim."""
    if claim.problem:
        return False
    if claim.catch_all:
        return terms.catch_all is Permission.ALLOWED
    return any(_covers(domain, claim) for domain in terms.domains)


def _covers(domain: Domain, claim: HostnameClaim) -> bool:
    """Tell whether every name of a claim is the domain's, comparing whole labels."""
    if claim.name == domain.name:
        # ``*.acme.example`` is about the names below, not about acme.example.
        return domain.include_subdomains or not claim.wildcard
    return domain.include_subdomains and claim.name.endswith(f".{domain.name}")


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


def _not_verified(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say what is wrong with a hostname that can be read."""
    if claim.catch_all:
        return "answers for every hostname" if _is_backend(claim) else "is open to every hostname"
    if claim.wildcard:
        return f"covers names that are not verified for {terms.tenant}"
    if not claim.text.isascii():
        return f"is {claim.name}, which is not verified for {terms.tenant}"
    return f"is not verified for {terms.tenant}"


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


def _is_backend(claim: HostnameClaim) -> bool:
    """Tell whether a catch-all is a field of its own, not one that lacks a name."""
    return claim.catch_all and claim.path.endswith("Backend")


def _use_own_hostname(claim: HostnameClaim, terms: NetworkTerms) -> str:
    """Say which names may be used, or how to have one verified."""
    if _is_backend(claim):
        return f"leave it out, and in a rule with a host {_own_hostnames(terms)}"
    return _own_hostnames(terms)


def _own_hostnames(terms: NetworkTerms) -> str:
    """Return the names that are the tenant's, as a remedy."""
    if not terms.domains:
        return f"ask {terms.contact} to verify the domain for {terms.tenant}"
    wide = [d.name for d in terms.domains if d.include_subdomains]
    exact = [d.name for d in terms.domains if not d.include_subdomains]
    at_most = 2 if wide and exact else 4
    names = [f"a name in {join(wide, at_most=at_most)}"] if wide else []
    names += [join(exact, at_most=at_most)] if exact else []
    return f"use {', or '.join(names)}, or ask {terms.contact} to verify another domain"


def _whole(claim: HostnameClaim) -> str:
    """Return a canonical hostname with its ``*.``; empty when there is none."""
    return f"*.{claim.name}" if claim.wildcard and claim.name else claim.name


def _key(path: str, address: IPAddress | None, text: str) -> tuple[str, str]:
    """Return what an address stays known by when lists are reordered or it is spelt anew."""
    return _INDEX.sub("", path), str(address) if address is not None else text


RULES = (
    Rule(
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
    ),
    Rule(
        id="network/hostname",
        title="Only verified hostnames are answered for",
        reads=Exposure,
        terms=lambda terms: terms.network,
        check=hostname,
        blind=(
            "Annotations that add names (server-alias, external-dns, snippets), HTTPRoutes and "
            "other routes, ExternalName Services, certificates, and routes of controllers with "
            "kinds of their own. Whether DNS points here is not looked up."
        ),
    ),
)
