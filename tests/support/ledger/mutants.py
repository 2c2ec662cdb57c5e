"""The protocol with one of its rules broken: each must be seen to overrun the budget.

Every one is the product with a few lines replaced, so it fails where the product goes other ways.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from typing_extensions import override

from aup.ledger.account import Account
from aup.ledger.amounts import NOTHING, Amounts, minus, most, plus
from aup.ledger.book import Book, Pending
from aup.ledger.entry import Entry, Key
from aup.ledger.escrow import EscrowAccount, Move
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Identity
from aup.ledger.leader import Leader
from aup.ledger.margins import Bounds
from aup.ledger.record import Ledger, Share, Write
from aup.ledger.reservation import ReservationAccount, Won
from support.ledger import world as real
from support.ledger.store import Request
from support.ledger.world import KINDS, MARGINS, World

# -- Accounts, in either mode -------------------------------------------------------------------


class NoOrder(Account):
    """Settles and counts although its cache is older than the last count."""

    @override
    def _countable(self, ledger: Ledger, kind: str) -> bool:
        return self._horizon.version(kind) is not None


class OneVersion(Account):
    """Compares the resourceVersions of different kinds."""

    @override
    def _countable(self, ledger: Ledger, kind: str) -> bool:
        known = [self._horizon.version(kind) or 0 for kind in KINDS]
        return max(known) >= ledger.counts[kind].as_of


class Glances(Account):
    """Settles what it sees, although its cache is not complete up to there."""

    @override
    def _resolved(self, key: Key) -> bool:
        return self._appeared(key)


class Blind(Account):
    """Settles before the object is in the cache."""

    @override
    def _resolved(self, key: Key) -> bool:
        return True


class BySize(Account):
    """Takes an object that is as large as the request wanted for the proof that it came through."""

    @override
    def _resolved(self, key: Key) -> bool:
        wanted = SIZES.get(key, NOTHING)
        size = self._cache.size(key.kind, key.uid)
        return bool(wanted) and all(size.get(k, 0) >= count for k, count in wanted.items())


class ByInequality(Account):
    """Takes any other resourceVersion than the old one for the proof that it came through."""

    @override
    def _resolved(self, key: Key) -> bool:
        return self._cache.version(key.kind, key.uid) not in {-1, key.old_version}

    @override
    def _appeared(self, key: Key) -> bool:
        return self._resolved(key)


class Impatient(Account):
    """Waits for less than a request may take."""

    @override
    def _expired(self, key: Key, since: float) -> bool:
        return super()._expired(key, since - MARGINS.wait * 0.6)


class Unconfirmed(Account):
    """Gives up what has not appeared although its cache may be old."""

    @override
    def _expired(self, key: Key, since: float) -> bool:
        return self._now > since + self._margins.wait and not self._appeared(key)

    @override
    def next_write(self, now: float) -> Write | None:
        self._now = now
        return super().next_write(now)

    _now = 0.0


# -- Escrow -------------------------------------------------------------------------------------


class EagerTopUp(EscrowAccount):
    """Uses a top-up before it knows that it was stored."""

    @property
    @override
    def free(self) -> Amounts:
        return plus(super().free, self._move.adding)


class LostIsFailure(EscrowAccount):
    """Takes a lost answer for a failure."""

    @override
    def unknown(self, now: float) -> None:
        if self._flight is not None:
            self._end(self._flight, self._ledger, now, stored=False)


class LostIsSuccess(EscrowAccount):
    """Takes a lost answer for a success."""

    @override
    def unknown(self, now: float) -> None:
        if (flight := self._flight) is not None:
            content = replace(flight.write.content, version=flight.write.base)
            self._end(flight, content, now, stored=True)


class SameVersionIsFailure(EscrowAccount):
    """Reads the ledger after a lost answer, finds the old version, and takes that for a failure."""

    @override
    def refreshed(self, ledger: Ledger | None, now: float) -> None:
        flight = self._flight
        if flight and ledger and flight.doubt and ledger.version == flight.write.base:
            self._end(flight, ledger, now, stored=False)
        super().refreshed(ledger, now)


class FirstTry(Book):
    """Counts from the first time that a request was admitted."""

    @override
    def put(self, entry: Entry, at: float) -> None:
        before = self.get(entry.key)
        super().put(entry, before.at if before else at)


class NoRefresh(EscrowAccount):
    """Does not count anew when the same request is admitted again."""

    @override
    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = FirstTry()


class RecyclesLocked(EscrowAccount):
    """Frees what was deleted although a write that gives it up is on its way."""

    @override
    def deleted(self, kind: str, uid: str) -> None:
        super().deleted(kind, uid)
        settled = [p for p in self._move.settled if not p.gone]
        if len(settled) != len(self._move.settled):
            back = self._book.held
            self._book.unlock(p for p in self._move.settled if p.gone)
            back = minus(self._book.held, back)
            leaving = minus(self._move.leaving, back)
            self._move = replace(self._move, settled=tuple(settled), leaving=leaving)
            self._recycle()


class NeverInvalid(EscrowAccount):
    """Admits without a look at the clock."""

    @override
    def _is_valid(self, now: float) -> bool:
        return not self._identity.lost


class Forgets(EscrowAccount):
    """Takes what an earlier account of the same identity had in its share for free."""

    @override
    def _inherit(self, share: Share, now: float) -> None:
        pass


class InheritsOnce(EscrowAccount):
    """Looks at the first ledger only for what an earlier account has left: it may be an old one."""

    @override
    def _inherit(self, share: Share, now: float) -> None:
        if not self._inherited.write:
            super()._inherit(replace(share, write=share.write or "none"), now)


class SameNumbers(EscrowAccount):
    """Marks its writes as an earlier account of the same identity did."""

    @override
    def _inherit(self, share: Share, now: float) -> None:
        series, self._series = self._series, ""
        if not self._serial:
            super()._inherit(share, now)
        self._series = series

    @override
    def resumes(self, series: int) -> None:
        pass


class OwnersShare(Book):
    """Lets all attempts of an owner share, as it does for a name."""

    @override
    def need(self, entry: Entry) -> Amounts:
        return super().need(pooled(entry))

    @override
    def put(self, entry: Entry, at: float) -> None:
        super().put(pooled(entry), at)


def pooled(entry: Entry) -> Entry:
    return entry if entry.key.old_version else replace(entry, name=f"any {entry.key.kind}")


class CapsOwners(EscrowAccount):
    """Holds one share for whatever one owner tries to create."""

    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = OwnersShare()


class LastOfName(Book):
    """Forgets earlier attempts to create a name when there is another one."""

    @override
    def put(self, entry: Entry, at: float) -> None:
        older = [p for p in self._sharing(entry.slot) if p.entry.key != entry.key]
        super().put(entry, at)
        if not entry.key.old_version:
            self.recycle(older)


class ForgetsAttempts(EscrowAccount):
    """Holds the share of the last attempt only, and gives it up when that one is seen."""

    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = LastOfName()


class NoDebt(Book):
    """Frees what attempts on a name leave, although the ledger has counted another one."""

    @override
    def recycle(self, chosen: Iterable[Pending]) -> None:
        self._counted.clear()
        super().recycle(chosen)


class FreesTwice(EscrowAccount):
    """Frees the share of a name a second time, and does not see that it is more than there is."""

    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = NoDebt()

    @property
    @override
    def _usable(self) -> Amounts:
        return self.free


class SharesLocked(Book):
    """Lets an attempt share with one that is being given up."""

    @override
    def need(self, entry: Entry) -> Amounts:
        everyone = (p.entry.amounts for p in self._slots.get(entry.slot, {}).values())
        before = most(everyone)
        return minus(most((before, entry.amounts)), before)


class TrustsLocked(EscrowAccount):
    """Admits on a share that a write on its way gives up."""

    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = SharesLocked()


class FirstSize(Book):
    """Takes the same key again for the same size."""

    @override
    def need(self, entry: Entry) -> Amounts:
        return NOTHING if self.get(entry.key) else super().need(entry)

    @override
    def put(self, entry: Entry, at: float) -> None:
        before = self.get(entry.key)
        super().put(before.entry if before else entry, at)


class SizeOnce(EscrowAccount):
    """Charges nothing for another update from the same resourceVersion, however large."""

    def __init__(self, identity: Identity, horizon: Horizon) -> None:
        super().__init__(identity, horizon, MARGINS, Bounds())
        self._book = FirstSize()


# -- Reservations -------------------------------------------------------------------------------


class AnyTime(ReservationAccount):
    """Answers on a reservation however long ago it was written."""

    @override
    def _is_good(self, won: Won, now: float) -> bool:
        return True


class AnyWrite(ReservationAccount):
    """Answers on any reservation of the key, and does not count it anew."""

    @override
    def _usable(self, entry: Entry, ledger: Ledger, now: float) -> Won | None:
        if entry.key not in ledger.reservations or entry.key in self._leaving:
            return None
        return Won(now, "")


class Withdraws(ReservationAccount):
    """Takes out what was answered as if it had not been."""

    @override
    def _leaves(self, ledger: Ledger, key: Key, now: float) -> bool:
        won = self._won.get(key)
        return super()._leaves(ledger, key, now) or (
            won is not None and not self._is_good(won, now)
        )


class Takes(ReservationAccount):
    """Takes out what it wrote over and did not answer, although another replica had."""

    @override
    def _is_answered(self, key: Key) -> bool:
        return False


class Unwritten(ReservationAccount):
    """Answers when its write was sent."""

    @override
    def next_write(self, now: float) -> Write | None:
        write = super().next_write(now)
        if write is not None and self._flight is not None:
            self._ended(self._flight, now, stored=True)
            assert self._ledger is not None
            self._ledger = replace(self._ledger, reservations=write.content.reservations)
        return write


# -- The leader, the shell and the store ----------------------------------------------------------


class OldCache(Leader):
    """Waits for the time only, and counts from whatever its cache holds."""

    @override
    def _is_past(self, moment: float) -> bool:
        return self._now > moment + self._margins.wait

    @override
    def next_write(self, now: float) -> Write | None:
        self._now = now
        return super().next_write(now)

    _now = 0.0


class HastyOpening(Leader):
    """Opens the ledger without waiting for what was admitted before."""

    @override
    def _opened(self, ledger: Ledger) -> Ledger:
        counted = self._counted(ledger)
        return replace(counted, open=frozenset(ledger.hard)) if counted else ledger


class Forgetful(Leader):
    """Makes a ledger that was deleted anew, from what exists."""

    @override
    def _kept(self, ledger: Ledger) -> Ledger:
        return ledger


class NoSwap(World):
    """A store that takes whatever is written."""

    @override
    def _put(self, write: Write) -> bool:
        ledger = self.store.ledger
        return self.store.put(replace(write, base=ledger.version if ledger else 0))


class Reincarnation(World):
    """A replica that begins again as who it was, with what it had left, and remembers no more."""

    @override
    def restart(self, replica: int) -> None:
        process = self._pick(replica)
        account = process.account
        assert isinstance(account, EscrowAccount)
        had = account.free
        account._book = Book()
        account._move = replace(Move(), returning=minus(account.granted, had))
        account._flight = None


class Beginning(World):
    """A world that is looked at while its ledger should still be closed."""

    @override
    def opened(self) -> World:
        self.begin(((0, 0, 0), (0, 1, 0)))
        self.tick(6)
        self.manage(fresh=True)
        for replica in range(len(self.replicas)):
            self.refresh(replica)
        return self


class Sized(World):
    """A world that tells `BySize` how large the object of a request is to be."""

    @override
    def _attempt(self, replica: int, request: Request, patience: int) -> bool:
        SIZES[request.key] = request.amounts
        return super()._attempt(replica, request, patience)


SIZES: dict[Key, Amounts] = {}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A world in which one rule is broken."""

    name: str
    steps: str
    """The kinds of steps that it takes to see it."""
    account: real.MakeAccount
    leader: real.MakeLeader = real.leader
    world: type[World] = World

    def make(self, *, names: int, kinds: int, leads: int) -> World:
        """Return such a world."""
        return self.world(self.account, self.leader, names=names, kinds=kinds, leads=leads)


