"""The ledger as the API server keeps it, and as the protocol reads it."""

from collections.abc import Iterable, Mapping
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
from aup.facts.quantity import LARGEST, floor, parse, render
from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key
from aup.ledger.record import Count, Ledger, Reservation, Share

_DECODER: Final = msgspec.json.Decoder(BudgetLedger)


def read_ledger(raw: bytes | msgspec.Raw) -> Ledger:
    """Read a BudgetLedger as stored.

    Raises:
        msgspec.MsgspecError: it does not have the form of one.
        ValueError: a quantity cannot be read.

    """
    found = _DECODER.decode(raw)
    status = found.status
    return Ledger(
        version=int(found.metadata.resource_version),
        hard=_amounts(status.hard, zeros=True),
        edition=status.edition,
        open=frozenset(status.open),
        counts={
            kind: Count(int(count.as_of), _amounts(count.used))
            for kind, count in status.counts.items()
        },
        shares={
            replica: Share(_amounts(s.amounts), s.edition, s.write, _amounts(s.wants))
            for replica, s in status.escrow.items()
        },
        reservations=dict(map(_reservation, status.reservations)),
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


def _reservation(found: LedgerReservation) -> tuple[Key, Reservation]:
    key = Key(found.kind, found.uid, found.version)
    entry = Entry(key, found.name, found.origin, _amounts(found.amounts))
    return key, Reservation(entry, found.write)


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


def _amounts(quantities: Quantities, *, zeros: bool = False) -> Amounts:
    """Return amounts in steps; a zero says something in a budget only."""
    found = {key: floor(parse(text), step(key)) for key, text in quantities.items()}
    return found if zeros else {key: amount for key, amount in found.items() if amount}


def _texts(amounts: Amounts) -> Mapping[str, str]:
    """Write amounts; more than any budget can be is as much as the largest, so that it is read."""
    return {
        key: render(min(count * step(key), LARGEST), binary=is_bytes(split(key).key))
        for key, count in sorted(amounts.items())
    }
