"""What is in force at an instant, and when that changes by itself.

Intervals hold their first instant and not the one after their last. Days of entitlements are days
of a stated time zone, and the last one is included.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from aup.api.assignment import AssignmentSpec, AssignmentState
from aup.api.entitlement import EntitlementSpec
from aup.api.exemption import ExemptionSpec
from aup.policy.terms import EntitlementState

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for days past the end of the calendar, such as the one after 9999-12-31."""
ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether something is in force, and why."""

    reason: str
    """Reason of the condition: a CamelCase word."""
    message: str
    """A sentence about it, without a full stop at the end."""
    changes_at: datetime | None = None
    """When the passing of time alone makes this another standing; ``None``: never."""
    in_force: bool = False


def instant(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def assignment_standing(spec: AssignmentSpec, now: datetime) -> Standing:
    """Tell whether the addresses of an assignment may be used."""
    if now < spec.from_:
        message = f"The addresses may be used from {instant(spec.from_)}"
        return Standing("NotYetValid", message, spec.from_)
    if spec.until is not None and now >= spec.until:
        return Standing("Expired", f"The assignment ended at {instant(spec.until)}")
    if spec.state is AssignmentState.SUSPENDED:
        return Standing("Suspended", "The provider suspended the assignment", spec.until)
    return Standing("Active", "The tenant may use the addresses", spec.until, in_force=True)


def exemption_standing(spec: ExemptionSpec, now: datetime) -> Standing:
    """Tell whether an exemption exempts from anything.

    Consent needs a second person: an approval by who asked for it is none.
    """
    ends = spec.expires_at
    if now >= ends:
        return Standing("Expired", f"The exemption ended at {instant(ends)}")
    if spec.approval is None:
        return Standing("AwaitingApproval", "Nobody has approved the exemption", ends)
    by = spec.approval.by
    if by == spec.requested_by:
        message = f"{by} asked for the exemption, so somebody else must approve it"
        return Standing("AwaitingApproval", message, ends)
    if spec.starts_at is not None and now < spec.starts_at:
        message = f"The exemption begins at {instant(spec.starts_at)}"
        return Standing("NotYetValid", message, spec.starts_at)
    return Standing("Approved", f"Approved by {by}", ends, in_force=True)


def entitlement_state(
    spec: EntitlementSpec, now: datetime
) -> tuple[EntitlementState, datetime | None]:
    """Return where an entitlement stands, and when that changes."""
    zone = zone_of(spec.time_zone) or UTC
    begins = _midnight(spec.valid_from, 0, zone)
    ends = _midnight(spec.valid_until, 1, zone)
    lapses = _midnight(spec.valid_until, 1 + spec.grace_days, zone)
    if now < begins:
        return EntitlementState.NOT_YET_VALID, begins
    if now < ends:
        return EntitlementState.VALID, ends
    if now < lapses:
        return EntitlementState.IN_GRACE, lapses
    return EntitlementState.EXPIRED, None


def entitlement_standing(spec: EntitlementSpec, now: datetime) -> Standing:
    """Tell whether the right may be used."""
    state, changes_at = entitlement_state(spec, now)
    message = {
        EntitlementState.NOT_YET_VALID: f"Valid from {spec.valid_from}",
        EntitlementState.VALID: f"Valid through {spec.valid_until}",
        EntitlementState.IN_GRACE: (
            f"Expired after {spec.valid_until}; in its {spec.grace_days} days of grace"
        ),
        EntitlementState.EXPIRED: f"Expired after {spec.valid_until}",
    }[state]
    in_force = state in {EntitlementState.VALID, EntitlementState.IN_GRACE}
    return Standing(state, message, changes_at, in_force=in_force)


def zone_of(name: str) -> tzinfo | None:
    """Return the time zone of an IANA name; ``None`` when there is none of that name."""
    if name == "UTC":
        return UTC  # needs no time zone data on the machine
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a key, a directory of the data
        return None


def day_after(day: date) -> datetime:
    """Return the first instant that a day, inclusive and in UTC, no longer holds."""
    return _midnight(day, 1, UTC)


def _midnight(day: date, later: int, zone: tzinfo) -> datetime:
    """Return the first instant of a day in a zone, some days later, in UTC."""
    try:
        local = datetime.combine(day + timedelta(days=later), time.min, zone)
        return local.astimezone(UTC)
    except OverflowError:
        return FOREVER if day.year > 5000 else ALWAYS