def _account(kind: Callable[..., Account]) -> real.MakeAccount:
    return lambda identity, horizon: kind(identity, horizon, MARGINS, Bounds())


def _leader(kind: type[Leader], **margins: float) -> real.MakeLeader:
    return lambda horizon: kind("leader", KINDS, horizon, replace(MARGINS, **margins))


def _both(name: str, steps: str, rule: type, world: type[World] = World) -> tuple[Mutant, ...]:
    return tuple(
        Mutant(f"{mode}-{name}", steps, _account(type(name, (rule, kind), {})), world=world)
        for mode, kind in (("escrow", EscrowAccount), ("reservation", ReservationAccount))
    )


def _escrow(name: str, steps: str, kind: real.MakeAccount) -> Mutant:
    return Mutant(f"escrow-{name}", steps, kind)


def _reservation(name: str, steps: str, kind: Callable[..., Account]) -> Mutant:
    return Mutant(f"reservation-{name}", steps, _account(kind))


def _world(name: str, steps: str, world: type[World]) -> tuple[Mutant, ...]:
    return tuple(
        Mutant(f"{mode}-{name}", steps, make, world=world)
        for mode, make in (("escrow", real.escrow), ("reservation", real.reservation))
    )


def _led(name: str, steps: str, make: real.MakeLeader) -> Mutant:
    return Mutant(f"escrow-{name}", steps, real.escrow, make)


