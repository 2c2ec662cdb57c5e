"""Volume claims, Services and device claims."""

import json
from typing import Any

import pytest

from aup.budget.counted import device_claim, service, volume_claim
from aup.budget.wire import DEVICE_CLAIM, SERVICE, VOLUME_CLAIM


def taken_by_claim(**fields: Any) -> dict[str, Any]:
    return dict(volume_claim(VOLUME_CLAIM.read(json.dumps(fields).encode())))


def taken_by_service(**spec: Any) -> dict[str, Any]:
    return dict(service(SERVICE.read(json.dumps({"spec": spec}).encode())))


def taken_by_devices(*requests: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    claim = {"metadata": metadata, "spec": {"devices": {"requests": requests}}}
    return dict(device_claim(DEVICE_CLAIM.read(json.dumps(claim).encode())))


ONE_CLAIM = {"persistentvolumeclaims": 1, "count/persistentvolumeclaims": 1}
ONE_SERVICE = {"services": 1, "count/services": 1}
CLASS = "gold.storageclass.storage.k8s.io"


def test_storage_counts_by_class_too() -> None:
    spec = {"storageClassName": "gold", "resources": {"requests": {"storage": "10Gi"}}}
    assert taken_by_claim(spec=spec) == {
        **ONE_CLAIM,
        f"{CLASS}/persistentvolumeclaims": 1,
        "requests.storage": 10 * 2**30,
        f"{CLASS}/requests.storage": 10 * 2**30,
    }


def test_the_class_of_old_annotations_wins() -> None:
    taken = taken_by_claim(
        metadata={"annotations": {"volume.beta.kubernetes.io/storage-class": "gold"}},
        spec={"storageClassName": "silver", "resources": {}},
    )
    assert taken == {**ONE_CLAIM, f"{CLASS}/persistentvolumeclaims": 1}


@pytest.mark.parametrize(("allocated", "expected"), [("20Gi", 20), ("5Gi", 10)])
def test_storage_that_was_allocated_counts_when_the_request_went_back(
    allocated: str, expected: int
) -> None:
    taken = taken_by_claim(
        spec={"resources": {"requests": {"storage": "10Gi"}}},
        status={"allocatedResources": {"storage": allocated}},
    )
    assert taken["requests.storage"] == expected * 2**30


def test_parts_of_a_byte_are_a_byte() -> None:
    spec = {"resources": {"requests": {"storage": "1500m"}}}
    assert taken_by_claim(spec=spec)["requests.storage"] == 2


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "ClusterIP", "ports": [{}, {}]}, {}),
        ({"type": "NodePort", "ports": [{}, {}]}, {"services.nodeports": 2}),
        (
            {"type": "LoadBalancer", "ports": [{}, {}]},
            {"services.nodeports": 2, "services.loadbalancers": 1, "addresses": 1},
        ),
        (
            {
                "type": "LoadBalancer",
                "ports": [{}, {"nodePort": 30080}],
                "allocateLoadBalancerNodePorts": False,
                "ipFamilies": ["IPv4", "IPv6"],
            },
            {"services.nodeports": 1, "services.loadbalancers": 1, "addresses": 2},
        ),
        (
            {"type": "LoadBalancer", "ipFamilyPolicy": "RequireDualStack"},
            {"services.loadbalancers": 1, "addresses": 2},
        ),
        ({"externalIPs": ["203.0.113.1", "203.0.113.1", "203.0.113.2"]}, {"addresses": 2}),
    ],
)
def test_a_service_takes_ports_and_addresses(
    spec: dict[str, Any], expected: dict[str, int]
) -> None:
    assert taken_by_service(**spec) == {**ONE_SERVICE, **expected}


def addresses(annotations: dict[str, str], **spec: Any) -> int:
    found = {"metadata": {"annotations": annotations}, "spec": {"type": "LoadBalancer", **spec}}
    return int(service(SERVICE.read(json.dumps(found).encode()))["addresses"])


TWO = "198.51.100.17, 198.51.100.18"


