"""Levels of the Pod Security Standards: each control, and where it does not apply."""

from typing import Any

import pytest

from aup.api.sections.security import PodSecurityLevel
from aup.facts.model import Container, SecurityContext, SELinux, Workload
from aup.policy.terms import SecurityTerms
from aup.rules.base import Violation
from aup.rules.security.pod_security import pod_security
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import container, workload

POD = "spec.securityContext"
HERE = "spec.containers[0].securityContext"
BASELINE = replace(TERMS.security, level=PodSecurityLevel.BASELINE)
RESTRICTED = replace(TERMS.security, level=PodSecurityLevel.RESTRICTED)
PRIVILEGED = replace(TERMS.security, level=PodSecurityLevel.PRIVILEGED)

CONFINED: dict[str, Any] = {
    "dropped": ("ALL",),
    "allow_privilege_escalation": False,
    "run_as_non_root": True,
    "seccomp": "RuntimeDefault",
}


def pod(said: dict[str, Any], of_pod: dict[str, Any] | None = None, **changes: Any) -> Workload:
    """Return a Pod whose only container says this, and itself that."""
    running = container("tool", security=SecurityContext(HERE, **said))
    context = SecurityContext(POD, **(of_pod or {}))
    return workload(containers=(running,), security=context, **changes)


def told(running: Workload, terms: SecurityTerms) -> list[tuple[str, str]]:
    return [(v.path, v.value) for v in pod_security(running, terms)]


def test_the_default_of_everything_passes_at_baseline() -> None:
    assert TERMS.security.level is PodSecurityLevel.BASELINE
    assert told(pod({}), BASELINE) == []


def test_at_privileged_nothing_is_asked() -> None:
    said = {"seccomp": "Unconfined", "apparmor": "Unconfined", "selinux": SELinux("spc_t")}
    assert told(pod(said, said), PRIVILEGED) == []


@pytest.mark.parametrize("terms", [BASELINE, RESTRICTED], ids=["baseline", "restricted"])
@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"seccomp": "Unconfined"}, "seccompProfile.type", "Unconfined"),
        ({"seccomp": "runtimedefault"}, "seccompProfile.type", "runtimedefault"),
        ({"apparmor": "Unconfined"}, "appArmorProfile.type", "Unconfined"),
        ({"selinux": SELinux("spc_t")}, "seLinuxOptions.type", "spc_t"),
        ({"selinux": SELinux("", "system_u")}, "seLinuxOptions.user", "system_u"),
        ({"selinux": SELinux("", "", "system_r")}, "seLinuxOptions.role", "system_r"),
    ],
)
def test_a_profile_that_is_switched_off_is_told_of_pod_and_container(
    said: dict[str, Any], field: str, value: str, terms: SecurityTerms
) -> None:
    found = told(pod(CONFINED | said, said), terms)
    assert found == [(f"{POD}.{field}", value), (f"{HERE}.{field}", value)]


@pytest.mark.parametrize(
    "said",
    [
        {"seccomp": "RuntimeDefault"},
        {"seccomp": "Localhost"},
        {"apparmor": "RuntimeDefault"},
        {"apparmor": "Localhost"},
        *({"selinux": SELinux(f"container{kind}_t")} for kind in ("", "_init", "_kvm", "_engine")),
        {"selinux": SELinux()},
        {"run_as_user": 0, "run_as_non_root": False, "allow_privilege_escalation": True},
    ],
)
def test_a_profile_for_containers_passes_at_baseline(said: dict[str, Any]) -> None:
    assert told(pod(said), BASELINE) == []


@pytest.mark.parametrize(
    ("value", "off"),
    [
        ("", False),
        ("runtime/default", False),
        ("localhost/own", False),
        ("unconfined", True),
        ("Runtime/Default", True),
        ("local/own", True),
    ],
)
def test_the_older_annotation_of_apparmor_counts(value: str, off: bool) -> None:
    key = "container.apparmor.security.beta.kubernetes.io/app"
    annotated = pod({}, annotations={key: value, f"x-{key}": "unconfined"})
    expected = [(f'metadata.annotations["{key}"]', value)] if off else []
    assert told(annotated, BASELINE) == expected


def test_capabilities_that_the_node_notices_warn_at_baseline() -> None:
    assert list(
        pod_security(pod({"added": ("IPC_LOCK", "cap_sys_nice", "NET_ADMIN")}), BASELINE)
    ) == [
        Violation(
            path=f"{HERE}.capabilities.add[1]",
            value="cap_sys_nice",
            detail="is a capability that puts its processes before those of others",
            remedy="leave it out",
            key=("SYS_NICE", "docker.io/library/tool"),
            image="docker.io/library/tool",
            warn=True,
        )
    ]


