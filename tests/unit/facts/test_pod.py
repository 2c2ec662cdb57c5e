"""Bounds of one pod: what is over them is refused, and nothing else of such a pod is read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import ContainerKind, Problem, Subject
from aup.facts.pod import MAX_ENTRIES, MAX_IMAGES, MAX_REGIONS
from support.workloads import read
from support.world import Cluster

POD = ("", "Pod")
REGION = "topology.kubernetes.io/region"


def containers(count: int) -> Any:
    """Return a pod with so many containers, spread over its three lists."""
    share, rest = divmod(count, len(ContainerKind))
    spec = {str(kind): [{"image": "x"}] * share for kind in ContainerKind}
    spec[str(ContainerKind.EPHEMERAL)] += [{"image": "x"}] * rest
    return spec


def affinity(values: list[str], key: str) -> Any:
    expression = {"key": key, "operator": "In", "values": values}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    return {"affinity": {"nodeAffinity": required}}


def capable(add: int, drop: int = 0) -> Any:
    capabilities = {"add": ["CHOWN"] * add, "drop": ["ALL"] * drop}
    return {"securityContext": {"capabilities": capabilities}}


BOUNDS: dict[str, tuple[int, Callable[[int], Any]]] = {
    "containers": (MAX_IMAGES, containers),
    "images as volumes": (MAX_IMAGES, lambda n: {"volumes": [{"image": {"reference": "x"}}] * n}),
    "volumes": (MAX_ENTRIES, lambda n: {"volumes": [{"hostPath": {"path": "/"}}] * n}),
    "ports": (
        MAX_ENTRIES,
        lambda n: {
            "containers": [{"ports": [{"hostPort": 1}]}],
            "ephemeralContainers": [{"ports": [{"hostPort": 1}] * (n - 1)}],
        },
    ),
    "capabilities": (
        MAX_ENTRIES,
        lambda n: {"initContainers": [capable(1, 1)], "ephemeralContainers": [capable(n - 2)]},
    ),
    "sysctls": (MAX_ENTRIES, lambda n: {"securityContext": {"sysctls": [{"name": "x"}] * n}}),
    "values of node affinity": (MAX_ENTRIES, lambda n: affinity(["x"] * n, "example.com/label")),
    "regions": (MAX_REGIONS, lambda n: affinity([f"r{i}" for i in range(n)], REGION)),
}


@pytest.mark.parametrize(("what", "most", "spec"), [(k, *v) for k, v in BOUNDS.items()], ids=BOUNDS)
def test_a_pod_with_more_than_is_looked_at_is_refused(
    what: str, most: int, spec: Callable[[int], Any]
) -> None:
    within, over = read(POD, spec(most)), read(POD, spec(most + 1) | {"hostPID": True})
    assert within.problems == ()
    assert over.problems == (
        Problem(
            "spec",
            "",
            f"has more than {most} {what}",
            hides=True,
            remedy="spread them over several objects",
        ),
    )
    (workload,) = over.workloads
    read_of_it = (workload.containers, workload.volume_images, workload.host_paths)
    assert (*read_of_it, workload.security.sysctls) == ((), (), (), ())
    assert not workload.host_pid


@pytest.mark.parametrize(("over", "problems"), [(0, []), (1, ["has more than 256 images"])])
def test_no_number_of_images_in_annotations_hides_one(over: int, problems: list[str]) -> None:
    sidecars = json.dumps([{"image": f"reg.example/a:{i}"} for i in range(MAX_IMAGES + over)])
    annotations = {"hooks.kubevirt.io/hookSidecars": sidecars}
    raw = json.dumps({"metadata": {"annotations": annotations}, "spec": {}}).encode()
    found = extract(raw, Subject(*POD, "acme-prod", "web"), Cluster())
    assert [(p.path, p.detail, p.hides) for p in found.problems] == [
        ("metadata.annotations", problem, True) for problem in problems
    ]


def test_all_bounds_are_told_at_once() -> None:
    spec = containers(MAX_IMAGES + 1) | {"volumes": [{"emptyDir": {}}] * (MAX_ENTRIES + 1)}
    assert [problem.detail for problem in read(POD, spec).problems] == [
        f"has more than {MAX_IMAGES} containers",
        f"has more than {MAX_ENTRIES} volumes",
    ]
