"""One tenant's budget at one admission replica: what the shell drives, in either protocol.

The shell feeds it the watch, asks it about each admission, carries out the writes that it asks for
one at a time, and tells it how they went. Nothing here waits.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import replace

from aup.ledger.amounts import Amounts, minus, plus, positive
from aup.ledger.cache import Cache
from aup.ledger.entry import Entry, Key
from aup.ledger.flight import Flight, Want
from aup.ledger.horizon import NEVER, Horizon
from aup.ledger.identity import Identity
from aup.ledger.margins import Bounds, Margins
from aup.ledger.record import Ledger, Standing, Write, countable, recounted, standing
from aup.ledger.verdict import Busy, Closed, Short, Verdict, Why

FOREVER = float("inf")
PAUSE = 0.05
"""Seconds: nobody needs to ask more often for what was due already."""


class Account(ABC):
    """What both protocols share; all times are of one clock, which counts suspend."""

    def __init__(
        self, identity: Identity, horizon: Horizon, margins: Margins, bounds: Bounds
    ) -> None:
        self._identity = identity
        self._me = identity.uid
        self._series = identity.uid
        self._horizon = horizon
        self._margins = margins
        self._bounds = bounds
        self._cache = Cache()
        self._measured: frozenset[str] = frozenset()
        self._ledger: Ledger | None = None
        self._wants: dict[Key, Want] = {}
        self._flight: Flight | None = None
        self._serial = 0
        self._draining = False
        self._wrote = NEVER
        self._asked = NEVER
        self.fenced = False
        """The ledger has lost what was checked out here: begin anew, as somebody else."""

    @property
    def ledger(self) -> Ledger | None:
        """Return the ledger as it was last read or written."""
        return self._ledger

    @property
    def outlook(self) -> Standing | None:
        """Return how the tenant stands by what is seen here; ``None`` while that is not known."""
        if self._ledger is None or self.fenced or not self._measures(self._ledger):
            return None
        return standing(self._recounted(self._ledger))

    def observed(self, kind: str, uid: str, version: int, amounts: Amounts) -> None:
        """Take an object of the tenant as the watch shows it.

        Args:
            kind: the counted kind.
            uid: of the object.
            version: its resourceVersion.
            amounts: what it takes, of all keys that there are.

        """
        self._cache.observed(kind, uid, version, amounts)

    def deleted(self, kind: str, uid: str) -> None:
        """Note that an object exists no more."""
        self._cache.deleted(kind, uid)

    def measures(self, keys: Collection[str]) -> None:
        """Say of which keys the amounts given here are complete, of all objects and from now on.

        Until they are all that the budget limits, nothing is admitted and nothing counted.
        """
        self._measured = frozenset(keys)

    def departed(self, kind: str, uid: str) -> None:
        """Note that an object is another tenant's now, with its namespace.

        What was admitted here and is on its way goes on holding its share until it cannot appear.
        """
        self._cache.deleted(kind, uid)

    def refreshed(self, ledger: Ledger | None, now: float) -> None:
        """Take the ledger as read or watched; not before all objects that exist were observed.

        While a write is on its way this says nothing: an unchanged version does not mean that the
        write failed. Nor does one that is older than what is known.
        """
        if self._flight is not None:
            return
        if ledger and self._ledger and ledger.version <= self._ledger.version:
            return
        self._adopt(ledger, now)

    @abstractmethod
    def admit(self, entry: Entry, now: float, until: float) -> Verdict:
        """Decide about an admission; Allowed holds its share from this moment on.

        Args:
            entry: what is asked for; ask no more once it was answered.
            now: by the clock, read for this call.
            until: when the request stops waiting, if it is Short.

        """

    @abstractmethod
    def look(self, entry: Entry, now: float) -> Verdict:
        """Say what `admit` would probably say, and take nothing: for a dry run."""

    def next_write(self, now: float) -> Write | None:
        """Return a write to carry out now; the shell reports how it went before it asks again."""
        self._asked = now
        flight = self._flight
        if flight is not None:
            if not flight.again:
                return None
            flight.again = False
            return flight.write
        if self._ledger is None or self.fenced or not self._measures(self._ledger):
            return None
        if not self._is_valid(now):
            return None
        self._wants = {key: want for key, want in self._wants.items() if want.until >= now}
        content = self._change(self._ledger, f"{self._series}-{self._serial + 1}", now)
        if content is None:
            return None
        self._serial += 1
        write = Write(f"{self._series}-{self._serial}", self._ledger.version, content)
        self._flight = Flight(write, now)
        return write

    def written(self, version: int, now: float) -> None:
        """Note that the write was stored, as this version."""
        if (flight := self._flight) is not None:
            self._end(flight, replace(flight.write.content, version=version), now, stored=True)

    def conflicted(self, current: Ledger | None, now: float) -> None:
        """Note that the ledger had changed, or was gone, when the write came.

        ``current`` was read by quorum after that answer; ``None``: there is none.
        """
        flight = self._flight
        if flight is None:
            self.refreshed(current, now)
        elif current is None:
            # It may have been stored before the ledger was deleted: the next one tells.
            self._ledger = None
            self.unknown(now)
        elif current.version <= flight.write.base:
            self.unknown(now)
        else:
            self._end(flight, current, now, stored=self._is_in(flight.write, current))

    def unknown(self, now: float) -> None:
        """Note that no answer came, or one that leaves the outcome open."""
        self._wrote = now
        if self._flight is not None:
            self._flight.doubt = self._flight.again = True

    def failed(self, now: float) -> None:
        """Note that this sending was refused for another reason than a conflict."""
        flight = self._flight
        if flight is not None and flight.doubt:
            self.unknown(now)
        elif flight is not None:
            self._end(flight, self._ledger, now, stored=False)

    def resumes(self, series: int) -> None:
        """Say that the identity may have had accounts of this tenant before, each of a series."""
        self._series = f"{self._me}-{series}"

    def drain(self) -> None:
        """Admit nothing from now on, and hand back what is left."""
        self._draining = True

    @abstractmethod
    def reads(self, now: float) -> frozenset[str]:
        """Return kinds for which a quorum read now would help to tell what never appeared."""

    def due(self, now: float) -> float:
        """Return when to ask `next_write` again if nothing happens; infinite: never."""
        if self._flight is not None:
            return now if self._flight.again else FOREVER
        if self._ledger is None or self.fenced or not self._measures(self._ledger):
            return FOREVER
        again = self._asked + max(self._margins.settle, PAUSE)
        return min(
            (moment if moment > self._asked else again for moment in self._moments(self._ledger)),
            default=FOREVER,
        )

    @abstractmethod
    def _change(self, ledger: Ledger, write: str, now: float) -> Ledger | None:
        """Return the ledger as it should be; ``None`` when it may stay."""

    @abstractmethod
    def _is_in(self, write: Write, current: Ledger) -> bool:
        """Tell whether a write is part of the ledger's history, by its id."""

    @abstractmethod
    def _ended(self, flight: Flight, now: float, *, stored: bool) -> None:
        """Do what follows of a write whose outcome is known."""

    @abstractmethod
    def _moments(self, ledger: Ledger) -> Iterator[float]:
        """Yield moments at which there may be something to do."""

    def _adopt(self, ledger: Ledger | None, now: float) -> None:  # noqa: ARG002 - for those that look at the time
        self._ledger = ledger

    def _end(self, flight: Flight, ledger: Ledger | None, now: float, *, stored: bool) -> None:
        self._flight = None
        self._wrote = now
        self._ended(flight, now, stored=stored)
        self._adopt(ledger, now)

    def _is_valid(self, now: float) -> bool:
        return self._identity.valid(now)

    def _closed(self, now: float) -> Closed | None:
        """Return why nothing can be admitted now."""
        if self._ledger is None or self.fenced:
            return Closed(Why.NO_LEDGER)
        if not self._measures(self._ledger):
            return Closed(Why.UNMEASURED)
        if not self._is_valid(now):
            return Closed(Why.INVALID)
        if self._draining:
            return Closed(Why.DRAINING)
        return None

    def _measures(self, ledger: Ledger) -> bool:
        return ledger.hard.keys() <= self._measured

    def _appeared(self, key: Key) -> bool:
        """Tell whether an object was seen beyond the version that an admission starts from."""
        return self._cache.version(key.kind, key.uid) > key.old_version

    def _resolved(self, key: Key) -> bool:
        """Tell whether the cache is complete up to where the object went beyond the old version.

        A greater version is all that counts. Size and inequality tell nothing: the cache may show
        a state from before the one that the request replaces.
        """
        version = self._horizon.version(key.kind)
        return version is not None and (
            key.old_version < self._cache.version(key.kind, key.uid) <= version
        )

    def _expired(self, key: Key, since: float) -> bool:
        """Tell whether an admission can no longer be persisted, and was not."""
        past = self._horizon.confirmed(key.kind) > since + self._margins.wait
        return past and not self._appeared(key)

    def _stale(self, key: Key, since: float) -> bool:
        """Tell whether an admission should have appeared by now."""
        late = self._horizon.confirmed(key.kind) > since + self._margins.grace
        return late and not self._appeared(key)

    def _unread(self, key: Key, since: float, now: float) -> bool:
        """Tell whether a quorum read would tell something new about an admission."""
        sent = self._horizon.sent(key.kind)
        if self._appeared(key) or now < sent + self._margins.settle:
            return False
        waits = (since + self._margins.grace, since + self._margins.wait)
        return any(sent <= moment < now for moment in waits)

    def _counts(self, ledger: Ledger, key: Key) -> bool:
        """Tell whether a write of ours would count what came of an admission as used."""
        if key.kind not in ledger.counts:  # then nothing of it is
            return True
        return self._resolved(key) and self._countable(ledger, key.kind)

    def _must_tell(self, ledger: Ledger) -> bool:
        """Tell whether the leader waits to hear that we charge all that is limited now."""
        closed = not ledger.hard.keys() <= ledger.open
        return closed and ledger.share(self._me).edition != ledger.edition

    def _countable(self, ledger: Ledger, kind: str) -> bool:
        return countable(ledger, kind, self._horizon)

    def _recounted(self, ledger: Ledger) -> Ledger:
        """Return the ledger with everything counted anew that this cache may count."""
        kinds = [kind for kind in ledger.counts if self._countable(ledger, kind)]
        return recounted(ledger, kinds, self._cache, self._horizon)

    def _short(self, need: Amounts, free: Amounts, ledger: Ledger, busy: Busy | None) -> Short:
        """Explain what is missing, given what is free here."""
        now = standing(ledger)
        left = positive(plus(now.left, free))
        return Short(positive(minus(need, left)), minus(now.in_flight, free), left, busy)
