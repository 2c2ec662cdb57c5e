"""Quota keys: which there are, in what steps they count, and what they force on containers."""

from decimal import Decimal

import pytest

from aup.budget.keys import (
    LedgerKey,
    defaulted_limit,
    defaulted_request,
    is_budget_key,
    is_bytes,
    is_extended,
    is_pod_key,
    is_quota_key,
    split,
    step,
)


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("requests.cpu", True),
        ("limits.memory", True),
        ("pods", True),
        ("count/deployments.apps", True),
        ("requests.nvidia.com/gpu", True),
        ("hugepages-2Mi", True),
        ("requests.hugepages-1Gi", True),
        ("gold.storageclass.storage.k8s.io/requests.storage", True),
        ("gpu.deviceclass.resource.k8s.io/devices", True),
        ("request.cpu", False),
        ("count/events", False),
        ("addresses", False),
        ("license/acme-db.cores", False),
        ("nvidia.com/gpu", False),
        ("limits.nvidia.com/gpu", False),
        ("count/", False),
        ("", False),
    ],
)
def test_is_quota_key(key: str, *, known: bool) -> None:
    assert is_quota_key(key) is known


@pytest.mark.parametrize(
    ("key", "of_pods"),
    [
        ("requests.cpu", True),
        ("limits.ephemeral-storage", True),
        ("pods", True),
        ("count/pods", True),
        ("requests.nvidia.com/gpu", True),
        ("hugepages-2Mi", True),
        ("requests.storage", False),
        ("services.loadbalancers", False),
        ("count/deployments.apps", False),
        ("gold.storageclass.storage.k8s.io/requests.storage", False),
    ],
)
def test_is_pod_key(key: str, *, of_pods: bool) -> None:
    assert is_pod_key(key) is of_pods


def test_cores_are_handed_out_in_thousandths_and_the_rest_in_pieces() -> None:
    assert step("cpu") == step("requests.cpu") == step("limits.cpu") == Decimal("0.001")
    assert step("requests.memory") == step("pods") == step("requests.nvidia.com/gpu") == 1


def test_bytes_are_written_in_powers_of_1024() -> None:
    assert all(map(is_bytes, ("memory", "requests.storage", "hugepages-2Mi")))
    assert not any(map(is_bytes, ("cpu", "pods", "requests.nvidia.com/gpu")))


def test_only_what_every_container_may_ask_for_is_defaulted() -> None:
    keys = ("cpu", "requests.memory", "limits.cpu", "pods", "requests.storage")
    assert [defaulted_request(key) for key in keys] == ["cpu", "memory", "", "", ""]
    assert [defaulted_limit(key) for key in keys] == ["", "", "cpu", "", ""]


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("requests.cpu", True),
        ("addresses", True),
        ("emptydir.memory", True),
        ("count/events", True),
        ("license/acme-db.cores", True),
        ("license/acme-db.instances", True),
        ("license/acme-db.nodes", False),
        ("license/.cores", False),
        ("cores", False),
        ("gpu", False),
    ],
)
def test_a_budget_names_keys_of_a_quota_and_some_of_our_own(key: str, *, known: bool) -> None:
    assert is_budget_key(key) is known


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("requests.cpu", LedgerKey("requests.cpu")),
        ("namespace/acme-dev:requests.cpu", LedgerKey("requests.cpu", "namespace/acme-dev")),
        ("scope/batch:gpu@7", LedgerKey("gpu", "scope/batch", 7)),
        ("production:license/a.b.cores", LedgerKey("license/a.b.cores", "production")),
    ],
)
def test_a_key_of_the_ledger_reads_back(text: str, key: LedgerKey) -> None:
    assert split(text) == key
    assert str(key) == text


def test_cores_of_a_part_of_the_tenant_are_handed_out_in_thousandths_too() -> None:
    assert step("namespace/a.b:cpu") == step("scope/batch:requests.cpu") == Decimal("0.001")
    assert step("license/acme-db.cores") == step("gpu@7") == 1


@pytest.mark.parametrize(
    ("key", "of_devices"),
    [
        ("requests.nvidia.com/gpu", True),
        ("gpu.deviceclass.resource.k8s.io/devices", True),
        ("requests.storage", False),
        ("requests.hugepages-2Mi", False),
        ("gold.storageclass.storage.k8s.io/requests.storage", False),
    ],
)
def test_is_extended(key: str, *, of_devices: bool) -> None:
    assert is_extended(key) is of_devices
