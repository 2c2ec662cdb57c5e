"""Host rules: nothing of the node is opened to a pod."""

from dataclasses import replace

import pytest

from aup.api.sections.choice import Permission
from aup.facts.model import ContainerKind, Port
from aup.rules.base import Violation
from aup.rules.host.namespaces import namespaces
from aup.rules.host.port import port
from aup.rules.host.privileged import privileged
from support.neutral import TERMS as NEUTRAL
from support.workloads import container, workload

TERMS = NEUTRAL.host
INIT = container("envoy", kind=ContainerKind.INIT, path="spec.initContainers[0]")


def test_each_namespace_of_the_node_is_told_by_itself() -> None:
    shared = workload(path="spec.template.spec", host_network=True, host_pid=True, host_ipc=True)
    assert list(namespaces(shared, TERMS)) == [
        Violation(
            path=f"spec.template.spec.{name}",
            value="true",
            detail=f"opens {what} to the pod",
            remedy="leave it out or set it to false",
            key=(name,),
        )
        for name, what in (
            ("hostNetwork", "the node's network and addresses"),
            ("hostPID", "the processes of everybody on the node"),
            ("hostIPC", "the shared memory of everybody on the node"),
        )
    ]


def test_a_pod_in_its_sandbox_breaks_no_rule() -> None:
    pod = workload("nginx", containers=(container("nginx", ports=(Port(80, 0, "p"),)), INIT))
    assert not [*namespaces(pod, TERMS), *port(pod, TERMS), *privileged(pod, TERMS)]


def test_a_host_port_of_any_container_is_told() -> None:
    sidecar = replace(INIT, ports=(Port(80, 8080, "spec.initContainers[0].ports[0]"),))
    assert list(port(workload(containers=(container("nginx"), sidecar)), TERMS)) == [
        Violation(
            path="spec.initContainers[0].ports[0].hostPort",
            value="8080",
            detail="is opened on the node's own address",
            remedy="leave out hostPort, and publish the port through a Service",
            key=("8080",),
            image="docker.io/library/envoy",
        )
    ]


def test_in_the_network_of_the_node_the_port_of_the_container_is_cited() -> None:
    served = container("nginx", ports=(Port(80, 80, "spec.containers[0].ports[0]"),))
    (found,) = port(workload(containers=(served,), host_network=True), TERMS)
    assert (found.path, found.value) == ("spec.containers[0].ports[0].containerPort", "80")
    assert found.remedy == "leave out hostNetwork, and publish the port through a Service"


def test_the_policy_may_allow_host_ports() -> None:
    served = container("nginx", ports=(Port(80, 80, "p"),))
    allowing = replace(TERMS, host_ports=Permission.ALLOWED)
    assert not list(port(workload(containers=(served,)), allowing))


@pytest.mark.parametrize("kind", ContainerKind)
def test_a_privileged_container_of_any_list_is_told(kind: ContainerKind) -> None:
    path = f"spec.{kind}[0]"
    image = "reg.example/tool@sha256:" + "1" * 64
    running = workload(containers=(container(image, kind=kind, path=path, privileged=True),))
    assert list(privileged(running, TERMS)) == [
        Violation(
            path=f"{path}.securityContext.privileged",
            value="true",
            detail="gives the container every right on the node itself",
            remedy="leave it out or set it to false",
            key=("privileged", "reg.example/tool"),
            image=image,
        )
    ]


def test_windows_processes_of_the_node_are_told_for_pod_and_container() -> None:
    own = container("tool", host_process=True)
    found = list(privileged(workload(containers=(own,), pod_host_process=True), TERMS))
    assert [(v.path, v.detail) for v in found] == [
        (
            "spec.securityContext.windowsOptions.hostProcess",
            "runs the pod's containers on the node itself",
        ),
        (
            "spec.containers[0].securityContext.windowsOptions.hostProcess",
            "runs the container on the node itself",
        ),
    ]


def test_a_container_without_an_image_is_judged_too() -> None:
    without = replace(container("nginx", privileged=True), image=None)
    (found,) = privileged(workload(containers=(without,)), TERMS)
    assert found.key == ("privileged", "")


def test_the_ratchet_knows_a_violation_again_when_containers_are_reordered() -> None:
    tool, other = container("tool", privileged=True), container("nginx", path="spec.containers[1]")
    before = workload(containers=(tool, other))
    after = workload(containers=(replace(other, path="p"), replace(tool, path="q", name="renamed")))
    assert [v.key for v in privileged(before, TERMS)] == [v.key for v in privileged(after, TERMS)]
