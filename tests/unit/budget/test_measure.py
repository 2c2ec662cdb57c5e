"""What an object takes, and what a request takes."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.budget.measure import NOTHING, Measure, asked, measure, resource_of
from aup.budget.wire import UnreadableError


def raw(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def pod(cpu: str = "1", phase: str = "Running", **spec: Any) -> bytes:
    """Return a Pod of one container that asks for cores."""
    container = {"name": "web", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}
    return raw(spec={"containers": [container], **spec}, status={"phase": phase})


def amounts(measured: Measure) -> dict[str, Decimal]:
    return dict(measured.amounts)


def test_a_pod_that_ended_is_but_an_object() -> None:
    assert measure("", "pods", pod(phase="Failed")) == Measure((("count/pods", Decimal(1)),))


def test_pods_of_one_template_measure_the_same_and_can_be_shared() -> None:
    one, other = measure("", "pods", pod()), measure("", "pods", pod())
    assert one == other
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    ("group", "resource", "expected"),
    [
        ("", "configmaps", {"count/configmaps": 1, "configmaps": 1}),
        ("", "secrets", {"count/secrets": 1, "secrets": 1}),
        ("", "serviceaccounts", {"count/serviceaccounts": 1}),
        ("apps", "deployments", {"count/deployments.apps": 1}),
        ("", "events", {"count/events": 1}),
        ("events.k8s.io", "events", {"count/events": 1}),
    ],
)
def test_other_objects_are_only_counted(
    group: str, resource: str, expected: dict[str, int]
) -> None:
    assert amounts(measure(group, resource, b"not even JSON")) == expected


def test_volumes_on_the_node_count_by_what_they_may_grow_to() -> None:
    found = measure(
        "",
        "pods",
        pod(
            volumes=[
                {"name": "a", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
                {"name": "b", "emptyDir": {"medium": "Memory", "sizeLimit": "512Mi"}},
                {"name": "c", "emptyDir": {}},
                {"name": "d", "emptyDir": {"medium": "HugePages-2Mi"}},
                {"name": "e", "configMap": {"name": "x"}},
                None,
            ]
        ),
    )
    assert amounts(found)["emptydir.memory"] == 1536 * 2**20
    assert "emptydir.ephemeral-storage" not in amounts(found)
    assert found.unbounded == ("emptydir.ephemeral-storage",)


@pytest.mark.parametrize("subresource", ["", "status", "resize", "ephemeralcontainers"])
def test_an_update_is_measured_before_and_after(subresource: str) -> None:
    new, old = asked("", "pods", subresource, "UPDATE", pod("2"), pod("1"))
    assert amounts(new)["requests.cpu"] == 2
    assert amounts(old)["requests.cpu"] == 1


@pytest.mark.parametrize(
    ("group", "resource", "subresource", "operation"),
    [
        ("", "pods", "binding", "CREATE"),
        ("", "pods", "eviction", "CREATE"),
        ("", "pods", "exec", "CONNECT"),
        ("", "pods", "", "DELETE"),
        ("apps", "deployments", "scale", "UPDATE"),
        ("", "serviceaccounts", "token", "CREATE"),
    ],
)
def test_what_stores_no_object_of_the_kind_takes_nothing(
    group: str, resource: str, subresource: str, operation: str
) -> None:
    assert asked(group, resource, subresource, operation, b"{}", b"{}") == (NOTHING, NOTHING)


def test_a_creation_stands_against_nothing() -> None:
    new, old = asked("", "pods", "", "CREATE", pod(), b"null")
    assert old == NOTHING
    assert amounts(new)["pods"] == 1


@pytest.mark.parametrize("text", [b"", b"[]", b'{"spec": 1}', b'{"spec": {"containers": 1}}'])
def test_what_has_not_the_form_of_a_pod_is_told(text: bytes) -> None:
    with pytest.raises(UnreadableError):
        measure("", "pods", text)


@pytest.mark.parametrize("resource", ["pods", "services", "persistentvolumeclaims"])
@given(
    found=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["spec", "containers", "resources", "requests", "cpu", "ports"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_measured_or_told(resource: str, found: Any) -> None:
    try:
        measured = measure("", resource, json.dumps(found).encode())
    except UnreadableError:
        return
    assert all(amount >= 0 for _, amount in measured.amounts)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("requests.cpu", ("", "pods")),
        ("pods", ("", "pods")),
        ("requests.nvidia.com/gpu", ("", "pods")),
        ("emptydir.memory", ("", "pods")),
        ("count/pods", ("", "pods")),
        ("count/deployments.apps", ("apps", "deployments")),
        ("count/widgets.example.com", ("example.com", "widgets")),
        ("configmaps", ("", "configmaps")),
        ("services.nodeports", ("", "services")),
        ("addresses", ("", "services")),
        ("requests.storage", ("", "persistentvolumeclaims")),
        ("gold.storageclass.storage.k8s.io/requests.storage", ("", "persistentvolumeclaims")),
        ("gpu.deviceclass.resource.k8s.io/devices", ("resource.k8s.io", "resourceclaims")),
    ],
)
def test_a_key_says_what_must_be_watched(key: str, expected: tuple[str, str]) -> None:
    assert resource_of(key) == expected
