"""Network: a Service of type ExternalName leads to the internet, or to the tenant's own Services.

network/external-name
    Fields read   Service spec.externalName, where spec.type is ExternalName; names in an
                  EndpointSlice of type FQDN; in backends of Envoy Gateway, kgateway, agentgateway,
                  Gloo, Emissary (service), Skipper and APISIX names, sockets (unix.path,
                  pipe.path), and what makes an open proxy of them (type DynamicResolver or dynamic,
                  dynamicForwardProxy)
    Allowed       names of the internet; Services of the tenant's own namespaces; its assigned
                  addresses and those that the provider lets Services point to; with
                  `network.externalNames` Allowed any name, with Forbidden none
    Serves        "no unauthorised access to, or monitoring of, systems, networks or data"
                  (asergo/1.2): the platform's proxies follow such a name from where they stand,
                  past the network policies of whoever it leads to
"""

from collections.abc import Iterator
from typing import Final

from aup.api.sections.network import ExternalNames
from aup.facts.model import Exposure, ExternalName, IPAddress
from aup.policy.addresses import AddressSet
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.hostname import is_verified
from aup.rules.paths import unindexed
from aup.text import join

INTERNAL: Final = AddressSet.of(
    [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "::/96", "64:ff9b::/96"),
        *("2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"),
    ]
)
"""Addresses that mean something else to each machine, or that hold an IPv4 address."""

_PLATFORM: Final = "default"
"""Namespace of the API server's own Service, whoever else it may belong to."""


def external_name(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each name that leads where the tenant has no business."""
    if terms.external_names is ExternalNames.ALLOWED:
        return
    for found in exposure.external_names:
        if detail := _wrong(found, exposure.namespace, terms):
            yield Violation(
                path=found.path,
                value=found.text,
                detail=detail,
                remedy=_remedy(terms),
                key=(unindexed(found.path), found.name or found.text),
                address=found.addresses[0] if found.addresses and not found.name else None,
                hostname=found.name,
            )


def _wrong(found: ExternalName, namespace: str, terms: NetworkTerms) -> str:
    """Say where a name leads that it may not; empty when it may."""
    if terms.external_names is ExternalNames.FORBIDDEN:
        return "leads out of the cluster, which Services may not do here"
    if found.problem:
        return found.problem
    if not found.name:
        own = all(a in terms.addresses or a in terms.allowed_endpoints for a in found.addresses)
        return "" if own else f"is the address {join([str(a) for a in found.addresses])}, no name"
    return _inside(found, namespace, terms)


def _inside(found: ExternalName, namespace: str, terms: NetworkTerms) -> str:
    """Say where inside the cluster, or on the node, a name leads; empty when nowhere."""
    if found.service is not None and not _is_open(found, namespace, terms):
        return f"is a name in the cluster's own domain, and not of a Service of {terms.tenant}"
    if found.service is not None and not found.guessed:
        return ""
    if inside := [a for a in found.addresses if is_internal(a, terms)]:
        return f"leads to {inside[0]}, which is no address of the internet"
    return "" if is_verified(found.name, terms) else found.internal


def _is_open(found: ExternalName, namespace: str, terms: NetworkTerms) -> bool:
    """Tell whether a Service may be led to: one's own, or one that nobody knows from here."""
    service = found.service
    if service is None or service.text == namespace or service.owner == terms.tenant:
        return True
    if not service.text or service.text in {*terms.platform_namespaces, _PLATFORM}:
        return False
    # A name that only looks like a Service's is one when its namespace is somebody's.
    return service.owner is None if found.guessed else not service.known


def is_internal(address: IPAddress, terms: NetworkTerms) -> bool:
    """Tell whether an address, not the tenant's, lies in the cluster or not on the internet."""
    if address in terms.addresses or address in terms.allowed_endpoints:
        return False
    return address in terms.cluster or address in INTERNAL


def _remedy(terms: NetworkTerms) -> str:
    """Say what may be named."""
    if terms.external_names is ExternalNames.FORBIDDEN:
        return f"let programs use the name itself, or ask {terms.contact}"
    return f"name a Service of {terms.tenant} or a host on the internet, or ask {terms.contact}"


RULE = Rule(
    id="network/external-name",
    title="Services lead to the internet or to the tenant's own",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=external_name,
    blind=(
        "Where a name of the internet leads: whoever owns it can point it at an internal "
        "address, so proxies should be kept from following such Services, or behind a network "
        "policy. What controllers and proxies of the platform fetch by a URL (keys of those who "
        "log in, extensions), what filters and scripts in them do, where a mesh sends what "
        "arrives at a gateway (VirtualService), and Services that a backend selects by labels. "
        "Without a cluster, whose a namespace is that no Tenant in the bundle names."
    ),
)
