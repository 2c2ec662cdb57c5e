"""Escrow: each replica checks out a share and admits from it in memory.

A replica writes the ledger to top its share up, to hand back what it does not use, and to settle:
to take out of its share what it has seen to exist, in the same write that counts it as used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from typing_extensions import override

from aup.ledger.account import Account
from aup.ledger.ahead import Ahead
from aup.ledger.amounts import NOTHING, Amounts, covers, least, minus, plus, positive
from aup.ledger.book import Book, Pending
from aup.ledger.entry import Entry
from aup.ledger.flight import Flight, Want
from aup.ledger.grants import Grant, called_in, grant, idle, wanted_by_others, with_ahead
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Identity
from aup.ledger.margins import Bounds, Margins
from aup.ledger.record import Ledger, Share, Standing, Write
from aup.ledger.verdict import Allowed, Busy, Closed, Verdict, Why


@dataclass(frozen=True, slots=True)
class Move:
    """What a write does to the share of a replica."""

    settled: tuple[Pending, ...] = ()
    leaving: Amounts = field(default_factory=dict)
    """Held by what is settled, and not by anything else in its slot."""
    paying: Amounts = field(default_factory=dict)
    """What the book owes to the ledger."""
    adding: Amounts = field(default_factory=dict)
    returning: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inherited:
    """A share that an earlier account of the same identity has left.

    Nobody knows what was admitted on it: it is free once all of that can no longer appear.
    """

    write: str = ""
    """Of the account that left it."""
    amounts: Amounts = field(default_factory=dict)
    at: float = 0.0
    """When it was found."""


class EscrowAccount(Account):
    """A tenant's share at one replica."""

    def __init__(
        self, identity: Identity, horizon: Horizon, margins: Margins, bounds: Bounds
    ) -> None:
        super().__init__(identity, horizon, margins, bounds)
        self._book = Book()
        self._mine = NOTHING
        """What was checked out here by the last ledger that there was."""
        self._overdrawn = NOTHING
        """By how much more is taken than there is, since the budget was lowered."""
        self._ahead = Ahead(margins.idle)
        self._inherited = Inherited()
        self._move = Move()
        """Of the write on its way: what leaves or returns counts as given up when it is sent, what
        is added counts when the success is known."""

    @property
    def granted(self) -> Amounts:
        """Return what the ledger says is checked out here."""
        return self._ledger.share(self._me).amounts if self._ledger else NOTHING

    @property
    def free(self) -> Amounts:
        """Return what can be admitted without a write."""
        move, book = self._move, self._book
        held = plus(book.held, book.owed, self._inherited.amounts)
        return minus(self.granted, plus(held, move.leaving, move.returning))

    @property
    def _usable(self) -> Amounts:
        """Return what can be admitted: where a budget was lowered, what it covers yet."""
        return minus(self.free, self._overdrawn) if self._overdrawn else self.free

    @property
    @override
    def outlook(self) -> Standing | None:
        """Return how the tenant stands by what is seen here; what is free here is left, too."""
        found, free = super().outlook, positive(self._usable)
        if found is None:
            return None
        return replace(found, in_flight=minus(found.in_flight, free), left=plus(found.left, free))

    @override
    def deleted(self, kind: str, uid: str) -> None:
        """Note that an object exists no more."""
        super().deleted(kind, uid)
        self._book.deleted(kind, uid)

    @override
    def admit(self, entry: Entry, now: float, until: float) -> Verdict:
        """Take what an admission needs out of the share, or remember that it waits."""
        ledger, closed = self._ledger, self._closed(now)
        if closed is not None or ledger is None:
            return closed or Closed(Why.NO_LEDGER)
        limited = entry.limited(ledger.hard.keys())
        need, free = self._book.need(limited), self._usable
        if not covers(free, need):
            self._recycle()
            need, free = self._book.need(limited), self._usable
        busy = self._busy(limited)
        if busy is None and covers(free, need):
            self._book.put(limited, now)
            self._ahead.used(need, now)
            self._wants.pop(entry.key, None)
            return Allowed()
        if busy is None and covers(ledger.hard, limited.amounts):
            self._wants[entry.key] = Want(entry, until)
        return self._short(need, free, ledger, busy)

    @override
    def look(self, entry: Entry, now: float) -> Verdict:
        """Say what `admit` would probably say."""
        ledger, closed = self._ledger, self._closed(now)
        if closed is not None or ledger is None:
            return closed or Closed(Why.NO_LEDGER)
        limited = entry.limited(ledger.hard.keys())
        need, busy = self._book.need(limited), self._busy(limited)
        at_hand = plus(self._usable, positive(self._recounted(ledger).room()))
        if busy is None and covers(at_hand, need):
            return Allowed()
        return self._short(need, self.free, ledger, busy)

    @override
    def reads(self, now: float) -> frozenset[str]:
        """Return kinds for which a quorum read now would help."""
        found = {
            p.entry.key.kind
            for p in self._book
            if not p.gone and self._unread(p.entry.key, p.at, now)
        }
        if self._ledger and self._inherited.amounts:
            over = self._inherited.at + self._margins.wait
            found |= {k for k in self._ledger.counts if self._horizon.sent(k) <= over < now}
        return frozenset(found)

    @override
    def _change(self, ledger: Ledger, write: str, now: float) -> Ledger | None:
        """Return the ledger with our share topped up, handed back and settled, as is due."""
        if not self._is_time(ledger, now):
            return None
        self._recycle()
        settled = tuple(p for p in self._book if self._settles(ledger, p))
        leaving = self._book.lock(settled)
        mine, paying = ledger.share(self._me), self._book.owed
        self._move = Move(settled, leaving, paying)
        left = replace(mine, amounts=minus(mine.amounts, plus(leaving, paying)))
        counted = self._recounted(ledger).with_share(self._me, left)
        share = self._moved(counted, left, write, now)
        if share is None:
            self._stay()
            return None
        return counted.with_share(self._me, share)

    def _moved(self, counted: Ledger, left: Share, write: str, now: float) -> Share | None:
        """Return our share as it should be, given what is settled; ``None`` when it may stay."""
        wanted = wanted_by_others(counted.shares, self._me)
        needs = [
            self._book.need(want.entry.limited(counted.hard.keys()))
            for want in self._wants.values()
        ]
        found = grant(needs, self.free, counted.room())
        found = with_ahead(found, self._ahead, wanted, len(counted.shares), now)
        wants = self._wanted(found, counted)
        returning = called_in(found, counted, self._me, all_of_it=self._draining)
        settles = bool(self._move.settled or self._move.paying)
        urgent = (
            bool(found.adding or returning or (settles and wanted))
            or bool(wants.keys() - left.wants.keys())
            or self._must_tell(counted)
        )
        late = now >= self._wrote + self._margins.settle
        if late and not returning:
            returning = idle(found, counted, self._ahead, now)
        if not urgent and not (late and (returning or settles or wants != left.wants)):
            return None
        self._move = replace(self._move, adding=found.adding, returning=returning)
        amounts = minus(plus(left.amounts, found.adding), returning)
        return Share(amounts, counted.edition, write, wants)

    def _wanted(self, found: Grant, ledger: Ledger) -> Amounts:
        """Return what to ask others for.

        They hand back all that they can spare of a key. So how much is wanted of it makes no
        difference, and who comes and goes while there is none is not worth a write.
        """
        before, unmet = ledger.share(self._me).wants, least(found.unmet, ledger.hard)
        return before if before.keys() == unmet.keys() else unmet

    @override
    def _is_in(self, write: Write, current: Ledger) -> bool:
        return current.share(self._me).write == write.id

    @override
    def _ended(self, flight: Flight, now: float, *, stored: bool) -> None:
        if stored:
            self._book.settle(self._move.settled)
            self._book.paid(self._move.paying)
            self._move = Move()
        else:
            self._stay()

    def _stay(self) -> None:
        """Hold again what would have left."""
        self._book.unlock(self._move.settled)
        self._move = Move()

    @override
    def _adopt(self, ledger: Ledger | None, now: float) -> None:
        """Take another ledger; one that has lost what is checked out here ends the identity.

        That there is none now says nothing: the leader makes it again, with all that it held.
        """
        super()._adopt(ledger, now)
        if ledger is None or not ledger.edition:
            return
        self._inherit(ledger.share(self._me), now)
        if self._mine and self._me not in ledger.shares:
            self.fenced = True
            self._identity.refused()
        self._mine = self.granted
        self._overdrawn = positive(minus(NOTHING, ledger.room()))

    @override
    def _moments(self, ledger: Ledger) -> Iterator[float]:
        late = self._wrote + self._margins.settle
        yield from (want.until for want in self._wants.values())
        yield from (max(late, self._ahead.last_use(k) + self._margins.idle) for k in self.free)
        if self._book.owed or ledger.share(self._me).wants or self._draining:
            yield late
        if self._inherited.amounts:
            yield self._inherited.at + self._margins.wait
        for pending in self._book:
            over = pending.gone or self._resolved(pending.entry.key)
            yield late if over else pending.at + self._margins.wait

    def _is_time(self, ledger: Ledger, now: float) -> bool:
        """Tell whether a look at everything may lead to a write now."""
        share = ledger.share(self._me)
        return (
            bool(self._wants or share.wants or self._draining)
            or now >= self._wrote + self._margins.settle
            or self._must_tell(ledger)
            or bool(wanted_by_others(ledger.shares, self._me))
            or self._ahead.is_low(self.free, now)
        )

    def _busy(self, entry: Entry) -> Busy | None:
        """Return what keeps an attempt from a share of its own."""
        if self._book.get(entry.key) is not None:
            return None
        if self._book.attempts(entry) >= self._bounds.name_attempts:
            return Busy.NAME
        if not entry.origin or not self._book.need(entry):
            return None
        stale = sum(
            not p.gone and self._stale(p.entry.key, p.at) for p in self._book.of_origin(entry)
        )
        return Busy.ORIGIN if stale >= self._bounds.origin_attempts else None

    def _settles(self, ledger: Ledger, pending: Pending) -> bool:
        """Tell whether an entry may be taken out of the share, counted as used."""
        return not pending.locked and self._counts(ledger, pending.entry.key)

    def _recycles(self, pending: Pending) -> bool:
        """Tell whether an entry's share is free again without a write."""
        over = pending.gone or self._expired(pending.entry.key, pending.at)
        return over and not self._book.is_settling(pending.entry.slot)

    def _inherit(self, share: Share, now: float) -> None:
        """Hold back a share that another account than this one wrote last."""
        ours = not share.write or share.write.startswith(f"{self._series}-")
        if not ours and share.write != self._inherited.write:
            self._inherited = Inherited(share.write, share.amounts, now)

    def _recycle(self) -> None:
        self._book.recycle([p for p in self._book if self._recycles(p)])
        over = self._inherited.at + self._margins.wait
        if self._ledger and self._horizon.all_confirmed(self._ledger.counts, over):
            self._inherited = replace(self._inherited, amounts=NOTHING)
