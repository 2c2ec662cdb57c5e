"""Kinds beside the Service that settle its addresses."""

from typing import Any

import msgspec
import pytest

from aup.facts.allocation import EXTRACTORS, envoy_proxy, ip_address, service_cidr
from aup.facts.model import ClaimSource, Exposure, Facts, PlatformSetting, Reach, Subject
from support.world import Cluster

AT = "spec.provider.kubernetes.envoyService"


def read(kind: str, spec: Any, name: str = "x") -> Facts:
    group, extractor = next((g, e) for (g, k), e in EXTRACTORS.items() if k == kind)
    raw = msgspec.json.encode({"metadata": {"name": name}, "spec": spec})
    return extractor(raw, Subject(group, kind, "", name), Cluster())


def exposure(facts: Facts) -> Exposure:
    assert facts.problems == ()
    assert facts.exposure is not None
    return facts.exposure


def envoy(service: Any) -> Exposure:
    return exposure(read("EnvoyProxy", {"provider": {"kubernetes": {"envoyService": service}}}))


def test_an_ip_address_is_taken_by_its_name() -> None:
    assert exposure(read("IPAddress", {}, "192.0.2.138")).settings == (
        PlatformSetting(
            "192.0.2.138",
            "metadata.name",
            ClaimSource.SPEC,
            Reach.ROUTING,
            "takes an address of the cluster's Services",
        ),
    )


def test_each_range_of_services_is_a_setting_of_the_cluster() -> None:
    found = exposure(read("ServiceCIDR", {"cidrs": ["192.0.2.0/24", 7, None]})).settings
    assert [(s.text, s.path) for s in found] == [
        ("192.0.2.0/24", "spec.cidrs[0]"),
        ("7", "spec.cidrs[1]"),
        ("", "spec.cidrs[2]"),
    ]


def test_an_envoy_proxy_asks_in_fields_annotations_labels_and_patches() -> None:
    found = envoy(
        {
            "type": "NodePort",
            "loadBalancerIP": "203.0.113.1",
            "loadBalancerClass": "x",
            "annotations": {"metallb.io/loadBalancerIPs": "203.0.113.2"},
            "labels": {"service.cilium.io/node": "edge"},
            "patch": {
                "type": "StrategicMerge",
                "value": {
                    "metadata": {"annotations": {"lbipam.cilium.io/ips": "203.0.113.3"}},
                    "spec": {"externalIPs": ["203.0.113.4"], "ports": [{"nodePort": 30080}]},
                },
            },
        }
    )
    assert [(a.text, a.path.removeprefix(AT)) for a in found.addresses] == [
        ("203.0.113.1", ".loadBalancerIP"),
        ("203.0.113.4", ".patch.value.spec.externalIPs[0]"),
        ("203.0.113.2", '.annotations["metallb.io/loadBalancerIPs"]'),
        ("203.0.113.3", '.patch.value.metadata.annotations["lbipam.cilium.io/ips"]'),
    ]
    assert [(n.text, n.path) for n in found.names] == [("x", f"{AT}.loadBalancerClass")]
    assert [(p.number, p.path) for p in found.node_ports] == [(0, f"{AT}.type")]
    assert [s.path for s in found.settings] == [f'{AT}.labels["service.cilium.io/node"]']


@pytest.mark.parametrize("spec", [None, {}, {"provider": None}, {"provider": {"kubernetes": {}}}])
def test_an_envoy_proxy_that_says_nothing_asks_for_nothing(spec: Any) -> None:
    assert exposure(read("EnvoyProxy", spec)) == Exposure("")


@pytest.mark.parametrize("extractor", [envoy_proxy, service_cidr, ip_address])
@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b"{", b'{"spec": 7}', b'{"spec": {"cidrs": 7}}']
)
def test_any_bytes_are_read_without_an_error(extractor: Any, raw: bytes) -> None:
    assert extractor(raw, Subject("", "X", "", "x"), Cluster()).exposure is not None
