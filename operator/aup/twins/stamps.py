"""What twins read of the stamps of a namespace, and how terms are written there for them.

Only what is refused right now is in the stamps: a rule whose mode is softer, whose enforcement has
not begun, or from which somebody is exempt in the namespace, is left to the webhook, which knows
more. So a twin never contradicts it.
"""

from collections.abc import Iterator
from typing import Final

from aup.api.sections.choice import Enforcement, Permission
from aup.api.sections.network import ExternalNames
from aup.facts.host_claims import service_names
from aup.policy.terms import ExemptionTerm, Terms

MAX_NETWORKS: Final = 1000
"""Networks of a tenant that twins compare; measured, see decision 0012."""
_HOSTNAME: Final = "network/hostname"
_TARGETED: Final = frozenset({"network/assigned-address", _HOSTNAME})
"""Rules whose exemptions may be limited to targets."""
MAX_HOSTNAMES: Final = 10_000
"""Hostnames of a tenant that twins look up."""
MAX_CHARACTERS: Final = 150_000
"""Of such a list: a Namespace has room for 256 KiB of annotations, whoever wrote them."""
OVERFLOW: Final = "overflow"
"""Stands for what a tenant has more of than twins compare."""


def held(terms: Terms, namespace: str, rules: frozenset[str]) -> str:
    """Return the rules that twins hold in a namespace, each with its clause: ``host/port=6.2``.

    Args:
        terms: what the tenant is held to.
        namespace: where.
        rules: ids of all rules that have a twin.

    """
    if not terms.enforcing:
        return ""
    exempt = {
        rule
        for exemption in _here(terms, namespace)
        for rule in exemption.rules
        if not _is_told(exemption, rule)
    }
    return ",".join(
        f"{rule}={terms.clauses.get(rule, '')}"
        for rule in sorted(rules - exempt)
        if terms.mode(rule) is Enforcement.DENY
    )


def allowances(terms: Terms, namespace: str) -> str:
    """Return what terms allow beyond the usual, as twins read it: ``capability:NET_ADMIN``."""
    services = (f"service:{end}" for end in service_names(namespace))
    return ",".join(sorted({*_allowances(terms), *_exempted(terms, namespace), *services}))


def _here(terms: Terms, namespace: str) -> Iterator[ExemptionTerm]:
    """Yield the exemptions that count in a namespace."""
    for exemption in terms.exemptions:
        if not exemption.namespaces or namespace in exemption.namespaces:
            yield exemption


def _is_told(exemption: ExemptionTerm, rule: str) -> bool:
    """Tell whether an exemption is about addresses and names only, which twins can be told."""
    return rule in _TARGETED and exemption.targets is not None and not exemption.images


def _exempted(terms: Terms, namespace: str) -> Iterator[str]:
    """Yield the addresses and names that exemptions open."""
    for exemption in _here(terms, namespace):
        for rule in _TARGETED & exemption.rules:
            if not _is_told(exemption, rule) or exemption.targets is None:
                continue
            if rule == _HOSTNAME:
                # As a tenant's own domains are written; without the dot it is no other name's.
                yield from (f"hostname:{name.removeprefix('*')}" for name in exemption.hostnames)
            else:
                yield from (f"address:{cidr}" for cidr in exemption.targets.cidrs)


def _allowances(terms: Terms) -> Iterator[str]:
    """Yield each allowance of the terms; one that holds a comma cannot be written."""
    network, host = terms.network, terms.host
    named = (
        ("class", network.classes),
        ("capability", host.capabilities),
        ("hostpath", host.host_paths),
        ("sysctl", host.sysctls),
        ("endpoints", network.allowed_endpoints.cidrs),
        ("writer", network.platform_writers),
        ("services", network.services.cidrs),
        ("id", network.resource_ids),
        ("pool", network.pools),
        ("note", network.known_annotations),
    )
    for kind, names in named:
        yield from (f"{kind}:{name}" for name in names if "," not in name)
    switches = (
        ("hostports", host.host_ports is Permission.ALLOWED),
        ("nodeports", network.node_ports is Permission.ALLOWED),
        ("balancernodeports", network.load_balancer_node_ports is Permission.ALLOWED),
        ("catchall", network.catch_all is Permission.ALLOWED),
        ("externalnames", network.external_names is ExternalNames.ALLOWED),
        ("noexternalnames", network.external_names is ExternalNames.FORBIDDEN),
        ("dropnetraw", host.require_drop_net_raw),
    )
    yield from (name for name, on in switches if on)
