"""resources/bandwidth: pods cap what they receive and send."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aup.policy.terms import ResourceTerms
from aup.rules.resources.bandwidth import bandwidth
from support.workloads import workload

CAPPED = ResourceTerms(tenant="acme", max_bandwidth=Decimal(10**8))
REQUIRED = ResourceTerms(tenant="acme", require_bandwidth=True)
BOTH = {"kubernetes.io/ingress-bandwidth": "1M", "kubernetes.io/egress-bandwidth": "1M"}
NETWORKS = "k8s.v1.cni.cncf.io/networks"


def details(terms: ResourceTerms, **changes: object) -> list[str]:
    return [v.detail for v in bandwidth(workload("nginx", **changes), terms)]


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("kubernetes.io/egress-bandwidth", "100M", True),
        ("kubernetes.io/egress-bandwidth", "1k", True),
        ("kubernetes.io/egress-bandwidth", "999", False),
        ("kubernetes.io/egress-bandwidth", "2P", False),
        ("kubernetes.io/egress-bandwidth", "100000001", False),
        ("kubernetes.io/egress-bandwidth", "fast", False),
        ("kubernetes.io/egress-bandwidth", "", False),
        ("qos.projectcalico.org/ingressBandwidth", "100M", True),
        ("qos.projectcalico.org/ingressBandwidth", "101M", False),
        ("ovn.kubernetes.io/ingress_rate", "100", True),
        ("ovn.kubernetes.io/ingress_rate", "101", False),
        ("ovn.kubernetes.io/ingress_rate", "1.5", False),
        ("net1.acme-prod.ovn.kubernetes.io/egress_rate", "101", False),
        ("example.com/egress-bandwidth", "101M", True),
    ],
)
def test_every_name_of_a_cap_is_read_as_its_network_reads_it(
    key: str, text: str, *, allowed: bool
) -> None:
    assert (details(CAPPED, annotations={key: text}) == []) is allowed


def test_without_a_cap_nothing_is_above_it() -> None:
    assert details(CAPPED) == []
    assert details(ResourceTerms(tenant="acme"), annotations={next(iter(BOTH)): "9P"}) == []


def test_both_directions_are_required() -> None:
    assert details(REQUIRED, annotations=BOTH) == []
    assert len(details(REQUIRED)) == 2
    assert details(REQUIRED, partial=True) == []


def test_what_another_network_would_read_caps_nothing_here() -> None:
    calico = {"qos.projectcalico.org/ingressBandwidth": "1M"}
    assert len(details(REQUIRED, annotations=calico)) == 2


def test_nothing_caps_a_pod_in_its_nodes_network() -> None:
    assert details(REQUIRED, annotations=BOTH, host_network=True) == [
        "puts the pod into its node's network, where nothing caps it"
    ]
    assert details(CAPPED, host_network=True) == []


@pytest.mark.parametrize(
    ("text", "uncapped"),
    [
        ("", 0),
        ("a", 1),
        ("a, b@net2", 2),
        ('[{"name": "a"}]', 1),
        ('[{"name": "a", "bandwidth": {"ingressRate": 1}}]', 1),
        ('[{"name": "a", "bandwidth": {"ingressRate": 1, "egressRate": 2}}]', 0),
        ("[not JSON", 0),
    ],
)
def test_further_networks_are_capped_where_they_are_asked_for(text: str, uncapped: int) -> None:
    found = details(REQUIRED, annotations={**BOTH, NETWORKS: text})
    assert len(found) == uncapped


def test_a_rate_of_a_further_network_keeps_to_the_cap() -> None:
    text = '[{"name": "a", "bandwidth": {"ingressRate": 100000001, "egressRate": 1}}]'
    assert len(details(CAPPED, annotations={NETWORKS: text})) == 1
    assert (
        details(replace(CAPPED, max_bandwidth=Decimal(10**9)), annotations={NETWORKS: text}) == []
    )