SEEDS = {
    "escrow-settles-at-a-glance": 1920,
    "reservation-settles-at-a-glance": 1920,
    "escrow-lost-answer-is-failure": 1700,
    "escrow-same-version-is-failure": 2310,
    "escrow-recycles-what-is-locked": 3620,
    "escrow-resolved-by-size": 6790,
    "reservation-resolved-by-size": 2830,
    "escrow-resolved-by-inequality": 1390,
    "escrow-shares-with-what-is-locked": 1050,
}
"""Where to begin, for those that chance finds late; the search is the same from anywhere."""

MUTANTS = (
    *_both("settles-with-an-old-cache", "create watch exchange catch_up", NoOrder),
    *_both("compares-kinds", "create watch exchange catch_up", OneVersion),
    *_both("settles-at-a-glance", "create catch_up glimpse exchange", Glances),
    *_world("writes-without-comparison", "create exchange", NoSwap),
    *_both("settles-before-it-is-seen", "create exchange", Blind),
    _led("fences-without-a-wait", "create restart tick", _leader(Leader, request=0, margin=0)),
    _led("fences-with-an-old-cache", "create restart tick", _leader(OldCache)),
    Mutant("opens-without-a-wait", "create", real.escrow, _leader(HastyOpening), Beginning),
    _led("forgets-what-was-lost", "create lose manage", _leader(Forgetful)),
    _escrow("uses-a-top-up-too-early", "create exchange", _account(EagerTopUp)),
    _world("begins-again-as-itself", "create restart", Reincarnation)[0],
    _escrow("lost-answer-is-failure", "create exchange tick", _account(LostIsFailure)),
    _escrow("lost-answer-is-success", "create exchange", _account(LostIsSuccess)),
    _escrow(
        "same-version-is-failure", "create tick exchange refresh", _account(SameVersionIsFailure)
    ),
    *_both("waits-too-little", "create tick quorum exchange", Impatient),
    _escrow("does-not-count-anew", "create ask tick quorum", NoRefresh),
    _reservation("does-not-count-anew", "create ask tick", AnyWrite),
    _escrow("recycles-what-is-locked", "create catch_up exchange delete", _account(RecyclesLocked)),
    _escrow("never-invalid", "create pause tick", _account(NeverInvalid)),
    _escrow("forgets-an-earlier-account", "create reopen", _account(Forgets)),
    _escrow("inherits-by-an-old-ledger", "create reopen exchange", _account(InheritsOnce)),
    _escrow("same-numbers-as-earlier", "create reopen exchange", _account(SameNumbers)),
    *_both("resolved-by-size", "create update watch", BySize, Sized),
    *_both("resolved-by-inequality", "create touch update catch_up exchange", ByInequality),
    *_both("expires-with-an-old-cache", "create persist tick exchange", Unconfirmed),
    _escrow("one-share-for-an-owner", "create", CapsOwners),
    _escrow("only-the-last-attempt-of-a-name", "create", ForgetsAttempts),
    _escrow("frees-a-name-twice", "create tick catch_up exchange", FreesTwice),
    _escrow("shares-with-what-is-locked", "create catch_up exchange delete", TrustsLocked),
    _escrow("first-size-of-a-key", "create update", SizeOnce),
    _reservation("answers-at-any-time", "create ask tick catch_up exchange", AnyTime),
    _reservation("withdraws-what-was-answered", "create tick exchange", Withdraws),
    _reservation("withdraws-what-another-answered", "create ask tick", Takes),
    _reservation("answers-before-it-is-written", "create exchange ask", Unwritten),
)