@pytest.mark.parametrize(
    ("annotations", "spec", "expected"),
    [
        pytest.param({"lbipam.cilium.io/ips": TWO}, {}, 2, id="more-than-families"),
        pytest.param({"io.cilium/lb-ipam-ips": TWO}, {"ipFamilies": ["IPv4"]}, 2, id="older-name"),
        pytest.param(
            {"lbipam.cilium.io/ips": TWO, "metallb.io/loadBalancerIPs": "198.51.100.18"},
            {"loadBalancerIP": "198.51.100.19"},
            3,
            id="all-spellings-together",
        ),
        pytest.param(
            {"projectcalico.org/loadBalancerIPs": '["198.51.100.17","2001:db8:a::1"]'},
            {"ipFamilyPolicy": "RequireDualStack"},
            2,
            id="json-list",
        ),
        pytest.param(
            {"metallb.io/loadBalancerIPs": "2001:db8:a:0::1"},
            {"externalIPs": ["2001:db8:a::1", "198.51.100.17"]},
            2,
            id="one-address-in-two-notations",
        ),
        pytest.param(
            {"metallb.io/loadBalancerIPs": "198.51.100.17"},
            {"ipFamilies": ["IPv4", "IPv6"]},
            2,
            id="a-family-without-a-name",
        ),
        pytest.param({"metallb.io/address-pool": "acme"}, {}, 1, id="a-pool-names-none"),
        pytest.param({"lbipam.cilium.io/ips": " ,, "}, {}, 1, id="an-empty-list-names-none"),
        pytest.param({"kube-vip.io/loadbalancerIPs": "::"}, {}, 1, id="by-lease"),
    ],
)
def test_a_load_balancer_takes_the_addresses_that_it_names(
    annotations: dict[str, str], spec: dict[str, Any], expected: int
) -> None:
    assert addresses(annotations, **spec) == expected


def test_annotations_of_load_balancers_take_nothing_for_other_services() -> None:
    found = {"metadata": {"annotations": {"lbipam.cilium.io/ips": TWO}}, "spec": {}}
    assert service(SERVICE.read(json.dumps(found).encode())) == ONE_SERVICE


EXACT = {"deviceClassName": "gpu", "allocationMode": "ExactCount", "count": 3}
ALL = {"deviceClassName": "gpu", "allocationMode": "All"}
GPU = "gpu.deviceclass.resource.k8s.io/devices"


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([{"name": "a", "exactly": EXACT}], 3),
        ([{"name": "a", **EXACT}], 3),
        ([{"name": "a", "exactly": EXACT}, {"name": "b", "exactly": EXACT}], 6),
        ([{"name": "a", "exactly": ALL}], 32),
        ([{"name": "a", "exactly": {"deviceClassName": "gpu"}}], 1),
        ([{"name": "a", "firstAvailable": [EXACT, {**EXACT, "count": 5}]}], 5),
    ],
)
def test_devices_count_by_class_at_the_most(requests: list[dict[str, Any]], expected: int) -> None:
    assert taken_by_devices(*requests) == {
        "count/resourceclaims.resource.k8s.io": 1,
        GPU: expected,
        "requests.deviceclass.resource.kubernetes.io/gpu": expected,
    }


def test_of_two_classes_that_would_do_both_count() -> None:
    taken = taken_by_devices(
        {"firstAvailable": [EXACT, {"deviceClassName": "npu", "count": 1}]},
    )
    assert (taken[GPU], taken["npu.deviceclass.resource.k8s.io/devices"]) == (3, 1)


def test_a_claim_that_the_scheduler_made_of_a_pods_own_request_counts_by_class_only() -> None:
    taken = taken_by_devices(
        {"exactly": EXACT},
        annotations={"resource.kubernetes.io/extended-resource-claim": "true"},
        ownerReferences=[{"kind": "Pod", "controller": True}],
    )
    assert taken == {"count/resourceclaims.resource.k8s.io": 1, GPU: 3}
