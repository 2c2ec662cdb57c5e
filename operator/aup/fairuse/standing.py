"""Where a tenant stands with one measure: quiet, rising, over, recovering; pure.

What begins or ends needs time that was measured: a gap in the data (`Zone.UNKNOWN`) changes
nothing and counts for nothing, however long it lasts. And it needs two readings that share no
sample: rates at instants closer together than their window are made of the same scrapes, so any
number of them is one piece of evidence. That is also why it is two instants and not two queries:
two queries over the same scrapes err together where a counter was reset or a target lied once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from aup.fairuse.limits import Limit
from aup.fairuse.reading import Reading

INDEPENDENT: Final = 2
"""Readings without a sample in common that a change takes."""


class Zone(StrEnum):
    """Where one reading lies."""

    CLEAR = "Clear"
    """Below what is needed to recover."""
    BETWEEN = "Between"
    """Below a threshold, but not by enough to have recovered."""
    OVER = "Over"
    UNKNOWN = "Unknown"
    """Nothing was measured, or not all of it."""


class Phase(StrEnum):
    """Where a tenant stands."""

    QUIET = "Quiet"
    RISING = "Rising"
    """Over, but not for long enough yet."""
    OVER = "Over"
    """Reported."""
    RECOVERING = "Recovering"
    """Reported, and clear, but not for long enough yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a tenant stands with one measure."""

    phase: Phase = Phase.QUIET
    since: datetime | None = None
    """First reading of the overuse; None while quiet."""
    counted: timedelta = timedelta()
    """Measured time of the change that is under way."""
    readings: int = 0
    """Readings that were over since `since`."""
    independent: int = 0
    """Of the change that is under way."""
    mark: datetime | None = None
    """The last independent one."""
    last: datetime | None = None
    """The instant before; None after a gap."""
    seen: datetime | None = None
    """The latest instant that was looked at, gap or not."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How readings follow each other."""

    window: timedelta
    """Readings closer together than this have samples in common."""
    stride: timedelta
    """Readings further apart than this have a gap between them."""


def zone(reading: Reading | None, limit: Limit) -> Zone:
    """Tell where a reading lies; over is only what is above all three thresholds."""
    if reading is None:
        return Zone.UNKNOWN
    share = reading.share
    low = limit.recover
    if (
        reading.used < limit.floor * low
        or reading.contention < limit.contention.full * low
        or (share is not None and share < limit.share * low)
    ):
        return Zone.CLEAR
    if reading.contention < limit.contention.full:
        return Zone.BETWEEN
    if share is None:
        return Zone.UNKNOWN
    over = reading.used >= limit.floor and share >= limit.share
    return Zone.OVER if over else Zone.BETWEEN


def step(standing: Standing, at: datetime, where: Zone, limit: Limit, pace: Pace) -> Standing:
    """Return where a tenant stands one instant on; what is not later changes nothing."""
    if standing.seen is not None and at <= standing.seen:
        return standing
    standing = replace(standing, seen=at)
    if where is Zone.UNKNOWN:
        return replace(standing, last=None)
    if standing.phase in {Phase.OVER, Phase.RECOVERING}:
        return _ending(standing, at, where, limit, pace)
    return _beginning(standing, at, where, limit, pace)


def _beginning(standing: Standing, at: datetime, where: Zone, limit: Limit, pace: Pace) -> Standing:
    """Go on where nothing is reported yet: only what is over all the time leads on."""
    if where is not Zone.OVER:
        return Standing(last=at, seen=at)
    if standing.phase is Phase.QUIET:
        return _begun(replace(standing, since=at, readings=1), Phase.RISING, at)
    risen = _counted(replace(standing, readings=standing.readings + 1), at, pace)
    return replace(risen, phase=Phase.OVER) if _holds(risen, limit) else risen


def _ending(standing: Standing, at: datetime, where: Zone, limit: Limit, pace: Pace) -> Standing:
    """Go on where overuse is reported: only what is clear all the time ends it."""
    if where is not Zone.CLEAR:
        more = standing.readings + int(where is Zone.OVER)
        return replace(standing, phase=Phase.OVER, last=at, readings=more)
    if standing.phase is Phase.OVER:
        return _begun(standing, Phase.RECOVERING, at)
    calmed = _counted(standing, at, pace)
    return Standing(last=at, seen=at) if _holds(calmed, limit) else calmed


def _begun(standing: Standing, phase: Phase, at: datetime) -> Standing:
    """Begin to count for a change."""
    return replace(standing, phase=phase, counted=timedelta(), independent=1, mark=at, last=at)


def _counted(standing: Standing, at: datetime, pace: Pace) -> Standing:
    """Count one more reading of the change; the time before it only when that was measured too."""
    last, mark = standing.last, standing.mark
    unbroken = last is not None and at - last <= pace.stride
    fresh = mark is None or at - mark >= pace.window
    return replace(
        standing,
        counted=standing.counted + (at - last if unbroken and last else timedelta()),
        independent=standing.independent + int(fresh),
        mark=at if fresh else mark,
        last=at,
    )


def _holds(standing: Standing, limit: Limit) -> bool:
    """Tell whether a change has been measured for long enough."""
    return standing.counted >= limit.hold and standing.independent >= INDEPENDENT
