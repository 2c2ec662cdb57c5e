"""Which Quarantines keep a namespace closed."""

from datetime import UTC, datetime

import pytest

from aup.api.exemption import Approval
from aup.api.meta import Condition, ObjectMeta, condition
from aup.api.quarantine import (
    Quarantine,
    QuarantinePhase,
    QuarantineSpec,
    QuarantineStatus,
    Release,
)
from aup.isolation.hold import RESTORED, Target, holds, others, predecessor
from support.replacing import replace

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HERE = Target("acme-prod", "u1", "acme", "active")


def quarantine(
    name: str = "q",
    *,
    by: str | None = "lead",
    release: bool = False,
    phase: QuarantinePhase | None = None,
    restored: bool | None = None,
    uid: str = "u1",
) -> Quarantine:
    """Return a Quarantine of acme-prod."""
    conditions: tuple[Condition, ...] = ()
    if restored is not None:
        conditions = condition((), RESTORED, status=restored, reason="R", message="", now=NOW)
    return Quarantine(
        metadata=ObjectMeta(name=name),
        spec=QuarantineSpec(
            namespace="acme-prod",
            namespace_uid=uid,
            tenant="acme",
            reasons=("PortScan",),
            requested_by="desk",
            approval=Approval(by=by) if by else None,
            release=Release(by="lead", reason="done") if release else None,
        ),
        status=QuarantineStatus(phase=phase, conditions=conditions),
    )


@pytest.mark.parametrize(
    ("given", "held"),
    [
        pytest.param(quarantine(by=None), False, id="a-review-holds-nothing"),
        pytest.param(quarantine(by="desk"), False, id="nor-what-its-author-approved"),
        pytest.param(quarantine(), True, id="approval-holds-before-anything-is-done"),
        pytest.param(quarantine(release=True), True, id="until-everything-was-given-back"),
        pytest.param(quarantine(release=True, restored=True), False, id="given-back"),
        pytest.param(quarantine(release=True, restored=False), False, id="also-with-conflicts"),
        pytest.param(quarantine(phase=QuarantinePhase.RELEASED), False, id="over"),
    ],
)
def test_holds(given: Quarantine, held: bool) -> None:
    assert holds(given) is held


def test_namespace_made_anew_by_the_same_tenant_is_held_too() -> None:
    anew = replace(HERE, uid="u2")
    assert predecessor([quarantine()], anew) is not None


def test_namespace_of_that_name_of_another_tenant_is_not() -> None:
    elsewhere = replace(HERE, uid="u2", tenant="beta")
    assert predecessor([quarantine()], elsewhere) is None


def test_release_ends_it_for_a_namespace_made_anew() -> None:
    assert predecessor([quarantine(release=True)], replace(HERE, uid="u2")) is None


def test_others_are_those_that_go_on() -> None:
    one = quarantine("one", release=True)
    found = [
        one,
        quarantine("two"),
        quarantine("three", release=True),
        quarantine("four", by=None),
        quarantine("five", uid="u2"),
    ]
    assert others(one, found) == ("two",)
