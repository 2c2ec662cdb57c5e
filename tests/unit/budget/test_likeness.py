"""Pods of one template are alike, and what is left of them is charged as they are."""

from typing import Any

import msgspec
import pytest

from aup.budget.likeness import likeness
from aup.budget.measure import measure_pod
from aup.budget.usage import Defaults, charge
from aup.budget.wire import Pod
from aup.facts.quantity import parse

CONTAINER: dict[str, Any] = {
    "name": "web",
    "image": "registry.example/web:1",
    "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}},
}
DEFAULTS = Defaults(requests={"memory": parse("32Mi")}, limits={"cpu": parse("1")})


def pod(name: str = "web-0", **changes: Any) -> Pod:
    """Return a pod that runs, as the API server would give it."""
    status = {
        "phase": "Running",
        "containerStatuses": [{"name": "web"}],
        **changes.pop("status", {}),
    }
    annotations = changes.pop("annotations", {"example.com/seen": name})
    spec = {
        "containers": [CONTAINER],
        "initContainers": [{"name": "proxy", "restartPolicy": "Always", "image": "proxy:1"}],
        "nodeName": f"node-of-{name}",
        "volumes": [
            {"name": f"kube-api-access-{name}", "projected": {}},
            {"name": "scratch", "emptyDir": {"medium": "Memory"}},
            {"name": "model", "image": {"reference": "registry.example/model:2"}},
        ],
        **changes,
    }
    metadata = {"namespace": "acme-prod", "name": name, "annotations": annotations}
    return msgspec.convert({"metadata": metadata, "spec": spec, "status": status}, Pod)


def test_pods_of_one_template_are_alike_wherever_they_run() -> None:
    one, other = likeness(pod()), likeness(pod("web-1"))
    assert one == other


DIFFERENT = {
    "another image": {"containers": [{**CONTAINER, "image": "registry.example/web:2"}]},
    "another request": {"containers": [{**CONTAINER, "resources": {"requests": {"cpu": "1"}}}]},
    "an ordinary init container": {"initContainers": [{"name": "proxy", "image": "proxy:1"}]},
    "a container of its own": {"ephemeralContainers": [{"name": "shell", "image": "sh:1"}]},
    "scratch of a size": {"volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}}]},
    "no image mounted": {"volumes": [{"name": "scratch", "emptyDir": {"medium": "Memory"}}]},
    "overhead": {"overhead": {"cpu": "10m"}},
    "resources of the pod": {"resources": {"limits": {"cpu": "1"}}},
    "a deadline": {"activeDeadlineSeconds": 5},
    "a priority": {"priorityClassName": "high"},
    "an affinity": {
        "affinity": {
            "podAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{"namespaces": ["beta-prod"]}]
            }
        }
    },
    "Windows": {"os": {"name": "windows"}},
    "a Windows node": {"nodeSelector": {"kubernetes.io/os": "windows"}},
    "a declared licence": {"annotations": {"aup.asergo.com/license": "MIT"}},
    "its end": {"status": {"phase": "Succeeded"}},
    "a resize that is half done": {
        "status": {
            "containerStatuses": [
                {"name": "web", "resources": {"requests": {"cpu": "2"}}},
            ]
        }
    },
}


@pytest.mark.parametrize("changes", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_whatever_is_charged_or_measured_makes_a_difference(changes: dict[str, Any]) -> None:
    assert likeness(pod(**changes))[0] != likeness(pod())[0]


@pytest.mark.parametrize("changes", [{}, *DIFFERENT.values()], ids=["as it is", *DIFFERENT.keys()])
def test_what_is_left_is_charged_and_measured_as_the_pod(changes: dict[str, Any]) -> None:
    """All but the node, of which each pod has its own."""
    found = pod(**changes)
    _, alike = likeness(found)
    assert measure_pod(alike) == measure_pod(found)._replace(node="")
    assert charge(alike) == charge(found)
    assert charge(alike, DEFAULTS) == charge(found, DEFAULTS)


def test_a_pod_that_says_nothing_has_a_likeness() -> None:
    assert likeness(Pod())[1] == Pod()
