"""Reservations: every admission is written into the ledger before it is answered.

Nothing is checked out and nothing is fenced: whoever sees that a reservation was counted, or can
no longer be persisted, takes it out. It costs a write for each admission, or for as many as wait
while one is on its way. A replica's share is empty, and says only which keys it charges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from typing_extensions import override

from aup.ledger.account import Account
from aup.ledger.amounts import covers, minus, positive
from aup.ledger.entry import Entry, Key
from aup.ledger.flight import Flight, Want
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Identity
from aup.ledger.margins import Bounds, Margins
from aup.ledger.record import Ledger, Reservation, Share, Write
from aup.ledger.slots import Slots
from aup.ledger.verdict import Allowed, Busy, Closed, Verdict, Why


@dataclass(slots=True)
class Won:
    """A reservation of ours that is in the ledger."""

    sent: float
    """When the write that made it was first sent: others may count its time from then."""
    write: str
    answered: bool = False
    """An admission was, or may have been, allowed on it, here or elsewhere: only what happens to
    the object can end it."""


class ReservationAccount(Account):
    """A tenant at one replica, or at one of several, that writes each admission down."""

    def __init__(
        self, identity: Identity, horizon: Horizon, margins: Margins, bounds: Bounds
    ) -> None:
        super().__init__(identity, horizon, margins, bounds)
        self._won: dict[Key, Won] = {}
        self._seen: dict[tuple[Key, str], float] = {}
        """When each reservation was first seen here."""
        self._slots = Slots({})
        self._gone: set[Key] = set()
        self._leaving: frozenset[Key] = frozenset()
        """What the write on its way takes out."""

    @override
    def deleted(self, kind: str, uid: str) -> None:
        """Note that an object exists no more."""
        super().deleted(kind, uid)
        reserved = self._ledger.reservations if self._ledger else ()
        self._gone.update(key for key in reserved if (key.kind, key.uid) == (kind, uid))

    @override
    def admit(self, entry: Entry, now: float, until: float) -> Verdict:
        """Allow what is written down, or remember that it is to be."""
        ledger, closed = self._ledger, self._closed(now)
        if closed is not None or ledger is None:
            return closed or Closed(Why.NO_LEDGER)
        limited = entry.limited(ledger.hard.keys())
        if not limited.amounts:
            return Allowed()
        if (won := self._usable(limited, ledger, now)) is not None:
            won.answered = True
            self._wants.pop(entry.key, None)
            return Allowed()
        slots = self._slots
        busy = self._busy(limited, ledger, slots)
        if busy is None and covers(ledger.hard, limited.amounts):
            self._wants[entry.key] = Want(entry, until)
        return self._short(slots.need(limited), {}, ledger, busy)

    @override
    def look(self, entry: Entry, now: float) -> Verdict:
        """Say what `admit` would say after the write."""
        ledger, closed = self._ledger, self._closed(now)
        if closed is not None or ledger is None:
            return closed or Closed(Why.NO_LEDGER)
        limited = entry.limited(ledger.hard.keys())
        slots = self._slots
        need, busy = slots.need(limited), self._busy(limited, ledger, slots)
        if busy is None and covers(self._recounted(ledger).room(), need):
            return Allowed()
        return self._short(need, {}, ledger, busy)

    @override
    def reads(self, now: float) -> frozenset[str]:
        """Return kinds for which a quorum read now would help."""
        return frozenset(
            key.kind
            for (key, _), since in self._seen.items()
            if key not in self._gone and self._unread(key, since, now)
        )

    @override
    def _change(self, ledger: Ledger, write: str, now: float) -> Ledger | None:
        """Return the ledger with those who wait and without what is settled."""
        late = now >= self._wrote + self._margins.settle
        unaware = self._must_tell(ledger)
        if not self._wants and not late and not unaware:
            return None
        leaving = frozenset(key for key in ledger.reservations if self._leaves(ledger, key, now))
        kept = {key: r for key, r in ledger.reservations.items() if key not in leaving}
        counted = replace(self._recounted(ledger), reservations=kept)
        added = {entry.key: Reservation(entry, write) for entry in self._served(counted)}
        if not added and not unaware and not (late and leaving):
            return None
        self._leaving = leaving
        marked = counted.with_share(self._me, Share(edition=ledger.edition))
        return replace(marked, reservations={**kept, **added})

    def _served(self, ledger: Ledger) -> Iterator[Entry]:
        """Choose among those who wait, in turn; a smaller need may pass one that is too large."""
        room, slots = ledger.room(), Slots(ledger.reservations)
        for want in self._wants.values():
            entry = want.entry.limited(ledger.hard.keys())
            need = slots.need(entry)
            if covers(room, need) and self._busy(entry, ledger, slots) is None:
                room = minus(room, need)
                yield slots.add(entry)

    def _usable(self, entry: Entry, ledger: Ledger, now: float) -> Won | None:
        """Return a reservation that an entry may be allowed on.

        Others count its time from when they saw it, so it is good only for as long as the margin
        has a place for: the time that an answer may take.
        """
        won, reserved = self._won.get(entry.key), ledger.reservations.get(entry.key)
        if won is None or reserved is None or reserved.write != won.write:
            return None
        if entry.key in self._leaving or not covers(reserved.entry.amounts, entry.amounts):
            return None
        return won if self._is_good(won, now) else None

    def _is_good(self, won: Won, now: float) -> bool:
        return now <= won.sent + self._margins.webhook

    def _leaves(self, ledger: Ledger, key: Key, now: float) -> bool:
        """Tell whether a reservation may be taken out."""
        if key in self._gone:
            return True
        won = self._won.get(key)
        reservation = ledger.reservations[key]
        if won is not None and won.write == reservation.write and not won.answered:
            return not self._is_good(won, now)
        since = self._seen[reservation.mark]
        return self._counts(ledger, key) or self._expired(key, since)

    @override
    def _is_in(self, write: Write, current: Ledger) -> bool:
        return any(r.write == write.id for r in current.reservations.values())

    @override
    def _ended(self, flight: Flight, now: float, *, stored: bool) -> None:
        self._leaving = frozenset()
        if not stored:
            return
        write = flight.write
        for key, reservation in write.content.reservations.items():
            if reservation.write == write.id:
                self._won[key] = Won(flight.sent, write.id, self._is_answered(key))

    def _is_answered(self, key: Key) -> bool:
        """Tell whether a reservation that we write over may have been answered, by anybody."""
        before = self._ledger.reservations.get(key) if self._ledger else None
        won = self._won.get(key)
        if before is None:
            return False
        return won is None or won.write != before.write or won.answered

    @override
    def _adopt(self, ledger: Ledger | None, now: float) -> None:
        """Take another ledger, and note what is new in it."""
        super()._adopt(ledger, now)
        reserved = ledger.reservations if ledger else {}
        self._slots = Slots(reserved)
        self._seen = {r.mark: self._seen.get(r.mark, now) for r in reserved.values()}
        self._won = {key: won for key, won in self._won.items() if key in reserved}
        self._gone &= reserved.keys()

    @override
    def _moments(self, ledger: Ledger) -> Iterator[float]:
        late = self._wrote + self._margins.settle
        yield from (want.until for want in self._wants.values())
        for won in self._won.values():
            if not won.answered:
                yield won.sent + self._margins.webhook
        for (key, _), since in self._seen.items():
            over = key in self._gone or self._counts(ledger, key)
            yield late if over else since + self._margins.wait

    def _busy(self, entry: Entry, ledger: Ledger, slots: Slots) -> Busy | None:
        """Return what keeps an attempt out of the ledger."""
        if entry.key in ledger.reservations:
            return None
        if slots.attempts(entry) >= self._bounds.name_attempts:
            return Busy.NAME
        if len(slots) >= self._bounds.reservations:
            return Busy.LEDGER
        if not entry.origin or not positive(slots.need(entry)):
            return None
        stale = sum(
            key not in self._gone
            and reserved.entry.origin == entry.origin
            and reserved.entry.slot != entry.slot
            and self._stale(key, self._seen[reserved.mark])
            for key, reserved in ledger.reservations.items()
        )
        return Busy.ORIGIN if stale >= self._bounds.origin_attempts else None
