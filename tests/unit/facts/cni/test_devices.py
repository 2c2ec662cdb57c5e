"""Claims of devices: which drivers are of networks, and what they are told."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Subject
from support.corpus import as_json
from support.world import Cluster


def read(driver: Any, parameters: Any = None, kind: str = "ResourceClaim") -> Exposure:
    devices = {"config": [{"opaque": {"driver": driver, "parameters": parameters}}]}
    spec = {"devices": devices}
    obj = {"spec": {"spec": spec} if kind == "ResourceClaimTemplate" else spec}
    subject = Subject("resource.k8s.io", kind, "acme-prod", "x")
    found = extract(as_json(obj), subject, Cluster()).exposure
    return found or Exposure("acme-prod")


@pytest.mark.parametrize(
    "driver",
    [
        "dra.net",
        "DRA.NET",
        "sriovnetwork.k8snetworkplumbingwg.io",
        "cni.dra.networking.x-k8s.io",
        "dranet.example.com",
        "nic.vendor.example",
        "rdma-shared.example",
        "net.vendor.example",
        "macvlan.example",
    ],
)
def test_a_driver_of_networks_is_known_by_its_name(driver: str) -> None:
    assert [p.text for p in read(driver).plugins] == [driver]


@pytest.mark.parametrize(
    ("driver", "parameters"),
    [
        ("gpu.nvidia.com", {"sharing": {"strategy": "TimeSlicing"}}),
        ("gpu.vendor.net", None),
        ("tpu.google.com", {"topology": "2x2x1"}),
        ("planet.example", {"image": "203.0.113.9/x"}),
        ("unicorn.example", "text"),
        ("fpga.intel.com", {"apiVersion": "v1", "endpoint": {"gateway": "203.0.113.1"}}),
    ],
)
def test_other_drivers_are_let_be(driver: str, parameters: Any) -> None:
    assert read(driver, parameters) == Exposure("acme-prod", writer=None)


@pytest.mark.parametrize(
    "parameters",
    [
        {"interface": {"name": "eth1"}},
        {"nested": [{"IPs": ["203.0.113.9"]}]},
        {"MacAddress": "02:01"},
        {"vlan": 5},
        {"ipam": {"type": "static"}},
    ],
)
def test_a_driver_is_one_of_networks_by_what_it_is_told(parameters: Any) -> None:
    assert [p.text for p in read("fabric.example", parameters).plugins] == ["fabric.example"]


@pytest.mark.parametrize("kind", ["ResourceClaim", "ResourceClaimTemplate"])
def test_addresses_are_told_with_their_place(kind: str) -> None:
    parameters = {
        "interface": {"addresses": ["203.0.113.9/24"], "hardwareAddr": "02:01"},
        "routes": [{"destination": "203.0.113.0/24", "gateway": "203.0.113.1"}],
    }
    found = read("dra.net", parameters, kind)
    at = "spec.spec" if kind == "ResourceClaimTemplate" else "spec"
    at += ".devices.config[0].opaque.parameters.interface"
    assert [(c.path, str(c.address)) for c in found.addresses] == [
        (f"{at}.addresses[0]", "203.0.113.9")
    ]
    assert [(s.path, s.text) for s in found.settings] == [(f"{at}.hardwareAddr", "02:01")]


def test_a_status_counts_where_the_request_writes_it() -> None:
    obj = {"status": {"devices": [{"networkData": {"ips": ["203.0.113.9/24"]}}]}}
    for subresource, count in (("status", 1), ("", 0)):
        subject = Subject("resource.k8s.io", "ResourceClaim", "acme-prod", "x", subresource)
        found = extract(as_json(obj), subject, Cluster()).exposure
        assert found is not None
        assert len(found.settings) == count
