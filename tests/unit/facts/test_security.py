"""Security contexts: every field of every list of containers, where it stands."""

from typing import Any

import pytest

from aup.facts.model import ContainerKind, Problem, SecurityContext, SELinux
from support.corpus import resolve
from support.workloads import PREFIXES, manifest, read

CONTEXT: dict[str, Any] = {
    "privileged": True,
    "capabilities": {"add": ["NET_RAW", None], "drop": ["ALL"]},
    "procMount": "Unmasked",
    "allowPrivilegeEscalation": False,
    "seccompProfile": {"type": "Localhost", "localhostProfile": "own.json"},
    "appArmorProfile": {"type": "Unconfined"},
    "seLinuxOptions": {"type": "spc_t", "user": "u", "role": "r", "level": "s0"},
    "runAsNonRoot": True,
    "runAsUser": 0,
}
POD_CONTEXT: dict[str, Any] = {
    "sysctls": [{"name": "net.ipv4.ip_forward", "value": "1"}, None, {"value": "2"}],
    "seccompProfile": {"type": "RuntimeDefault"},
    "appArmorProfile": {"type": None},
    "seLinuxOptions": {},
    "runAsNonRoot": False,
    "runAsUser": 1000,
}


@pytest.mark.parametrize("kind", PREFIXES, ids="/".join)
def test_what_a_pod_and_its_containers_say_is_read_of_every_kind(kind: tuple[str, str]) -> None:
    spec = {
        "securityContext": POD_CONTEXT,
        "hostUsers": False,
        "os": {"name": "linux"},
        **{str(listed): [{"securityContext": CONTEXT}] for listed in ContainerKind},
    }
    (workload,) = read(kind, spec).workloads
    assert (workload.host_users, workload.os) == (False, "linux")
    assert workload.security == SecurityContext(
        path=f"{workload.path}.securityContext",
        sysctls=("net.ipv4.ip_forward", "", ""),
        seccomp="RuntimeDefault",
        selinux=SELinux(),
        run_as_non_root=False,
        run_as_user=1000,
    )
    assert len(workload.containers) == 3
    for container in workload.containers:
        assert container.security == SecurityContext(
            path=f"{container.path}.securityContext",
            added=("NET_RAW", ""),
            dropped=("ALL",),
            proc_mount="Unmasked",
            allow_privilege_escalation=False,
            seccomp="Localhost",
            apparmor="Unconfined",
            selinux=SELinux("spc_t", "u", "r"),
            run_as_non_root=True,
            run_as_user=0,
        )
        obj = manifest(kind, spec)
        assert resolve(obj, container.security.at("capabilities.add[0]")) == "NET_RAW"
        assert resolve(obj, workload.security.at("sysctls[0].name")) == "net.ipv4.ip_forward"


@pytest.mark.parametrize("nothing", [None, {}, {"capabilities": None}, {"capabilities": {}}])
def test_nothing_said_is_nothing(nothing: Any) -> None:
    found = read(
        ("", "Pod"), {"securityContext": None, "containers": [{"securityContext": nothing}]}
    )
    (workload,) = found.workloads
    assert workload.containers[0].security == SecurityContext("spec.containers[0].securityContext")
    assert workload.security == SecurityContext("spec.securityContext")
    assert (workload.host_users, workload.os, found.problems) == (None, "", ())


def test_what_is_of_another_type_is_a_problem_and_the_rest_is_read() -> None:
    context = {"capabilities": {"add": [7, "NET_RAW"]}, "runAsUser": "root"}
    found = read(("", "Pod"), {"containers": [{"securityContext": context}]})
    assert found.workloads[0].containers[0].security.added == ("", "NET_RAW")
    at = "spec.containers[0].securityContext"
    assert found.problems == (
        Problem(f"{at}.capabilities.add[0]", "7", "is a number where a string belongs"),
        Problem(f"{at}.runAsUser", "root", "is a string where an integer belongs"),
    )
