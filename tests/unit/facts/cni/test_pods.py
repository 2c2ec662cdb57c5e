"""What pods ask the container network for, and what the network noted of them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import (
    ClaimSource,
    Exposure,
    Facts,
    Operation,
    Writer,
)
from support.workloads import PREFIXES, manifest, subject
from support.world import Cluster

ALICE = Writer("alice@acme.example")
NOTED = {
    "ovn.kubernetes.io/ip_address": "203.0.113.9",
    "ovn.kubernetes.io/mac_address": "00:00:00:53:6B:B6",
    "ovn.kubernetes.io/logical_switch": "ovn-default",
    "ovn.kubernetes.io/allocated": "true",
    "cameras.acme-prod.ovn.kubernetes.io/ip_address": "203.0.113.10",
    "cni.cilium.io/mac-address": "02:00:00:00:00:01",
    "vpc.amazonaws.com/pod-ips": "203.0.113.11",
    "k8s.ovn.org/pod-networks": "{}",
}
"""What controllers write into pods that they have set up."""
ASKED = {
    "cni.projectcalico.org/floatingIPs": '["203.0.113.9"]',
    "k8s.v1.cni.cncf.io/networks": "beta-prod/cameras",
    "ipam.cilium.io/ip-pool": "beta-public",
    "config.cilium.io/disable-source-ip-verification": "true",
}
"""What nobody but the tenant writes."""


def facts(
    annotations: Mapping[str, Any],
    *,
    kind: tuple[str, str] = ("", "Pod"),
    status: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Facts:
    """Read an object of a kind with annotations on its pod, or its pod template."""
    obj = manifest(kind, {"containers": []})
    held = obj
    for step in PREFIXES[kind].split(".") if PREFIXES[kind] else []:
        held = held[step]
    held["metadata"] = {"annotations": annotations}
    obj |= {"status": status} if status else {}
    return extract(json.dumps(obj).encode(), subject(kind, **changes), Cluster())


def exposure(annotations: Mapping[str, Any], **options: Any) -> Exposure:
    found = facts(annotations, **options)
    assert found.problems == ()
    return found.exposure or Exposure("acme-prod")


def sources(found: Exposure) -> set[ClaimSource]:
    return {c.source for c in found.addresses} | {s.source for s in found.settings}


@pytest.mark.parametrize("kind", PREFIXES)
def test_every_kind_with_a_template_is_read(kind: tuple[str, str]) -> None:
    found = exposure({"cni.projectcalico.org/ipAddrs": '["203.0.113.9"]'}, kind=kind)
    prefix = f"{PREFIXES[kind]}." if PREFIXES[kind] else ""
    path = f'{prefix}metadata.annotations["cni.projectcalico.org/ipAddrs"]'
    assert [(c.path, c.text) for c in found.addresses] == [(path, "203.0.113.9")]


def test_a_pod_without_wishes_has_no_exposure() -> None:
    assert facts({"prometheus.io/scrape": "true"}).exposure is None


def test_keys_of_other_projects_and_their_cases_are_no_wishes() -> None:
    annotations = {
        "cni.projectcalico.org/ipaddrs": '["203.0.113.9"]',
        "cni.projectcalico.org/containerID": "2f0a",
        "k8s.v1.cni.cncf.io/network-status": '[{"ips":["203.0.113.9"]}]',
        "example.kubernetes.io/vip": "203.0.113.9",
        "ip_address": "203.0.113.9",
        "kubernetes.io/ip_address": "203.0.113.9",
    }
    assert facts(annotations).exposure is None


def test_a_null_or_empty_wish_is_none() -> None:
    assert (
        facts({"cni.projectcalico.org/ipAddrs": None, **dict.fromkeys(NOTED, "")}).exposure is None
    )


def test_what_is_asked_of_a_new_pod_is_a_wish_whoever_makes_it() -> None:
    """Controllers of the platform make the pods that tenants wrote templates of."""
    maker = Writer("system:serviceaccount:kube-system:replicaset-controller")
    for writer in (ALICE, maker, None):
        found = exposure(NOTED | ASKED, writer=writer)
        assert sources(found) == {ClaimSource.ANNOTATION}
        assert [c.text for c in found.addresses] == [
            "203.0.113.9",
            "203.0.113.10",
            "203.0.113.11",
            "203.0.113.9",
        ]
        assert [n.text for n in found.names] == ["ovn-default", "beta-public"]


def test_what_is_noted_of_a_stored_pod_is_a_record() -> None:
    found = exposure(NOTED, operation=Operation.UPDATE, writer=ALICE)
    assert sources(found) == {ClaimSource.RECORD}
    assert len(found.addresses) + len(found.settings) == len(NOTED)
    assert found.names == ()


@pytest.mark.parametrize(
    ("account", "judged"),
    [
        ("calico-system:calico-cni-plugin", False),
        ("openshift-ovn-kubernetes:ovn-kubernetes-node", False),
        ("acme-prod:default", True),
        ("beta-prod:default", True),
        (":", True),
    ],
)
def test_the_network_may_run_in_any_namespace_that_is_no_tenants(
    account: str, judged: bool
) -> None:
    """No pod would start if its network could not note the address that it gave."""
    writer = Writer(f"system:serviceaccount:{account}")
    found = facts(NOTED, operation=Operation.UPDATE, writer=writer)
    assert (found.exposure is not None) is judged
    (wish,) = exposure(ASKED, operation=Operation.UPDATE, writer=writer).addresses
    assert wish.source is ClaimSource.ANNOTATION


def test_what_only_a_tenant_writes_is_a_wish_of_a_stored_pod_as_well() -> None:
    """Calico gives a floating address to a pod that runs."""
    found = exposure(ASKED, operation=Operation.UPDATE, writer=ALICE)
    assert sources(found) == {ClaimSource.ANNOTATION}
    assert [len(part) for part in (found.addresses, found.attachments, found.names)] == [1, 1, 1]


def test_the_address_that_calico_noted_is_a_record_of_a_stored_pod_alone() -> None:
    """It is written over when a pod starts, and believed from then on."""
    noted = {"cni.projectcalico.org/podIP": "192.0.2.21/32"}
    assert facts(noted).exposure is None
    (claim,) = exposure(noted, operation=Operation.UPDATE, writer=ALICE).addresses
    assert (claim.text, claim.source) == ("192.0.2.21/32", ClaimSource.RECORD)


def test_an_exported_pod_has_been_given_what_is_noted() -> None:
    """Nobody can make a pod with a status, so that this opens no door."""
    status = {"podIP": "192.0.2.12", "podIPs": [{"ip": "192.0.2.12"}]}
    assert facts(NOTED, status=status).exposure is None
    assert exposure(NOTED | ASKED, status=status).addresses != ()
    assert sources(exposure(NOTED, status={"phase": "Pending"})) == {ClaimSource.ANNOTATION}


def test_a_template_holds_no_records() -> None:
    for operation in (Operation.CREATE, Operation.UPDATE):
        found = exposure(NOTED, kind=("apps", "Deployment"), operation=operation, writer=ALICE)
        assert sources(found) == {ClaimSource.ANNOTATION}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("203.0.113.9", ["203.0.113.9"]),
        ("203.0.113.9,2001:db8::9", ["203.0.113.9", "2001:db8::9"]),
        (
            "203.0.113.9,2001:db8::9;203.0.113.10,2001:db8::10",
            ["203.0.113.9", "2001:db8::9", "203.0.113.10", "2001:db8::10"],
        ),
        ("203.0.113.16..203.0.113.31", ["203.0.113.16/28"]),
        ("203.0.113.0/24", ["203.0.113.0/24"]),
        ("pool-a, pool-b", ["pool pool-a", "pool pool-b"]),
        ("203.0.113.x", ["is not an IP address"]),
        ("", []),
    ],
)
def test_kube_ovns_pools_are_addresses_or_names(value: str, read: list[str]) -> None:
    found = exposure({"ovn.kubernetes.io/ip_pool": value})
    claimed = [
        " ".join(map(str, c.networks)) or str(c.address or c.problem) for c in found.addresses
    ]
    assert [*claimed, *(f"pool {n.text}" for n in found.names)] == read
