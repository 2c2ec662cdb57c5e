"""What a pod takes of a quota."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.budget.usage import Amounts, Defaults, Pod, charge, use

DEFAULTS = Defaults(
    requests={"cpu": Decimal("0.01"), "memory": Decimal(32 * 2**20)},
    limits={"cpu": Decimal(1)},
)


def pod(phase: str = "Running", namespace: str = "acme-prod", **spec: Any) -> Pod:
    """Return a pod as the API server would give it."""
    manifest = {
        "metadata": {"namespace": namespace, "name": "web-0"},
        "spec": spec,
        "status": {"phase": phase},
    }
    return msgspec.convert(manifest, Pod)


def container(cpu: str | None = None, limit: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a container that asks for cores and nothing else."""
    resources = {
        "requests": {"cpu": cpu} if cpu else None,
        "limits": {"cpu": limit} if limit else None,
    }
    return {"resources": resources, **fields}


def sidecar(cpu: str) -> dict[str, Any]:
    """Return an init container that keeps running."""
    return container(cpu, restartPolicy="Always")


def cores(amounts: Amounts) -> Decimal:
    return amounts["requests.cpu"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"containers": [container("1"), container("500m")]}, "1.5", id="sum"),
        pytest.param(
            {"containers": [container("1")], "initContainers": [container("3")]},
            "3",
            id="a-larger-init-container-counts-alone",
        ),
        pytest.param(
            {"containers": [container("1")], "initContainers": [container("500m")]},
            "1",
            id="a-smaller-init-container-does-not-count",
        ),
        pytest.param(
            {"containers": [container("1")], "initContainers": [container("2"), container("2")]},
            "2",
            id="init-containers-run-one-after-the-other",
        ),
        pytest.param(
            {"containers": [container("1")], "initContainers": [sidecar("500m")]},
            "1.5",
            id="a-sidecar-runs-beside-the-containers",
        ),
        pytest.param(
            {"containers": [container("1")], "initContainers": [sidecar("2"), container("3")]},
            "5",
            id="an-init-container-runs-beside-earlier-sidecars",
        ),
        pytest.param(
            {"containers": [container("1")], "initContainers": [container("3"), sidecar("2")]},
            "3",
            id="but-not-beside-later-ones",
        ),
        pytest.param(
            {"containers": [container("1")], "overhead": {"cpu": "250m"}}, "1.25", id="overhead"
        ),
        pytest.param({"containers": [container(limit="2")]}, "2", id="a-limit-is-a-request"),
        pytest.param(
            {
                "containers": [container("1"), container("1")],
                "resources": {"requests": {"cpu": "3"}},
            },
            "3",
            id="the-pod-level-wins",
        ),
        pytest.param({"containers": [container("1e30")]}, str(2**63 - 1), id="absurd-is-the-most"),
    ],
)
def test_requests(spec: dict[str, Any], expected: str) -> None:
    assert cores(charge(pod(**spec))) == Decimal(expected)


def test_keys_of_a_quota() -> None:
    """Every key under which a quota may count the pod is charged."""
    asked = {
        "requests": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "2", "hugepages-2Mi": "4Mi"},
        "limits": {"cpu": "2"},
    }
    assert charge(pod(containers=[{"resources": asked}])) == {
        "count/pods": 1,
        "pods": 1,
        "cpu": 1,
        "requests.cpu": 1,
        "limits.cpu": 2,
        "memory": 2**30,
        "requests.memory": 2**30,
        "requests.nvidia.com/gpu": 2,
        "hugepages-2Mi": 4 * 2**20,
        "requests.hugepages-2Mi": 4 * 2**20,
    }


def test_overhead_adds_to_limits_only_where_there_are_limits() -> None:
    overhead = {"cpu": "250m", "memory": "64Mi"}
    charged = charge(pod(containers=[container("1", limit="2")], overhead=overhead))
    assert charged["limits.cpu"] == Decimal("2.25")
    assert "limits.memory" not in charged


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_terminal_pod_is_free_but_still_an_object(phase: str) -> None:
    assert charge(pod(phase, containers=[container("1")])) == {"count/pods": 1}


def test_defaults_count_for_containers_that_say_nothing() -> None:
    three = [container(), container("1"), container(limit="500m")]
    charged = charge(pod(containers=three), DEFAULTS)
    assert cores(charged) == Decimal("0.01") + 1 + Decimal("0.5")
    assert charged["requests.memory"] == 3 * 32 * 2**20
    assert charged["limits.cpu"] == 1 + 1 + Decimal("0.5")


def test_nulls_are_absent() -> None:
    bare = pod(containers=[{"resources": None}], initContainers=None, overhead=None)
    assert charge(bare) == {"count/pods": 1, "pods": 1}


_texts = st.sampled_from(["0", "1", "250m", "1.5", "1Gi"])
_some = st.none() | st.dictionaries(st.sampled_from(["cpu", "memory", "a/b"]), _texts, max_size=3)
_containers = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {"resources": st.none() | st.fixed_dictionaries({"requests": _some, "limits": _some})}
    ),
    max_size=4,
)


@given(_containers)
def test_a_pod_of_containers_alone_is_counted_like_any_other(containers: list[Any]) -> None:
    """There is a shorter way for it; an init container that asks for nothing takes the long one."""
    overhead = {"cpu": "10m"}
    short = pod(containers=containers, overhead=overhead)
    long = pod(containers=containers, overhead=overhead, initContainers=[{}])
    assert charge(short) == charge(long)


def test_use_adds_up_and_a_pod_that_comes_again_counts_again() -> None:
    shared = pod(containers=[container("500m")])
    assert cores(use([pod(containers=[container("1")]), shared, shared])) == Decimal(2)
