"""Virtual machines: bindings, networks of others, and addresses in their first data."""

import base64
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Exposure, Subject
from support.corpus import as_json
from support.world import Cluster

KINDS = {
    ("kubevirt.io", "VirtualMachine"): "spec.template.",
    ("kubevirt.io", "VirtualMachineInstance"): "",
    ("kubevirt.io", "VirtualMachineInstanceReplicaSet"): "spec.template.",
    ("pool.kubevirt.io", "VirtualMachinePool"): "spec.virtualMachineTemplate.spec.template.",
}
POD = {"name": "default", "pod": {}}
WIRE = {"name": "wire", "multus": {"networkName": "cameras"}}


def read(
    *,
    interfaces: Any = (),
    networks: Any = (POD, WIRE),
    volumes: Any = (),
    annotations: Any = None,
    kind: tuple[str, str] = ("kubevirt.io", "VirtualMachine"),
) -> Exposure:
    spec = {
        "domain": {"devices": {"interfaces": list(interfaces)}},
        "networks": list(networks),
        "volumes": list(volumes),
    }
    obj: dict[str, Any] = {"metadata": {"annotations": annotations}, "spec": spec}
    for step in reversed(KINDS[kind].rstrip(".").split(".") if KINDS[kind] else []):
        obj = {step: obj}
    subject = Subject(group=kind[0], kind=kind[1], namespace="acme-prod", name="vm")
    found = extract(as_json(obj), subject, Cluster())
    assert found.problems == ()
    return found.exposure or Exposure("acme-prod")


def settings(*interfaces: Any, **options: Any) -> list[str]:
    return [f"{s.path} {s.text}" for s in read(interfaces=interfaces, **options).settings]


def addresses(data: Any, *, interfaces: Any = (), networks: Any = (POD,)) -> list[str]:
    volumes = [{"name": "x", "cloudInitNoCloud": data}]
    found = read(interfaces=interfaces, networks=networks, volumes=volumes)
    assert all(claim.inside for claim in found.addresses if not claim.problem)
    return [str(claim.address or claim.problem) for claim in found.addresses]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_machine_is_read(kind: tuple[str, str]) -> None:
    bridge = {"name": "default", "bridge": {}}
    annotations = {"cni.projectcalico.org/ipAddrs": '["203.0.113.9"]'}
    found = read(interfaces=[bridge], annotations=annotations, kind=kind)
    assert [s.path for s in found.settings] == [
        f"{KINDS[kind]}spec.domain.devices.interfaces[0].name"
    ]
    assert [c.path for c in found.addresses] == [
        f'{KINDS[kind]}metadata.annotations["cni.projectcalico.org/ipAddrs"]'
    ]


@pytest.mark.parametrize(
    "binding",
    [
        *({name: {}} for name in ("masquerade", "passtBinding", "slirp")),
        {"binding": {"name": "passt"}},
    ],
    ids=str,
)
def test_behind_its_pod_a_machine_may_have_any_hardware_address(binding: dict[str, Any]) -> None:
    assert settings({"name": "default", "macAddress": "02:01"} | binding) == []


def test_on_a_wire_it_may_not_whatever_the_plugin() -> None:
    plugged = {"name": "wire", "binding": {"name": "macvtap"}, "macAddress": "02:01"}
    assert settings(plugged) == ["spec.template.spec.domain.devices.interfaces[0].macAddress 02:01"]


def test_a_bridge_is_refused_on_the_network_of_pods_alone() -> None:
    at = "spec.template.spec.domain.devices.interfaces"
    assert settings({"name": "default", "bridge": {}}) == [f"{at}[0].name default"]
    assert settings({"name": "wire", "bridge": {}}) == []
    assert settings({"name": "default", "bridge": {}}, networks=()) == [f"{at}[0].name default"]
    assert settings({"name": "wire", "bridge": {}, "macAddress": "02:01"}) == [
        f"{at}[0].macAddress 02:01"
    ]


def test_a_binding_that_is_not_said_is_the_clusters_choice() -> None:
    assert settings({"name": "default"}, {"name": "wire", "bridge": None}) == []


def test_networks_of_other_namespaces_are_named() -> None:
    networks = [
        POD,
        WIRE,
        {"name": "own", "multus": {"networkName": "acme-prod/cameras"}},
        {"name": "foreign", "multus": {"networkName": "beta-prod/cameras", "default": True}},
    ]
    found = read(networks=networks).attachments
    assert [(a.path, a.network) for a in found] == [
        ("spec.template.spec.networks[3].multus.networkName", "beta-prod/cameras")
    ]


DATA = "ethernets: {eth0: {addresses: [203.0.113.9/24]}}"


@pytest.mark.parametrize(
    "data",
    [
        {"networkData": DATA},
        {"networkDataBase64": base64.b64encode(DATA.encode()).decode()},
        {"networkData": DATA, "networkDataBase64": ""},
    ],
)
def test_data_is_read_in_either_spelling(data: dict[str, str]) -> None:
    assert addresses(data) == ["203.0.113.9"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("%%%", "is not text in base64"),
        (base64.b64encode(b"\xff\xfe").decode(), "is not text in base64"),
        ("A" * 40000, "is not text in base64"),
        (base64.b64encode(b"{").decode(), "is not YAML"),
    ],
)
def test_data_that_cannot_be_read_is_refused(text: str, problem: str) -> None:
    assert addresses({"networkDataBase64": text}) == [problem]


def test_an_address_behind_a_masquerade_is_nobodys_business() -> None:
    inside = "10.0.2.2/24, 'fd10:0:2::2/120', 10.11.12.2/24, 10.9.9.9"
    data = {"networkData": f"eth0: {{addresses: [{inside}]}}"}
    masked = [{"name": "default", "masquerade": {}}]
    assert addresses(data, interfaces=masked) == ["10.11.12.2", "10.9.9.9"]
    wide = [{"name": "default", "pod": {"vmNetworkCIDR": "10.11.12.0/24"}}]
    assert addresses(data, interfaces=masked, networks=wide) == ["10.9.9.9"]
    assert len(addresses(data)) == 4


def test_an_image_and_a_network_of_one_machine_are_both_known() -> None:
    """Two tables read the kind; neither takes the other's word away."""
    obj = {
        "spec": {
            "template": {
                "spec": {
                    "networks": [{"name": "x", "multus": {"networkName": "beta-prod/x"}}],
                    "volumes": [{"name": "x", "containerDisk": {"image": "quay.io/x/y:1"}}],
                }
            }
        }
    }
    subject = Subject("kubevirt.io", "VirtualMachine", "acme-prod", "vm")
    found = extract(as_json(obj), subject, Cluster())
    assert [i.text for w in found.workloads for i in w.images] == ["quay.io/x/y:1"]
    assert found.exposure is not None
    assert len(found.exposure.attachments) == 1
