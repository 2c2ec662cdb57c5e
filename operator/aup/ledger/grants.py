"""What a replica asks of the ledger, and what it hands back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aup.ledger.ahead import Ahead
from aup.ledger.amounts import NOTHING, Amounts, covers, least, minus, plus, positive, within
from aup.ledger.record import Ledger, Share


@dataclass(frozen=True, slots=True)
class Grant:
    """What becomes of those who wait, given what is free here and what nobody has."""

    adding: Amounts
    unmet: Amounts
    """What they miss beyond that, together."""
    spare: Amounts
    """Free here, and not needed by any of them."""
    room: Amounts
    """What is left to everybody else."""


def grant(needs: Iterable[Amounts], free: Amounts, room: Amounts) -> Grant:
    """Serve those who wait, in turn; each gets all that it needs or nothing.

    A smaller need that comes later may pass one that cannot be met now.
    """
    adding, unmet, spare = NOTHING, NOTHING, free
    for need in needs:
        missing = positive(minus(need, positive(spare)))
        if covers(room, missing):
            adding, room = plus(adding, missing), minus(room, missing)
            spare = minus(plus(spare, missing), need)
        else:
            unmet = plus(unmet, missing)
    return Grant(adding, unmet, positive(spare), room)


def with_ahead(found: Grant, ahead: Ahead, wanted: Amounts, replicas: int, now: float) -> Grant:
    """Add what is kept ahead of the next admissions, but of nothing that anybody waits for."""
    ahead.granted(found.adding, now)
    free = plus(found.spare, NOTHING)
    extra = {
        key: further
        for key, room in found.room.items()
        if key not in wanted
        and key not in found.unmet
        and (further := ahead.more(key, free.get(key, 0), room, replicas, now))
    }
    return Grant(plus(found.adding, extra), found.unmet, found.spare, minus(found.room, extra))


def wanted_by_others(shares: Mapping[str, Share], me: str) -> Amounts:
    """Return what requests at other replicas wait for."""
    found = NOTHING
    for replica, share in shares.items():
        if replica != me:
            found = plus(found, share.wants)
    return found


def called_in(found: Grant, ledger: Ledger, me: str, *, all_of_it: bool) -> Amounts:
    """Return what has to go back at once.

    Whatever another replica waits for goes, unless this one waits for it too: of those the first
    by name keeps what it has, or each would keep half of what one of them needs.
    """
    if all_of_it:
        return found.spare
    gone = found.spare.keys() - ledger.hard.keys()
    for replica, share in ledger.shares.items():
        if replica != me:
            gone |= {key for key in share.wants if key not in found.unmet or replica < me}
    return within(found.spare, gone)


def idle(found: Grant, ledger: Ledger, ahead: Ahead, now: float) -> Amounts:
    """Return what should go back when the next write goes out.

    That is what is not in use, and what the budget does not cover since it was lowered.
    """
    unused = {
        key
        for key in found.spare
        if key not in found.unmet and key not in found.adding and ahead.is_idle(key, now)
    }
    over = {key: -count for key, count in found.room.items() if count < 0 and key in ledger.hard}
    kept = minus(found.spare, within(found.spare, unused))
    return plus(within(found.spare, unused), least(kept, over) if over else NOTHING)
