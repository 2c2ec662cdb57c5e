"""network/assigned-address: networks, addresses of the cluster, and what stays the same finding."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from aup.engine.decision import Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    ClusterAddress,
    Exposure,
    Facts,
    Operation,
    Subject,
    Writer,
)
from aup.policy.addresses import AddressSet
from aup.rules.network.assigned_address import assigned_address
from support.corpus import as_json
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace
from support.world import NOW, Cluster, terms

TERMS = replace(
    NEUTRAL.network,
    addresses=AddressSet.of(["198.51.100.16/28", "2001:db8:a::/64"]),
    services=AddressSet.of(["192.0.2.128/26"]),
    platform_namespaces=frozenset({"kube-system"}),
)
OWN = "use an address from 198.51.100.16/28 or 2001:db8:a::/64"


def networks(*texts: str) -> AddressClaim:
    return AddressClaim(
        " ".join(texts), "p", ClaimSource.ANNOTATION, None, networks=tuple(map(ip_network, texts))
    )


def said(exposure: Exposure) -> list[str]:
    return [f"{v.path} {v.value} {v.detail}; {v.remedy}" for v in assigned_address(exposure, TERMS)]


@pytest.mark.parametrize(
    "claim",
    [
        networks("198.51.100.16/28"),
        networks("198.51.100.16/30", "198.51.100.24/29"),
        networks("2001:db8:a::/80"),
    ],
)
def test_a_network_is_the_tenants_when_all_of_it_is(claim: AddressClaim) -> None:
    assert said(Exposure("acme-prod", addresses=(claim,))) == []


@pytest.mark.parametrize(
    "claim",
    [
        networks("198.51.100.0/24"),
        networks("198.51.100.16/28", "198.51.100.32/32"),
        networks("2001:db8::/32"),
        networks("0.0.0.0/0"),
    ],
)
def test_a_network_that_reaches_beyond_is_not(claim: AddressClaim) -> None:
    assert said(Exposure("acme-prod", addresses=(claim,))) == [
        f"p {claim.text} holds addresses that are not assigned to acme; {OWN}"
    ]


def cluster(text: str, problem: str = "") -> ClusterAddress:
    address = None if problem else ip_address(text)
    return ClusterAddress(text, "spec.clusterIPs[0]", address, problem)


@pytest.mark.parametrize("text", ["192.0.2.128", "192.0.2.191", "198.51.100.17", "2001:db8:5::1"])
def test_inside_the_range_of_services_any_address_passes(text: str) -> None:
    """So does one of the tenant's, and one of a family of which no range is known."""
    assert said(Exposure("acme-prod", cluster_addresses=(cluster(text),))) == []


def test_outside_it_none_does() -> None:
    rest = "leave it out, and the cluster picks one, or ask abuse@asergo.example"
    exposure = Exposure(
        "acme-prod", cluster_addresses=(cluster("192.0.2.21"), cluster("x", "is not an IP address"))
    )
    assert said(exposure) == [
        "spec.clusterIPs[0] 192.0.2.21 lies outside the cluster's addresses for Services; " + rest,
        "spec.clusterIPs[0] x is not an IP address; " + rest,
    ]


def test_where_no_range_is_known_no_address_is_outside() -> None:
    exposure = Exposure("acme-prod", cluster_addresses=(cluster("203.0.113.9"),))
    assert list(assigned_address(exposure, replace(TERMS, services=AddressSet()))) == []


def record(writer: Writer | None) -> Exposure:
    claim = AddressClaim("lb-beta", "p", ClaimSource.RECORD, None, opaque=True)
    return Exposure("acme-prod", addresses=(claim,), writer=writer)


def test_a_note_is_believed_of_the_platform_and_of_what_stands() -> None:
    for writer in (None, Writer("system:serviceaccount:kube-system:ccm")):
        assert list(assigned_address(record(writer), TERMS)) == []
    (found,) = assigned_address(record(Writer("alice")), TERMS)
    assert found.change


ANNOTATION = "metadata.annotations"


def service(annotations: dict[str, str], **spec: Any) -> Facts:
    manifest = {"metadata": {"annotations": annotations}, "spec": spec}
    subject = Subject(
        "", "Service", "acme-prod", "web", operation=Operation.UPDATE, writer=Writer("alice")
    )
    return extract(as_json(manifest), subject, Cluster())


def outcomes(old: Facts, new: Facts) -> list[tuple[str, Outcome]]:
    decision = evaluate(new, terms("acme", NOW), old)
    return [(finding.violation.value, finding.outcome) for finding in decision.findings]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("203.0.113.9,198.51.100.17", "198.51.100.17, ::ffff:203.0.113.9"),
        ("2001:db8:b::9", "2001:0DB8:000b::0009,198.51.100.17"),
    ],
)
def test_a_list_may_be_reordered_and_respelt(before: str, after: str) -> None:
    key = "lbipam.cilium.io/ips"
    (found,) = outcomes(service({key: before}), service({key: after}))
    assert found[1] is Outcome.WARN


def test_what_comes_to_a_list_is_new() -> None:
    key = "metallb.io/loadBalancerIPs"
    assert outcomes(
        service({key: "203.0.113.9"}), service({key: "203.0.113.10,203.0.113.9,203.0.113.9"})
    ) == [
        ("203.0.113.10", Outcome.DENY),
        ("203.0.113.9", Outcome.WARN),
        ("203.0.113.9", Outcome.DENY),
    ]


def test_the_same_address_under_another_key_is_new() -> None:
    assert outcomes(
        service({"metallb.universe.tf/loadBalancerIPs": "203.0.113.9"}),
        service({"metallb.io/loadBalancerIPs": "203.0.113.9"}),
    ) == [("203.0.113.9", Outcome.DENY)]


def test_json_may_be_spelt_anew() -> None:
    key = "projectcalico.org/loadBalancerIPs"
    assert outcomes(
        service({key: '["203.0.113.9","198.51.100.17"]'}),
        service({key: '[ "198.51.100.17", "203.0.113.9" ]'}),
    ) == [("203.0.113.9", Outcome.WARN)]


def test_a_network_may_be_spelt_anew() -> None:
    key = "service.beta.kubernetes.io/aws-load-balancer-source-nat-ipv6-prefixes"
    assert outcomes(service({key: "2001:db8:b::/80"}), service({key: "2001:db8:b:0:0::7/80"})) == [
        ("2001:db8:b:0:0::7/80", Outcome.WARN)
    ]


def test_a_note_that_stood_is_no_finding_and_one_that_is_changed_is() -> None:
    key = "loadbalancer.openstack.org/load-balancer-id"
    assert outcomes(service({key: "lb-1"}), service({key: "lb-1"})) == []
    assert outcomes(service({key: "lb-1"}), service({key: "lb-2"})) == [("lb-2", Outcome.DENY)]


def test_finalizers_and_fixes_pass() -> None:
    foreign = service({"lbipam.cilium.io/ips": "203.0.113.9"}, externalIPs=["203.0.113.10"])
    fixed = service({"lbipam.cilium.io/ips": "198.51.100.17"}, externalIPs=["203.0.113.10"])
    assert outcomes(foreign, fixed) == [("203.0.113.10", Outcome.WARN)]
