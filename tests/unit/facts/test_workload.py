"""Pods and pod templates: every kind, every container, and each path as it stands in the object."""

import json
from typing import Any

import pytest

from aup.facts.extract import KINDS, extract
from aup.facts.model import (
    Container,
    ContainerKind,
    Image,
    Offline,
    Operation,
    Placement,
    Port,
    Problem,
    SecurityContext,
    Workload,
    Writer,
)
from support.corpus import resolve
from support.workloads import PREFIXES, Nodes, manifest, read, subject

POD = ("", "Pod")
DEPLOYMENT = ("apps", "Deployment")
EU_NORTH = frozenset({"eu-north-1"})
BUSY_SPEC: dict[str, Any] = {
    "containers": [
        {"name": "app", "image": "redis:7", "ports": [{"containerPort": 80}, {"hostPort": 81}]}
    ],
    "initContainers": [
        {"name": "prepare", "image": "busybox"},
        {"name": "sidecar", "image": "envoy", "restartPolicy": "Always"},
    ],
    "ephemeralContainers": [{"name": "debug", "image": "netshoot"}],
    "volumes": [
        {"name": "data", "emptyDir": {}},
        {"name": "model", "image": {"reference": "reg.example/model:1"}},
    ],
    "nodeSelector": {"topology.kubernetes.io/region": "eu-north-1"},
}


def only(spec: Any, kind: tuple[str, str] = POD, **changes: Any) -> Workload:
    """Return the workload of an object in which everything can be read."""
    found = read(kind, spec, **changes)
    assert found.problems == ()
    (workload,) = found.workloads
    return workload


def test_all_nine_core_kinds_with_a_pod_template_are_read() -> None:
    assert KINDS.issuperset(PREFIXES)
    assert len(PREFIXES) == 9


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
def test_every_image_of_every_kind_is_found_where_it_stands(kind: tuple[str, str]) -> None:
    workload = only(BUSY_SPEC, kind)
    obj = manifest(kind, BUSY_SPEC)
    assert [image.repository for image in workload.images] == [
        "docker.io/library/redis",
        "docker.io/library/busybox",
        "docker.io/library/envoy",
        "docker.io/library/netshoot",
        "reg.example/model",
    ]
    for image in workload.images:
        assert resolve(obj, image.path) == image.text
    for ground in workload.placement.grounds:
        assert resolve(obj, ground.path) == ground.value


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
def test_labels_and_paths_are_those_of_the_pod_template(kind: tuple[str, str]) -> None:
    found = read(kind, {}, labels={"app": "web", "empty": None})
    prefix = f"{PREFIXES[kind]}." if PREFIXES[kind] else ""
    (workload,) = found.workloads
    assert workload.labels == {"app": "web", "empty": ""}
    assert workload.labels_path == f"{prefix}metadata.labels"
    assert workload.path == f"{prefix}spec"


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
@pytest.mark.parametrize("spec", [None, {}], ids=["null", "empty"])
def test_a_template_without_content_runs_nothing(kind: tuple[str, str], spec: Any) -> None:
    workload = only(spec, kind)
    assert workload.images == ()
    assert workload.placement.regions is None


def test_a_container_is_read_in_full() -> None:
    spec: dict[str, Any] = {
        "containers": [
            None,
            {
                "name": "app",
                "image": "redis:7",
                "ports": [{"containerPort": 80, "hostPort": 8080}, None, {"containerPort": 443}],
                "securityContext": {"privileged": True, "windowsOptions": {"hostProcess": True}},
            },
        ]
    }
    path = "spec.containers[1]"
    assert only(spec).containers == (
        Container(
            kind=ContainerKind.CONTAINER,
            name="",
            path="spec.containers[0]",
            image=None,
            security=SecurityContext("spec.containers[0].securityContext"),
        ),
        Container(
            kind=ContainerKind.CONTAINER,
            name="app",
            path=path,
            image=Image("redis:7", f"{path}.image", "docker.io/library/redis", "7"),
            ports=(
                Port(80, 8080, f"{path}.ports[0]"),
                Port(0, 0, f"{path}.ports[1]"),
                Port(443, 0, f"{path}.ports[2]"),
            ),
            privileged=True,
            host_process=True,
            security=SecurityContext(f"{path}.securityContext"),
        ),
    )


