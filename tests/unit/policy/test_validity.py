"""Validity: intervals hold their first instant, days are those of a zone, consent takes two."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.assignment import AssignmentState
from aup.api.exemption import Approval
from aup.policy.terms import EntitlementState
from aup.policy.validity import (
    Standing,
    assignment_standing,
    entitlement_standing,
    entitlement_state,
    exemption_standing,
    zone_of,
)
from support.provider import assignment, at, entitlement, exemption

ASSIGNED = assignment("a", "192.0.2.0/24", since="2026-02-01", until=at("2026-03-01")).spec
COPENHAGEN = entitlement(
    "e",
    "p",
    valid_from=date(2026, 7, 1),
    valid_until=date(2026, 7, 31),
    time_zone="Europe/Copenhagen",
    grace_days=2,
).spec
CONSENT = exemption("x", "host/port", starts_at=at("2026-02-01"), expires_at=at("2026-03-01")).spec


@pytest.mark.parametrize(
    ("now", "reason", "changes_at"),
    [
        ("2026-01-31T23:59:59", "NotYetValid", "2026-02-01"),
        ("2026-02-01", "Active", "2026-03-01"),
        ("2026-02-28T23:59:59", "Active", "2026-03-01"),
        ("2026-03-01", "Expired", None),
    ],
)
def test_assignment(now: str, reason: str, changes_at: str | None) -> None:
    standing = assignment_standing(ASSIGNED, at(now))
    assert standing.reason == reason
    assert standing.in_force is (reason == "Active")
    assert standing.changes_at == (at(changes_at) if changes_at else None)


def test_a_suspended_assignment_is_not_in_force_but_still_ends() -> None:
    spec = assignment(
        "a", "192.0.2.0/24", until=at("2026-12-01"), state=AssignmentState.SUSPENDED
    ).spec
    standing = assignment_standing(spec, at("2026-06-01"))
    assert (standing.reason, standing.in_force) == ("Suspended", False)
    assert standing.changes_at == at("2026-12-01")


@pytest.mark.parametrize(
    ("now", "state", "changes_at"),
    [
        ("2026-06-30T21:59:59", EntitlementState.NOT_YET_VALID, "2026-06-30T22:00"),
        ("2026-06-30T22:00", EntitlementState.VALID, "2026-07-31T22:00"),
        ("2026-07-31T21:59:59", EntitlementState.VALID, "2026-07-31T22:00"),
        ("2026-07-31T22:00", EntitlementState.IN_GRACE, "2026-08-02T22:00"),
        ("2026-08-02T22:00", EntitlementState.EXPIRED, None),
    ],
)
def test_days_are_those_of_the_zone_and_the_last_one_counts(
    now: str, state: EntitlementState, changes_at: str | None
) -> None:
    assert entitlement_state(COPENHAGEN, at(now)) == (state, at(changes_at) if changes_at else None)
    in_force = state in {EntitlementState.VALID, EntitlementState.IN_GRACE}
    assert entitlement_standing(COPENHAGEN, at(now)).in_force is in_force


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "utc\x00"])
def test_a_zone_that_does_not_exist_is_none_and_its_days_are_in_utc(zone: str) -> None:
    assert zone_of(zone) is None
    spec = entitlement("e", "p", valid_until=date(2026, 7, 31), time_zone=zone).spec
    assert entitlement_state(spec, at("2026-07-31T23:59:59"))[0] is EntitlementState.VALID
    assert entitlement_state(spec, at("2026-08-01"))[0] is EntitlementState.EXPIRED


def test_the_end_of_the_calendar_is_no_accident() -> None:
    spec = entitlement(
        "e", "p", valid_from=date(1, 1, 1), valid_until=date(9999, 12, 31), grace_days=14
    ).spec
    assert entitlement_state(spec, at("2026-01-01"))[0] is EntitlementState.VALID


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-01-31", "NotYetValid"),
        ("2026-02-01", "Approved"),
        ("2026-03-01", "Expired"),
    ],
)
def test_exemption(now: str, reason: str) -> None:
    standing = exemption_standing(CONSENT, at(now))
    assert (standing.reason, standing.in_force) == (reason, reason == "Approved")


@pytest.mark.parametrize("approval", [None, Approval(by="desk@asergo.example")])
def test_consent_needs_somebody_other_than_who_asked(approval: Approval | None) -> None:
    spec = exemption("x", "host/port", approval=approval).spec
    standing = exemption_standing(spec, at("2026-06-01"))
    assert (standing.reason, standing.in_force) == ("AwaitingApproval", False)


_INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda found: at(found.isoformat())
)


@given(_INSTANTS)
def test_nothing_changes_before_it_is_said_to(now: datetime) -> None:
    """Until ``changes_at`` every later instant has the same standing; from it on another one."""
    clocks: tuple[Callable[[datetime], Standing], ...] = (
        lambda when: assignment_standing(ASSIGNED, when),
        lambda when: entitlement_standing(COPENHAGEN, when),
        lambda when: exemption_standing(CONSENT, when),
    )
    for standing_at in clocks:
        standing = standing_at(now)
        if standing.changes_at is None:
            assert standing_at(at("2030-01-01")) == standing
        else:
            assert standing_at(standing.changes_at).reason != standing.reason
            middle = now + (standing.changes_at - now) / 2
            assert standing_at(middle) == standing
