"""Capabilities: what leads out of a container is told, in any spelling and any list."""

import pytest

from aup.facts.model import Container, ContainerKind, SecurityContext
from aup.rules.base import Violation
from aup.rules.capability import BASELINE, CONFINED, NOTICEABLE, REACHING
from aup.rules.host.capabilities import capabilities
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import container, workload

HOST = TERMS.host
DROPPING = replace(HOST, require_drop_net_raw=True)


def adding(*names: str, drop: tuple[str, ...] = (), kind: str = "containers") -> Container:
    path = f"spec.{kind}[0]"
    context = SecurityContext(f"{path}.securityContext", added=names, dropped=drop)
    return container("tool", kind=ContainerKind(kind), path=path, security=context)


def found(*containers: Container, terms: object = HOST, **changes: object) -> list[Violation]:
    return list(capabilities(workload(containers=containers, **changes), terms))  # type: ignore[arg-type]  # terms of the section host


def test_an_added_capability_is_told_with_what_it_does() -> None:
    assert found(adding("CHOWN", "NET_RAW")) == [
        Violation(
            path="spec.containers[0].securityContext.capabilities.add[1]",
            value="NET_RAW",
            detail="is a capability that sends packets under any address",
            remedy="leave it out",
            key=("NET_RAW", "docker.io/library/tool"),
            image="docker.io/library/tool",
        )
    ]


@pytest.mark.parametrize("name", sorted(REACHING))
@pytest.mark.parametrize("spelling", ["{}", "CAP_{}", "cap_{}"])
def test_every_one_that_reaches_out_is_told_however_it_is_spelt(name: str, spelling: str) -> None:
    text = spelling.format(name if spelling.isupper() else name.lower())
    (violation,) = found(adding(text))
    assert (violation.value, violation.key[0]) == (text, name)
    assert violation.detail == f"is a capability that {REACHING[name]}"


@pytest.mark.parametrize("name", sorted({*BASELINE, *CONFINED, *NOTICEABLE}))
def test_what_stays_within_or_is_only_noticed_is_no_matter_of_this_rule(name: str) -> None:
    assert found(adding(name, f"CAP_{name}", name.lower())) == []


@pytest.mark.parametrize("text", ["", "NET_TELEPORT", " NET_RAW", "CAP_CAP_CHOWN"])
def test_a_name_that_nobody_knows_is_told(text: str) -> None:
    (violation,) = found(adding(text))
    assert violation.detail == "is a capability that may do anything, since nobody knows the name"


@pytest.mark.parametrize("kind", ContainerKind)
def test_every_list_of_containers_is_read(kind: ContainerKind) -> None:
    (violation,) = found(adding("BPF", kind=str(kind)))
    assert violation.path == f"spec.{kind}[0].securityContext.capabilities.add[0]"


def test_the_provider_may_list_some() -> None:
    some = replace(HOST, capabilities=frozenset({"NET_ADMIN"}))
    assert [v.value for v in found(adding("cap_net_admin", "NET_RAW"), terms=some)] == ["NET_RAW"]


@pytest.mark.parametrize(
    ("drop", "kept"),
    [
        (("ALL",), False),
        (("all",), False),
        (("CHOWN", "NET_RAW"), False),
        ((), True),
        (("NET_ADMIN",), True),
        (("CAP_NET_RAW",), True),
        (("CAP_ALL",), True),
    ],
)
def test_where_it_is_asked_for_every_container_drops_net_raw(
    drop: tuple[str, ...], kept: bool
) -> None:
    violations = found(adding(drop=drop), terms=DROPPING)
    path = "spec.containers[0].securityContext.capabilities.drop"
    told = [(path, "", ("drop", "docker.io/library/tool"))] if kept else []
    assert [(v.path, v.value, v.key) for v in violations] == told
    assert found(adding(drop=drop)) == []


def test_nobody_drops_what_windows_has_not_or_another_rule_tells_of() -> None:
    assert found(adding(), terms=DROPPING, os="windows") == []
    assert found(adding(), terms=DROPPING, partial=True) == []
    assert found(replace(adding(), privileged=True), terms=DROPPING) == []
    assert len(found(adding(), terms=DROPPING, os="linux")) == 1
