"""The ledger as the API server keeps it, and as the protocol reads it.

Reading errs towards less room: what is taken is rounded up, and a ledger that is not understood is
none, so that nothing is admitted. Fields that this version does not know are ignored, and gone
after its next write; a field that a newer version relies on cannot just be added.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from aup.api.ledger import (
    BudgetLedger,
    BudgetLedgerStatus,
    LedgerCount,
    LedgerReservation,
    LedgerShare,
    Quantities,
)
from aup.budget.keys import is_bytes, split, step
from aup.facts.quantity import LARGEST, ceiling, floor, parse, render
from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key
from aup.ledger.record import Count, Ledger, Reservation, Share

_DECODER: Final = msgspec.json.Decoder(BudgetLedger)
_DIGITS: Final = 20
"""Of a resourceVersion, at most: 64 bits."""


def read_ledger(raw: bytes | msgspec.Raw) -> Ledger:
    """Read a BudgetLedger as stored.

    Raises:
        msgspec.MsgspecError: it does not have the form of one.
        ValueError: a quantity or version cannot be read, or an admission is reserved twice; says
            where.

    """
    found = _DECODER.decode(raw)
    status = found.status
    hard = status.hard.items()
    return Ledger(
        version=_version("metadata.resourceVersion", found.metadata.resource_version),
        hard={key: _steps(f"status.hard[{key}]", key, text, floor) for key, text in hard},
        edition=status.edition,
        open=frozenset(status.open),
        counts={
            kind: _count(f"status.counts[{kind}]", count) for kind, count in status.counts.items()
        },
        shares={
            replica: _share(f"status.escrow[{replica}]", share)
            for replica, share in status.escrow.items()
        },
        reservations=_reservations(status.reservations),
    )


def status_of(ledger: Ledger) -> dict[str, Any]:
    """Return the status that holds a ledger."""
    status = BudgetLedgerStatus(
        hard=_texts(ledger.hard),
        edition=ledger.edition,
        open=tuple(sorted(ledger.open)),
        counts={
            kind: LedgerCount(as_of=str(count.as_of), used=_texts(count.used))
            for kind, count in sorted(ledger.counts.items())
        },
        escrow={
            replica: LedgerShare(
                amounts=_texts(share.amounts),
                edition=share.edition,
                write=share.write,
                wants=_texts(share.wants),
            )
            for replica, share in sorted(ledger.shares.items())
        },
        reservations=tuple(_written(ledger.reservations.values())),
    )
    found: dict[str, Any] = msgspec.to_builtins(status)
    return found


def _count(at: str, found: LedgerCount) -> Count:
    return Count(_version(f"{at}.asOf", found.as_of), _taken(f"{at}.used", found.used))


def _share(at: str, found: LedgerShare) -> Share:
    amounts, wants = _taken(f"{at}.amounts", found.amounts), _taken(f"{at}.wants", found.wants)
    return Share(amounts, found.edition, found.write, wants)


def _reservations(found: Iterable[LedgerReservation]) -> Mapping[Key, Reservation]:
    read: dict[Key, Reservation] = {}
    for number, one in enumerate(found):
        at = f"status.reservations[{number}]"
        key = Key(one.kind, one.uid, one.version)
        if key in read:
            raise ValueError(f"{at}: {one.kind} {one.uid} is reserved twice from {one.version}")
        amounts = _taken(f"{at}.amounts", one.amounts)
        read[key] = Reservation(Entry(key, one.name, one.origin, amounts), one.write)
    return read


def _written(reservations: Iterable[Reservation]) -> Iterable[LedgerReservation]:
    for reservation in reservations:
        entry = reservation.entry
        yield LedgerReservation(
            kind=entry.key.kind,
            uid=entry.key.uid,
            version=entry.key.old_version,
            name=entry.name,
            origin=entry.origin,
            amounts=_texts(entry.amounts),
            write=reservation.write,
        )


def _taken(at: str, quantities: Quantities) -> Amounts:
    """Return what is taken, in steps; a zero says something in a budget only."""
    found = {key: _steps(f"{at}[{key}]", key, text, ceiling) for key, text in quantities.items()}
    return {key: amount for key, amount in found.items() if amount}


def _steps(at: str, key: str, text: str, whole: Callable[[Decimal, Decimal], int]) -> int:
    try:
        return whole(parse(text), step(key))
    except ValueError as error:
        raise ValueError(f"{at}: {error}") from error


def _version(at: str, text: str) -> int:
    """Read a resourceVersion; Python's own parser takes signs, spaces and other scripts, too."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise ValueError(f"{at}: {text[:_DIGITS]!r} is no resourceVersion")
    return int(text)


def _texts(amounts: Amounts) -> Mapping[str, str]:
    """Write amounts; more than any budget can be is as much as the largest, so that it is read."""
    return {
        key: render(min(count * step(key), LARGEST), binary=is_bytes(split(key).key))
        for key, count in sorted(amounts.items())
    }
