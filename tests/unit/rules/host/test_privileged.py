"""Rights on the node: no container has them, in whichever list it stands."""

import pytest

from aup.facts.model import ContainerKind, SecurityContext
from aup.rules.base import Violation
from aup.rules.host.privileged import privileged
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import container, workload

TERMS_OF_HOST = TERMS.host


def test_a_pod_in_its_sandbox_breaks_no_rule() -> None:
    assert not list(privileged(workload("nginx", "envoy"), TERMS_OF_HOST))


@pytest.mark.parametrize("kind", ContainerKind)
def test_a_privileged_container_of_any_list_is_told(kind: ContainerKind) -> None:
    path = f"spec.{kind}[0]"
    image = "reg.example/tool@sha256:" + "1" * 64
    running = workload(containers=(container(image, kind=kind, path=path, privileged=True),))
    assert list(privileged(running, TERMS_OF_HOST)) == [
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
    found = list(privileged(workload(containers=(own,), pod_host_process=True), TERMS_OF_HOST))
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


@pytest.mark.parametrize(("mount", "told"), [("", False), ("Default", False), ("Unmasked", True)])
@pytest.mark.parametrize("host_users", [None, False])
def test_proc_of_the_node_stays_masked_whosoever_the_users_are(
    mount: str, told: bool, host_users: bool | None
) -> None:
    path = "spec.containers[0].securityContext"
    shown = container("tool", security=SecurityContext(path, proc_mount=mount))
    found = list(privileged(workload(containers=(shown,), host_users=host_users), TERMS_OF_HOST))
    expected = [(f"{path}.procMount", mount, ("procMount", "docker.io/library/tool"))]
    assert [(v.path, v.value, v.key) for v in found] == (expected if told else [])


def test_a_container_without_an_image_is_judged_too() -> None:
    without = replace(container("nginx", privileged=True), image=None)
    (found,) = privileged(workload(containers=(without,)), TERMS_OF_HOST)
    assert found.key == ("privileged", "")


def test_the_ratchet_knows_a_violation_again_when_containers_are_reordered() -> None:
    tool, other = container("tool", privileged=True), container("nginx", path="spec.containers[1]")
    before = workload(containers=(tool, other))
    after = workload(containers=(replace(other, path="p"), replace(tool, path="q", name="renamed")))
    assert [v.key for v in privileged(before, TERMS_OF_HOST)] == [
        v.key for v in privileged(after, TERMS_OF_HOST)
    ]
