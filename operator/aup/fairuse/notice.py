"""What a tenant is told of its own use, from the first reading that is too much; pure.

Its own numbers only. How full something is, and which part of it the tenant has, would say what the
others use: with two tenants to the last byte.
"""

from datetime import timedelta
from typing import Final

from aup.api.abuse import MeasuredUse
from aup.api.report import ReportedUse, UseState
from aup.fairuse.catalogue import CATALOGUE
from aup.fairuse.limits import Limit
from aup.fairuse.standing import Phase
from aup.policy.edition import Edition

STATES: Final = {
    Phase.RISING: UseState.NOTICED,
    Phase.OVER: UseState.REPORTED,
    Phase.RECOVERING: UseState.RECOVERING,
}
"""What a tenant is told of a phase; of the others nothing."""
_TITLES: Final = {query.measure: query.title for query in CATALOGUE}
_BYTES: Final = tuple((name, 2.0 ** (10 * n)) for n, name in ((4, "Ti"), (3, "Gi"), (2, "Mi")))


def notice(usage: MeasuredUse, state: UseState, limit: Limit, edition: Edition) -> ReportedUse:
    """Return what the tenant is told."""
    return ReportedUse(
        measure=usage.measure,
        state=state,
        clause=usage.clause or "",
        unit=usage.unit,
        used=usage.used,
        floor=usage.floor,
        since=usage.since,
        measured_at=usage.until,
        namespaces=usage.namespaces,
        message=f"{_wrong(usage, limit)}; {_remedy(state, limit, edition.spec.provider.contact)}",
    )


def _wrong(usage: MeasuredUse, limit: Limit) -> str:
    used, floor = told(usage.used, usage.unit), told(usage.floor, usage.unit)
    return (
        f"{_TITLES[usage.measure]}: the namespaces of {usage.tenant} use {used} while others run "
        f"short; from {floor} on, with {limit.share:.0%} or more of what is short, that is too much"
    )


def _remedy(state: UseState, limit: Limit, contact: str) -> str:
    long = _long(limit.hold)
    if state is UseState.NOTICED:
        return f"use less, or it is reported to {contact} once it has lasted for {long}"
    reported = f"it was reported, and a person decides: write to {contact}"
    if state is UseState.REPORTED:
        return f"{reported}; use less, and it ends"
    return (
        f"{reported}; it has ended once use has been below {limit.recover:.0%} of that for {long}"
    )


def told(number: str, unit: str) -> str:
    """Return a number as people read it: ``17179869184 bytes`` are ``16 GiB``."""
    if unit.startswith("bytes"):
        for prefix, size in _BYTES:
            if float(number) >= size:
                return f"{float(number) / size:.4g} {prefix}B{unit.removeprefix('bytes')}"
    return f"{number} {unit}"


def _long(hold: timedelta) -> str:
    """Return a duration in words."""
    seconds = hold.total_seconds()
    return f"{seconds:g} s" if seconds % 60 else f"{seconds / 60:g} min"
