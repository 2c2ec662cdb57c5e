"""What of the node's resources a pod asks for."""

from typing import Any

import pytest

from aup.facts.model import Resources, Scratch
from aup.facts.resources import read_resources, scratch_volumes
from support.workloads import PREFIXES, read


@pytest.mark.parametrize("found", [None, {}, [], "1", 4])
def test_what_says_nothing_is_nothing(found: object) -> None:
    assert read_resources(found, "spec.resources") is None


def test_what_is_written_is_kept_as_it_is() -> None:
    """Whoever judges a value says what is wrong with it."""
    assert read_resources({"requests": {"cpu": [1]}, "limits": 7}, "at") == Resources(
        "at", {"cpu": [1]}, {}
    )


@pytest.mark.parametrize("kind", PREFIXES, ids=lambda kind: kind[1])
def test_every_kind_that_holds_a_pod_says_it(kind: tuple[str, str]) -> None:
    asked = {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}
    spec: dict[str, Any] = {
        "resources": asked,
        "containers": [{"name": "a", "resources": asked}],
        "initContainers": [{"name": "b", "resources": asked}],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            {"name": "pages", "emptyDir": {"medium": "HugePages-2Mi"}},
            {"name": "other", "configMap": {"name": "x"}},
            {"name": "odd", "emptyDir": {"medium": ["Memory"]}},
        ],
    }
    (found,) = read(kind, spec).workloads
    path = found.path
    assert found.resources == Resources(f"{path}.resources", {"cpu": "1"}, {"memory": "1Gi"})
    assert [c.resources and c.resources.path for c in found.containers] == [
        f"{path}.containers[0].resources",
        f"{path}.initContainers[0].resources",
    ]
    assert found.scratch == (
        Scratch(f"{path}.volumes[0].emptyDir", in_memory=False, size=None),
        Scratch(f"{path}.volumes[1].emptyDir", in_memory=True, size="1Gi"),
        Scratch(f"{path}.volumes[4].emptyDir", in_memory=False, size=None),
    )


def test_a_pod_without_volumes_has_none() -> None:
    assert list(scratch_volumes(None, "spec")) == []


def test_a_volume_with_two_sources_hides_none_of_them() -> None:
    """Custom resources are not validated: what is beside an emptyDir is seen all the same."""
    volume = {"name": "a", "emptyDir": {}, "hostPath": {"path": "/etc"}}
    (found,) = read(("", "Pod"), {"volumes": [volume]}).workloads
    assert [h.text for h in found.host_paths] == ["/etc"]
