"""Objects that close direct delivery of mail: whom to, and nothing else."""

from typing import Any

import pytest

from aup.api.sections.choice import Enforcement, Permission
from aup.isolation.mail_egress import (
    Closing,
    Render,
    calico_policies,
    cilium_policy,
    closings,
    cluster_network_policy,
)
from aup.policy.addresses import AddressSet
from aup.policy.terms import Terms
from support.neutral import TERMS
from support.replacing import replace

CLOSING = Closing("asergo", ("198.51.100.5/32", "2001:db8::5/128"), ("acme", "beta"))
PLAIN = Closing("asergo", (), ("acme",))


def held(tenant: str = "acme", policy: str = "asergo", **mail: Any) -> Terms:
    """Return the terms of a tenant that may not deliver mail."""
    return replace(
        TERMS,
        tenant=tenant,
        policy=replace(TERMS.policy, name=policy),
        mail=replace(TERMS.mail, tenant=tenant, **mail),
    )


def test_each_policy_closes_to_its_tenants() -> None:
    relays = ("198.51.100.5/32",)
    found = closings(
        (
            held("beta", "b", relay="relay.example", relays=AddressSet.of(relays)),
            held("gamma"),
            held("acme"),
            held("post", direct=Permission.ALLOWED),
        )
    )
    assert found == (
        Closing("asergo", (), ("acme", "gamma")),
        Closing("b", relays, ("beta",)),
    )


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param(held(direct=Permission.ALLOWED), id="approved"),
        pytest.param(held(relay="relay.example"), id="relay-at-an-address-that-nobody-knows"),
        pytest.param(held(ports=frozenset({587})), id="another-port-is-meant"),
        pytest.param(replace(held(), enforcing=False), id="notice-still-runs"),
        pytest.param(
            replace(held(), modes={"mail/direct-smtp": Enforcement.WARN}), id="only-warned"
        ),
        pytest.param(replace(held(), modes={"mail/direct-smtp": Enforcement.OFF}), id="not-judged"),
    ],
)
def test_nothing_is_closed(terms: Terms) -> None:
    assert closings((terms,)) == ()


@pytest.mark.parametrize("render", [cluster_network_policy, cilium_policy, calico_policies])
def test_no_engine_is_told_to_allow_anything(render: Render) -> None:
    """An object that allows would widen what a tenant's own policies leave open."""
    for manifest in (*render(CLOSING), *render(PLAIN)):
        spec = manifest["spec"]
        assert not {"ingress", "ingressDeny"} & spec.keys()
        actions = [rule.get("action") for rule in spec.get("egress", ())]
        assert set(actions) <= {"Pass", "Deny"}
        assert manifest["metadata"]["labels"]["aup.asergo.com/managed"] == "true"


def test_a_cluster_network_policy_passes_pods_and_the_relay_first() -> None:
    (found,) = cluster_network_policy(CLOSING)
    ports = [{"tcp": {"destinationPort": {"number": 25}}}]
    assert found["metadata"]["name"] == "aup-mail-asergo"
    assert found["spec"] == {
        "tier": "Admin",
        "priority": 1000,
        "subject": {
            "namespaces": {
                "matchExpressions": [
                    {"key": "aup.asergo.com/tenant", "operator": "In", "values": ["acme", "beta"]}
                ]
            }
        },
        "egress": [
            {"name": "pods", "action": "Pass", "to": [{"namespaces": {}}], "protocols": ports},
            {
                "name": "relay",
                "action": "Pass",
                "to": [{"networks": ["198.51.100.5/32", "2001:db8::5/128"]}],
                "protocols": ports,
            },
            {
                "name": "delivery",
                "action": "Deny",
                "to": [{"networks": ["0.0.0.0/0", "::/0"]}],
                "protocols": ports,
            },
        ],
    }
    (plain,) = cluster_network_policy(PLAIN)
    assert [rule["name"] for rule in plain["spec"]["egress"]] == ["pods", "delivery"]


def test_cilium_denies_without_denying_the_rest() -> None:
    (found,) = cilium_policy(CLOSING)
    spec = found["spec"]
    assert spec["enableDefaultDeny"] == {"ingress": False, "egress": False}
    assert spec["endpointSelector"]["matchExpressions"] == [
        {
            "key": "k8s:io.cilium.k8s.namespace.labels.aup.asergo.com/tenant",
            "operator": "In",
            "values": ["acme", "beta"],
        }
    ]
    assert spec["egressDeny"] == [
        {
            "toCIDRSet": [
                {"cidr": "0.0.0.0/0", "except": ["198.51.100.5/32"]},
                {"cidr": "::/0", "except": ["2001:db8::5/128"]},
            ],
            "toPorts": [{"ports": [{"port": "25", "protocol": "TCP"}]}],
        }
    ]
    (plain,) = cilium_policy(PLAIN)
    assert plain["spec"]["egressDeny"][0]["toCIDRSet"] == [{"cidr": "0.0.0.0/0"}, {"cidr": "::/0"}]


def test_calico_has_a_tier_of_its_own_that_ends_in_pass() -> None:
    """A tier that denies by default would close everything else."""
    tier, found = calico_policies(CLOSING)
    assert (tier["kind"], tier["metadata"]["name"]) == ("Tier", "aup-mail")
    assert found["metadata"]["name"] == "aup-mail.asergo"
    spec = found["spec"]
    assert spec["namespaceSelector"] == "aup.asergo.com/tenant in { 'acme', 'beta' }"
    assert spec["egress"] == [
        {
            "action": "Pass",
            "destination": {
                "namespaceSelector": "all()",
                "selector": "projectcalico.org/orchestrator == 'k8s'",
            },
        },
        {
            "action": "Pass",
            "protocol": "TCP",
            "destination": {"nets": ["198.51.100.5/32", "2001:db8::5/128"], "ports": [25]},
        },
        {"action": "Deny", "protocol": "TCP", "destination": {"ports": [25]}},
        {"action": "Pass"},
    ]
    _, plain = calico_policies(PLAIN)
    assert [rule["action"] for rule in plain["spec"]["egress"]] == ["Pass", "Deny", "Pass"]
