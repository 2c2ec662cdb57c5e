"""Direct delivery of mail, closed for tenants that are not approved: objects for three engines.

A NetworkPolicy cannot close a port: policies of tenants add up, and one of ours would open all that
it names beside theirs. So this takes objects of the whole cluster that can deny. They only deny or
pass on, never allow: what a tenant's own policies close stays closed.

Only port 25 is closed, at which mail servers take mail from each other (RFC 5321). The ports of
submission (465, 587) are how ordinary programs hand their mail to a server elsewhere, which the
contract leaves to them. Traffic between pods passes: a relay in the cluster is one of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aup.api.meta import MANAGED_LABELS, TENANT_LABEL
from aup.api.sections.choice import Enforcement, Permission
from aup.facts.routing.local_policies import CALICO_PODS
from aup.facts.routing.passages import DELIVERY_PORT
from aup.policy.terms import Terms

RULE: Final = "mail/direct-smtp"
"""Whose enforcement decides."""
PREFIX: Final = "aup-mail"
PURPOSE_LABELS: Final[Mapping[str, str]] = {
    **MANAGED_LABELS,
    "app.kubernetes.io/component": "mail-egress",
}
"""On each of the objects, so that those that nobody needs any more are found."""

ANYWHERE: Final = ("0.0.0.0/0", "::/0")
LOWEST_PRIORITY: Final = 1000
"""Of the tier Admin: what is passed on here skips no policy that the provider has there."""
TIER_ORDER: Final = 900
"""Before Calico's tiers of administrators (1000) and of tenants (1,000,000)."""

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Closing:
    """Whom one policy keeps from delivering mail."""

    policy: str
    relays: tuple[str, ...]
    """CIDRs that stay open."""
    tenants: tuple[str, ...]


def closings(terms: Iterable[Terms]) -> tuple[Closing, ...]:
    """Return what has to be closed, for each policy by its name."""
    found: defaultdict[str, list[Terms]] = defaultdict(list)
    for one in terms:
        if is_closed(one):
            found[one.policy.name].append(one)
    return tuple(
        Closing(
            policy=name,
            relays=held[0].mail.relays.cidrs,
            tenants=tuple(sorted(one.tenant for one in held)),
        )
        for name, held in sorted(found.items())
    )


def is_closed(terms: Terms) -> bool:
    """Tell whether a tenant may not deliver mail, and is held to it by now.

    Nothing is closed while nobody knows how to leave the relay open that tenants are told to use.
    """
    mail = terms.mail
    return (
        terms.enforcing
        and terms.mode(RULE) is Enforcement.DENY
        and mail.direct is Permission.FORBIDDEN
        and DELIVERY_PORT in mail.ports
        and (bool(mail.relays) or not mail.relay)
    )


def cluster_network_policy(closing: Closing) -> tuple[Manifest, ...]:
    """Return the ClusterNetworkPolicy of the network policy API."""
    ports = [{"tcp": {"destinationPort": {"number": DELIVERY_PORT}}}]

    def rule(name: str, action: str, to: list[Manifest]) -> Manifest:
        return {"name": name, "action": action, "to": to, "protocols": ports}

    # Networks meet traffic between pods, too, so that is passed on first.
    rules = [rule("pods", "Pass", [{"namespaces": {}}])]
    if closing.relays:
        rules.append(rule("relay", "Pass", [{"networks": list(closing.relays)}]))
    rules.append(rule("delivery", "Deny", [{"networks": list(ANYWHERE)}]))
    tenants = {"key": TENANT_LABEL, "operator": "In", "values": list(closing.tenants)}
    spec = {
        "tier": "Admin",
        "priority": LOWEST_PRIORITY,
        "subject": {"namespaces": {"matchExpressions": [tenants]}},
        "egress": rules,
    }
    head = ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy")
    return (_manifest(*head, f"{PREFIX}-{closing.policy}", spec),)


def cilium_policy(closing: Closing) -> tuple[Manifest, ...]:
    """Return the CiliumClusterwideNetworkPolicy; its CIDRs do not meet traffic between pods."""
    tenants = {
        "key": f"k8s:io.cilium.k8s.namespace.labels.{TENANT_LABEL}",
        "operator": "In",
        "values": list(closing.tenants),
    }
    targets = []
    for cidr in ANYWHERE:
        relays = [relay for relay in closing.relays if (":" in relay) == (":" in cidr)]
        targets.append({"cidr": cidr, **({"except": relays} if relays else {})})
    spec = {
        "endpointSelector": {"matchExpressions": [tenants]},
        # Without it, a pod without policies of its own would lose all else that it may reach.
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "egressDeny": [
            {
                "toCIDRSet": targets,
                "toPorts": [{"ports": [{"port": str(DELIVERY_PORT), "protocol": "TCP"}]}],
            }
        ],
    }
    head = ("cilium.io/v2", "CiliumClusterwideNetworkPolicy")
    return (_manifest(*head, f"{PREFIX}-{closing.policy}", spec),)


def calico_policies(closing: Closing) -> tuple[Manifest, ...]:
    """Return Calico's Tier, in which nothing is denied by default, and the GlobalNetworkPolicy."""
    api = "projectcalico.org/v3"
    smtp = {"ports": [DELIVERY_PORT]}
    pods = f"{CALICO_PODS} == 'k8s'"
    names = ", ".join(f"'{tenant}'" for tenant in closing.tenants)
    relay = {"nets": list(closing.relays), **smtp}
    spec = {
        "tier": PREFIX,
        "order": 0,
        "namespaceSelector": f"{TENANT_LABEL} in {{ {names} }}",
        "types": ["Egress"],
        "egress": [
            # Without the label it would pass whatever networks a NetworkSet of a tenant's holds.
            {"action": "Pass", "destination": {"namespaceSelector": "all()", "selector": pods}},
            *([{"action": "Pass", "protocol": "TCP", "destination": relay}] * bool(closing.relays)),
            {"action": "Deny", "protocol": "TCP", "destination": smtp},
            {"action": "Pass"},
        ],
    }
    return (
        _manifest(api, "Tier", PREFIX, {"order": TIER_ORDER}),
        _manifest(api, "GlobalNetworkPolicy", f"{PREFIX}.{closing.policy}", spec),
    )


Render = Callable[[Closing], tuple[Manifest, ...]]


def _manifest(api_version: str, kind: str, name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "labels": dict(PURPOSE_LABELS)},
        "spec": spec,
    }
