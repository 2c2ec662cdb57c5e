"""What a tenant reads when its ledger cannot say yes now, whatever is left."""

from collections.abc import Mapping
from typing import Final

from aup.rules.base import Violation

_SHUT: Final[Mapping[str, str]] = {
    "no_ledger": "has no ledger yet",
    "unmeasured": "is being measured anew after a change",
    "invalid": "cannot be asked for at this replica now",
    "draining": "cannot be asked for at this replica any more",
}
"""By `aup.ledger.verdict.Why`."""
_CROWDED: Final[Mapping[str, str]] = {
    "name": "too many attempts to create this name are on their way",
    "origin": "earlier attempts of the same owner were admitted and have not appeared",
    "ledger": "too many admissions are on their way",
}
"""By `aup.ledger.verdict.Busy`."""


def shut(why: str, *, tenant: str, contact: str) -> Violation:
    """Return that nothing can be admitted now that a budget counts."""
    return Violation(
        path="",
        value="",
        detail=f"the budget of {tenant} {_SHUT[why]}, so nothing that it counts is admitted",
        remedy=f"try again in a moment, and tell {contact} if this lasts",
        key=("shut",),
    )


def crowded(busy: str, *, tenant: str, contact: str) -> Violation:
    """Return that earlier attempts hold the share of this one."""
    return Violation(
        path="",
        value="",
        detail=f"{_CROWDED[busy]}, and hold their share of the budget of {tenant}",
        remedy=f"look why they were refused after us, or ask {contact}",
        key=("busy", busy),
    )


def unread(*, tenant: str, contact: str) -> Violation:
    """Return that nobody can count an object: no API server sends one of another form."""
    return Violation(
        path="object",
        value="",
        detail=f"has not the form of its kind, so the budget of {tenant} cannot count it",
        remedy=f"write each field as its kind says, or ask {contact}",
        key=("unread",),
    )


def late(*, tenant: str, contact: str) -> Violation:
    """Return that there is room, of which nothing could be had in time: others take of it."""
    return Violation(
        path="",
        value="",
        detail=f"the budget of {tenant} has room, but too many ask for it at this moment",
        remedy=f"try again in a moment, and tell {contact} if this lasts",
        key=("late",),
    )
