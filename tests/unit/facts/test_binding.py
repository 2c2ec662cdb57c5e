"""Bindings: which pod is given which node."""

import json
from typing import Any

from aup.facts.extract import extract
from aup.facts.model import Binding, Facts, Offline, Subject
from support.world import Cluster

HSM = Subject(group="", kind="Binding", namespace="acme-prod", name="hsm-0", subresource="binding")


def read(obj: Any, subject: Subject = HSM) -> Facts:
    return extract(json.dumps(obj).encode(), subject, Cluster())


def binding(obj: Any, subject: Subject = HSM) -> Binding:
    found = read(obj, subject).binding
    assert found is not None
    return found


def test_a_binding_names_node_and_region() -> None:
    placement = binding({"target": {"kind": "Node", "name": "node-us-1"}}).placement
    assert (placement.regions, placement.path, placement.value) == (
        frozenset({"us-east-1"}),
        "target.name",
        "node-us-1",
    )


def test_a_node_of_no_known_region_confines_to_nothing() -> None:
    assert binding({"target": {"name": "elsewhere"}}).placement.regions is None
    assert binding({"target": None}).placement.regions is None


def test_what_runs_is_known_from_the_pod_that_waits() -> None:
    pod = binding({"target": {"name": "node-us-1"}}).workload
    assert pod is not None
    assert [image.repository for image in pod.images] == ["registry.example/crypto/hsm"]


def test_a_pod_that_is_not_known_says_nothing_of_what_runs() -> None:
    other = Subject(group="", kind="Binding", namespace="acme-dev", name="hsm-0")
    assert binding({"target": {"name": "node-us-1"}}, other).workload is None
    offline = extract(b'{"target": {"name": "n"}}', HSM, Offline()).binding
    assert offline is not None
    assert offline.workload is None


def test_a_binding_is_no_workload_of_its_own() -> None:
    """The pod was judged when it was created; what it runs is not judged a second time."""
    assert read({"target": {"name": "node-us-1"}}).workloads == ()


def test_a_target_that_cannot_be_read_is_a_problem() -> None:
    (problem,) = read({"target": {"name": ["node-us-1"]}}).problems
    assert problem.path == "target.name"