def test_null_and_false_open_nothing_of_the_node() -> None:
    for value in (None, False):
        workload = only(
            {
                "hostNetwork": value,
                "hostPID": value,
                "hostIPC": value,
                "securityContext": {"windowsOptions": {"hostProcess": value}},
                "containers": [{"securityContext": {"privileged": value}}],
            }
        )
        assert not any((workload.host_network, workload.host_pid, workload.host_ipc))
        assert not any((workload.pod_host_process, workload.containers[0].privileged))


def test_the_switches_of_the_pod_are_read() -> None:
    workload = only(
        {
            "hostNetwork": True,
            "hostPID": True,
            "hostIPC": True,
            "securityContext": {"windowsOptions": {"hostProcess": True}},
        }
    )
    assert workload.host_network
    assert workload.host_pid
    assert workload.host_ipc
    assert workload.pod_host_process


def test_in_the_network_of_the_node_every_port_is_a_port_of_the_node() -> None:
    spec = {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]}
    assert only(spec).containers[0].ports == (Port(80, 80, "spec.containers[0].ports[0]"),)


def test_a_template_may_leave_the_image_to_others() -> None:
    spec = {"containers": [{"name": "a"}, {"name": "b", "image": ""}], "volumes": [{"image": {}}]}
    assert only(spec, DEPLOYMENT).images == ()


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        pytest.param(
            {"containers": [{"image": 7}]},
            Problem("spec.containers[0].image", "7", "is a number where a string belongs"),
            id="image",
        ),
        pytest.param(
            {"hostNetwork": "true"},
            Problem("spec.hostNetwork", "true", "is a string where a boolean belongs"),
            id="switch",
        ),
        pytest.param(
            {"containers": [{"ports": [{"hostPort": "80"}]}]},
            Problem(
                "spec.containers[0].ports[0].hostPort", "80", "is a string where an integer belongs"
            ),
            id="port",
        ),
        pytest.param(
            {"nodeSelector": {"topology.kubernetes.io/region": True}},
            Problem(
                'spec.nodeSelector["topology.kubernetes.io/region"]',
                "true",
                "is a boolean where a string belongs",
            ),
            id="selector",
        ),
        pytest.param(
            {"containers": {"app": {"image": "redis"}}},
            Problem("spec.containers", "", "is an object where a list belongs"),
            id="list",
        ),
        pytest.param("x", Problem("spec", "x", "is a string where an object belongs"), id="spec"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_problem(spec: Any, problem: Problem) -> None:
    assert read(POD, spec).problems == (problem,)


def test_a_label_of_the_wrong_type_is_a_problem_and_the_others_are_read() -> None:
    found = read(DEPLOYMENT, {}, labels={"version": 1.5, "app": "web"})
    assert found.problems == (
        Problem(
            'spec.template.metadata.labels["version"]', "1.5", "is a number where a string belongs"
        ),
    )
    (workload,) = found.workloads
    assert workload.labels == {"app": "web"}


def test_what_can_be_read_beside_a_problem_is_still_judged() -> None:
    found = read(POD, {"hostPID": 1, "hostIPC": True, "containers": [{"image": "redis"}, "x"]})
    assert {problem.path for problem in found.problems} == {"spec.containers[1]", "spec.hostPID"}
    (workload,) = found.workloads
    assert workload.host_ipc
    assert [image.text for image in workload.images] == ["redis"]


def test_the_region_of_a_node_comes_from_the_surroundings() -> None:
    cluster = Nodes({"n1": "eu-north-1"})
    assert only({"nodeName": "n1"}, surroundings=cluster).placement.regions == EU_NORTH
    assert only({"nodeName": "n1"}).placement == Placement(None, "spec.nodeName", "n1")


@pytest.mark.parametrize(
    ("kind", "changes", "settled"),
    [
        pytest.param(POD, {}, False, id="a-new-pod-waits-for-the-quota"),
        pytest.param(POD, {"operation": Operation.UPDATE}, True, id="a-pod-that-exists-does-not"),
        pytest.param(POD, {"subresource": "status"}, True, id="nor-does-a-subresource"),
        pytest.param(DEPLOYMENT, {}, True, id="nor-does-a-template"),
    ],
)
def test_who_waits_for_the_quota(
    kind: tuple[str, str], changes: dict[str, Any], *, settled: bool
) -> None:
    cluster = Nodes({}, settled=False)
    assert only({}, kind, surroundings=cluster, **changes).budget_settled is settled


ALICE = Writer("alice@acme.example")
STRIMZI = Writer("system:serviceaccount:acme-prod:strimzi-cluster-operator")


@pytest.mark.parametrize(
    ("kind", "writer", "continues"),
    [
        pytest.param(POD, ALICE, False, id="pod-of-a-tenant"),
        pytest.param(POD, None, False, id="pod-in-a-file"),
        pytest.param(
            POD,
            Writer("system:serviceaccount:kube-system:replicaset-controller"),
            True,
            id="pod-of-a-replica-set",
        ),
        pytest.param(
            POD,
            Writer("system:serviceaccount:kube-system:deployment-controller"),
            False,
            id="pod-of-who-makes-none",
        ),
        pytest.param(DEPLOYMENT, ALICE, False, id="deployment-of-a-tenant"),
        pytest.param(DEPLOYMENT, None, False, id="deployment-in-a-file"),
        pytest.param(
            ("apps", "ReplicaSet"),
            Writer("system:serviceaccount:kube-system:deployment-controller"),
            True,
            id="replica-set-of-a-deployment",
        ),
        pytest.param(
            ("batch", "Job"),
            Writer("system:serviceaccount:kube-system:cronjob-controller"),
            True,
            id="job-of-a-cron-job",
        ),
        pytest.param(
            ("batch", "Job"),
            Writer("system:serviceaccount:acme-prod:cronjob-controller"),
            False,
            id="a-tenants-account-of-the-same-name",
        ),
    ],
)
def test_what_continues_a_workload_that_was_admitted(
    kind: tuple[str, str], writer: Writer | None, *, continues: bool
) -> None:
    assert only({}, kind, writer=writer).continues is continues


@pytest.mark.parametrize(
    ("owners", "continues"),
    [
        pytest.param([{"kind": "StrimziPodSet", "controller": True}], True, id="a-controller"),
        pytest.param([None, {"kind": "A"}, {"kind": "B", "controller": True}], True, id="the-last"),
        pytest.param([{"kind": "ConfigMap"}, {"controller": False}], False, id="no-controller"),
        pytest.param([], False, id="none"),
        pytest.param(None, False, id="null"),
    ],
)
def test_a_pod_that_names_its_controller_was_made_by_it(owners: Any, *, continues: bool) -> None:
    """Operators of tenants make their Pods themselves, and make them again after a drain."""
    pod = manifest(POD, {"containers": []})
    pod["metadata"]["ownerReferences"] = owners
    found = extract(json.dumps(pod).encode(), subject(writer=STRIMZI), Offline())
    assert not found.problems
    assert [workload.continues for workload in found.workloads] == [continues]


def test_a_person_makes_no_pod_again_whatever_it_names() -> None:
    """Whoever types an owner reference in would never have to renew a licence."""
    pod = manifest(POD, {"containers": []})
    pod["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "controller": True}]
    raw = json.dumps(pod).encode()
    for writer, continues in ((ALICE, False), (None, True)):
        (workload,) = extract(raw, subject(writer=writer), Offline()).workloads
        assert workload.continues is continues


def test_what_the_object_declares_stands_beside_what_its_pods_do() -> None:
    """A declaration counts wherever on a workload it is written, and once where both say it."""
    deployment = manifest(("apps", "Deployment"), {"containers": []}, {"a": "1", "b": "1"})
    deployment["metadata"] = {"labels": {"a": "1", "b": "2", "c": "3", "d": None}}
    raw = json.dumps(deployment).encode()
    (workload,) = extract(raw, subject(("apps", "Deployment")), Offline()).workloads
    template = 'spec.template.metadata.labels["{}"]'
    assert list(workload.declared("a")) == [(template.format("a"), "1")]
    assert list(workload.declared("b")) == [
        (template.format("b"), "1"),
        ('metadata.labels["b"]', "2"),
    ]
    assert list(workload.declared("c")) == [('metadata.labels["c"]', "3")]
    assert not [*workload.declared("d"), *workload.declared("e")]


def test_a_subresource_that_carries_a_pod_is_read_as_the_pod() -> None:
    workload = only(
        {"ephemeralContainers": [{"image": "netshoot"}]}, subresource="ephemeralcontainers"
    )
    assert [image.path for image in workload.images] == ["spec.ephemeralContainers[0].image"]