def test_what_the_provider_lists_is_not_told() -> None:
    listed = frozenset({"SYS_NICE", "CHOWN"})
    adding = pod(CONFINED | {"added": ("SYS_NICE", "CHOWN", "KILL")})
    assert told(adding, replace(BASELINE, capabilities=listed)) == []
    assert told(adding, replace(RESTRICTED, capabilities=listed)) == [
        (f"{HERE}.capabilities.add[2]", "KILL")
    ]


def test_restricted_asks_for_all_of_it() -> None:
    assert told(pod(CONFINED), RESTRICTED) == []
    assert told(pod({}), RESTRICTED) == [
        (f"{HERE}.capabilities.drop", ""),
        (f"{HERE}.allowPrivilegeEscalation", ""),
        (f"{HERE}.runAsNonRoot", ""),
        (f"{HERE}.seccompProfile.type", ""),
    ]


def test_what_the_pod_says_counts_where_the_container_says_nothing() -> None:
    less = {key: CONFINED[key] for key in ("dropped", "allow_privilege_escalation")}
    of_pod = {key: CONFINED[key] for key in ("run_as_non_root", "seccomp")}
    assert told(pod(less, of_pod), RESTRICTED) == []
    contradicting = less | {"run_as_non_root": False}
    assert told(pod(contradicting, of_pod), RESTRICTED) == [(f"{HERE}.runAsNonRoot", "false")]


def test_root_is_told_wherever_it_is_named() -> None:
    named = told(pod(CONFINED | {"run_as_user": 0}, {"run_as_user": 0}), RESTRICTED)
    assert named == [(f"{POD}.runAsUser", "0"), (f"{HERE}.runAsUser", "0")]
    assert told(pod(CONFINED | {"run_as_user": 1}), RESTRICTED) == []


def test_users_that_are_not_those_of_the_node_may_be_root() -> None:
    said = CONFINED | {"run_as_user": 0, "run_as_non_root": False}
    assert told(pod(said, host_users=False), RESTRICTED) == []
    assert len(told(pod(said, host_users=True), RESTRICTED)) == 2


@pytest.mark.parametrize(
    ("added", "over"), [("NET_BIND_SERVICE", False), ("CHOWN", True), ("IPC_LOCK", True)]
)
def test_restricted_allows_to_bind_low_ports_only(added: str, over: bool) -> None:
    expected = [(f"{HERE}.capabilities.add[0]", added)] if over else []
    assert told(pod(CONFINED | {"added": (added,)}), RESTRICTED) == expected


def test_capabilities_that_lead_out_are_told_by_another_rule() -> None:
    assert told(pod(CONFINED | {"added": ("SYS_ADMIN", "ALL", "NEW_ONE")}), RESTRICTED) == []


def test_a_kept_net_raw_is_told_once() -> None:
    """By host/capabilities, where the policy asks for that."""
    told_elsewhere = replace(RESTRICTED, net_raw_must_be_dropped=True)
    drop = (f"{HERE}.capabilities.drop", "")
    assert told(pod(CONFINED | {"dropped": ()}), told_elsewhere) == []
    assert told(pod(CONFINED | {"dropped": ("NET_RAW",)}), told_elsewhere) == [drop]
    assert told(pod(CONFINED | {"dropped": ("NET_RAW",)}), RESTRICTED) == [drop]


def test_windows_is_not_asked_for_what_it_has_not() -> None:
    assert told(pod({"run_as_non_root": True}, os="windows"), RESTRICTED) == []
    assert told(pod({}, os="windows"), RESTRICTED) == [(f"{HERE}.runAsNonRoot", "")]


def test_restricted_takes_storage_through_claims_only() -> None:
    sources = ("spec.volumes[0].nfs", "spec.volumes[2].azureFile")
    mounting = pod(CONFINED, remote_sources=sources)
    assert told(mounting, RESTRICTED) == [(path, "") for path in sources]
    assert told(mounting, BASELINE) == []


def test_a_part_of_a_pod_is_asked_for_nothing_but_held_to_what_it_says() -> None:
    part = pod({"run_as_user": 0}, partial=True, remote_sources=("spec.volumes[0].nfs",))
    assert told(part, RESTRICTED) == [(f"{HERE}.runAsUser", "0")]


def test_every_container_is_asked() -> None:
    second = Container(
        kind=container("x").kind,
        name="second",
        path="spec.initContainers[0]",
        image=None,
        security=SecurityContext("spec.initContainers[0].securityContext"),
    )
    running = replace(pod(CONFINED), containers=(*pod(CONFINED).containers, second))
    assert len(told(running, RESTRICTED)) == 4
