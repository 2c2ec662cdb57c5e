"""Conditions, and reading and writing of wire data."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from aup.api.assignment import AddressAssignment, AssignmentState
from aup.api.meta import (
    Condition,
    ConditionStatus,
    ObjectMeta,
    condition,
    find_condition,
    read,
    write,
)
from aup.api.tenant import Owner, Tenant

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def ready(
    before: tuple[Condition, ...] = (),
    *,
    status: ConditionStatus | bool | None = True,
    message: str = "All is in force.",
    now: datetime = NOW,
) -> tuple[Condition, ...]:
    """Set the condition Ready."""
    return condition(
        before, "Ready", status=status, reason="InForce", message=message, now=now, generation=3
    )


@pytest.mark.parametrize(
    ("status", "wire"),
    [
        pytest.param(True, "True", id="true"),
        pytest.param(False, "False", id="false"),
        pytest.param(None, "Unknown", id="none-is-unknown"),
        pytest.param(ConditionStatus.UNKNOWN, "Unknown", id="the-enum-itself"),
    ],
)
def test_status_is_three_valued(*, status: ConditionStatus | bool | None, wire: str) -> None:
    (found,) = ready(status=status)
    assert write(found)["status"] == wire


def test_time_of_transition_stays_while_the_status_stays() -> None:
    """A new message alone is no transition."""
    (found,) = ready(ready(), message="All is still in force.", now=LATER)
    assert (found.last_transition_time, found.message) == (NOW, "All is still in force.")


def test_time_of_transition_moves_with_the_status() -> None:
    (found,) = ready(ready(), status=False, now=LATER)
    assert found.last_transition_time == LATER


def test_same_finding_changes_nothing() -> None:
    """A status that is written on every look does not start a loop of updates."""
    assert ready(ready(), now=LATER) == ready()


def test_conditions_keep_their_order() -> None:
    two = condition(ready(), "Claimed", status=True, reason="Stamped", message="Yes.", now=NOW)
    assert [c.type for c in ready(two, status=False, now=LATER)] == ["Ready", "Claimed"]
    claimed = find_condition(two, "Claimed")
    assert claimed is not None
    assert claimed.reason == "Stamped"
    assert find_condition(two, "Conflict") is None


ASSIGNMENT: dict[str, Any] = {
    "apiVersion": "aup.asergo.com/v1alpha1",
    "kind": "AddressAssignment",
    "metadata": {"name": "acme-v4", "creationTimestamp": None, "labels": None},
    "spec": {"tenant": "acme", "cidr": "198.51.100.16/28", "from": "2026-01-01T00:00:00+01:00"},
}


def test_read_takes_null_as_absent_and_ignores_what_it_does_not_know() -> None:
    """Files of people and newer servers both hold such fields."""
    manifest = ASSIGNMENT | {"spec": {**ASSIGNMENT["spec"], "until": None, "newer": {"a": 1}}}
    found = read(AddressAssignment, manifest)
    assert found.metadata == ObjectMeta(name="acme-v4")
    assert (found.spec.until, found.spec.state) == (None, AssignmentState.ACTIVE)
    assert found.status.conditions == ()


def test_read_names_the_path_of_a_wrong_type() -> None:
    manifest = ASSIGNMENT | {"spec": {**ASSIGNMENT["spec"], "tenant": 7}}
    with pytest.raises(msgspec.ValidationError, match=r"\$\.spec\.tenant"):
        read(AddressAssignment, manifest)


def test_read_refuses_a_time_without_offset() -> None:
    manifest = ASSIGNMENT | {"spec": {**ASSIGNMENT["spec"], "from": "2026-01-01T00:00:00"}}
    with pytest.raises(msgspec.ValidationError, match=r"timezone component - at `\$\.spec\.from`"):
        read(AddressAssignment, manifest)


def test_write_leaves_out_what_is_not_set() -> None:
    """Server-side apply would otherwise own, or be refused, fields that nobody meant."""
    written = write(read(AddressAssignment, ASSIGNMENT))
    assert written["metadata"] == {"name": "acme-v4"}
    assert written["spec"] == {**ASSIGNMENT["spec"], "state": "Active"}
    assert written["status"] == {}


def test_shares_are_exact_decimals_and_go_back_as_numbers() -> None:
    """Thirds of a hundred must add up when they are compared with a threshold."""
    spec = {
        "policy": "asergo",
        "legalName": "Acme ApS",
        "establishment": {"country": "DK"},
        "namespaces": {"all": True},
        "ownership": [{"country": "IR", "percent": 16.7}, {"country": "IR", "percent": 33.3}],
    }
    tenant = read(Tenant, {"metadata": {"name": "acme"}, "spec": spec})
    assert sum(owner.percent for owner in tenant.spec.ownership) == 50
    assert write(Owner(country="IR", percent=Decimal("16.7"))) == {"country": "IR", "percent": 16.7}
