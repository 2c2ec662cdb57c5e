"""What the elected controller does to a tenant's ledger: open it, and clear up after the dead.

Its writes need no memory: whatever became of one, the next is made from the ledger as it is read
then, so that two leaders for a moment, or a write that is stored late, do no harm.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from aup.ledger.account import FOREVER, PAUSE
from aup.ledger.amounts import Amounts
from aup.ledger.cache import Cache
from aup.ledger.entry import Key
from aup.ledger.horizon import NEVER, Horizon
from aup.ledger.margins import Margins
from aup.ledger.record import Count, Ledger, Reservation, Write, countable, recounted

STALLED: Final = 5
"""Times as long as an admission may be on its way, after which its share is worth a look."""


class Leader:
    """The leader's view of one tenant."""

    def __init__(self, me: str, kinds: Collection[str], horizon: Horizon, margins: Margins) -> None:
        """Args: ``me`` marks its writes, ``kinds`` are those that are counted."""
        self._me = me
        self._kinds = sorted(kinds)
        self._horizon = horizon
        self._margins = margins
        self._cache = Cache()
        self._hard: Amounts | None = None
        self._ledger: Ledger | None = None
        self._lost: Ledger | None = None
        """What a ledger held that was deleted under us: in flight is still in flight."""
        self._read = False
        self._fenced: dict[str, float] = {}
        self._seen: dict[tuple[Key, str], float] = {}
        self._held: dict[tuple[str, str], float] = {}
        """When each share, as its replica wrote it last, was first seen here."""
        self._known = (-1, NEVER)
        self._serial = 0
        self._wrote = NEVER

    @property
    def ledger(self) -> Ledger | None:
        """Return the ledger as it was last read."""
        return self._ledger

    def observed(self, kind: str, uid: str, version: int, amounts: Amounts) -> None:
        """Take an object of the tenant as the watch shows it."""
        self._cache.observed(kind, uid, version, amounts)

    def deleted(self, kind: str, uid: str) -> None:
        """Note that an object exists no more."""
        self._cache.deleted(kind, uid)

    def refreshed(self, ledger: Ledger | None, now: float) -> None:
        """Take the ledger as read, watched or just written; ``None``: it does not exist."""
        if ledger and self._ledger and ledger.version < self._ledger.version:
            return
        self._read = True
        if self._ledger and self._ledger.edition and not (ledger and ledger.edition):
            self._lost = self._ledger
        self._ledger = ledger
        reserved = ledger.reservations.values() if ledger else ()
        self._seen = {r.mark: self._seen.get(r.mark, now) for r in reserved}
        shares = ledger.shares if ledger else {}
        held = [(replica, share.write) for replica, share in shares.items() if share.amounts]
        self._held = {mark: self._held.get(mark, now) for mark in held}
        self._fenced = {r: at for r, at in self._fenced.items() if r in shares}

    def budget(self, hard: Amounts, kinds: Collection[str] = ()) -> None:
        """Take the budget that the ledger is to carry, and further kinds that are counted."""
        self._hard = dict(hard)
        self._kinds = sorted({*self._kinds, *kinds})

    @property
    def idle(self) -> int:
        """Return the version at which nothing is limited, checked out or reserved; 0: something."""
        ledger = self._ledger
        if self._hard != {} or ledger is None or ledger.reservations:
            return 0
        return 0 if any(share.amounts for share in ledger.shares.values()) else ledger.version

    def stalled(self, now: float) -> bool:
        """Tell whether something is in flight that nobody has touched for much too long.

        A replica that lives settles what appears, gives up what cannot appear any more, and hands
        back what is left. One share that stands for longer is tried for again and again, and
        refused by somebody else; or nobody clears up after a replica that is dead.
        """
        since = min((*self._held.values(), *self._seen.values()), default=now)
        return now - since > STALLED * self._margins.wait

    def fence(self, replica: str, gone_at: float) -> None:
        """Note that a replica's Lease is known not to exist, since a moment on our clock."""
        self._fenced.setdefault(replica, gone_at)

    def known(self, edition: int, at: float) -> bool:
        """Note that from a moment on every replica charges by this edition, or admits nothing.

        The webhook must be in force everywhere, and each replica that lives have acknowledged.
        Tells whether that is news.
        """
        if self._known[0] == edition:
            return False
        self._known = (edition, at)
        return True

    def unaware(self, live: Iterable[str]) -> frozenset[str]:
        """Return replicas that live and have not acknowledged the edition."""
        if self._ledger is None:
            return frozenset(live)
        ledger = self._ledger
        return frozenset(r for r in live if ledger.share(r).edition < ledger.edition)

    def strangers(self, live: Collection[str]) -> frozenset[str]:
        """Return replicas with a share that do not live and are not fenced.

        A dead one's top-up may come late, after its share was cleared up.
        """
        shares = self._ledger.shares if self._ledger else ()
        return frozenset(r for r in shares if r not in live and r not in self._fenced)

    def reads(self, now: float) -> frozenset[str]:
        """Return kinds for which a quorum read now would help."""
        if self._ledger is None:
            return frozenset()
        ledger, old = self._ledger, frozenset[str]()
        if self._brings(ledger):
            old = frozenset(k for k in ledger.counts if not countable(ledger, k, self._horizon))
        moments = [(kind, at) for at in self._fenced.values() for kind in self._kinds]
        moments += [(key.kind, since) for (key, _), since in self._seen.items()]
        if self._is_opening(self._ledger):
            moments += [(kind, self._known[1]) for kind in self._kinds]
        wait = self._margins.wait
        asked = {kind for kind, at in moments if self._horizon.sent(kind) <= at + wait < now}
        return frozenset(
            kind for kind in old | asked if now >= self._horizon.sent(kind) + self._margins.settle
        )

    def next_write(self, now: float) -> Write | None:
        """Return a write to carry out; after it, whatever came of it, give the ledger as read."""
        if not self._read or self._hard is None or not (self._hard or self._ledger):
            return None
        before = self._ledger or Ledger(0)
        after = self._cleared(self._opened(self._budgeted(self._kept(before))))
        if after == before and now >= self._wrote + self._margins.recount:
            after = self._recounted(before)
            after = after if _used(after) != _used(before) else before
        if after == before:
            return None
        self._serial += 1
        self._wrote = now
        return Write(f"{self._me}-{self._serial}", before.version, after)

    def due(self, now: float) -> float:
        """Return when to ask `next_write` again if nothing happens; infinite: never."""
        if not self._read or self._hard is None or not (self._hard or self._ledger):
            return FOREVER
        wait = self._margins.wait
        moments = [at + wait for at in (*self._fenced.values(), *self._seen.values())]
        if self._ledger and self._is_opening(self._ledger):
            moments.append(self._known[1] + wait)
        if self._brings(self._ledger or Ledger(0)):
            moments.append(now)
        if self._ledger and _used(self._recounted(self._ledger)) != _used(self._ledger):
            moments.append(self._wrote + self._margins.recount)
        again = now + max(self._margins.settle, PAUSE)
        return min((m if m > now else again for m in moments), default=FOREVER)

    def _kept(self, ledger: Ledger) -> Ledger:
        """Return what a ledger holds, or held when it was deleted; one just made holds nothing."""
        if self._lost is None or ledger.edition:
            return ledger
        return replace(self._lost, version=ledger.version)

    def _budgeted(self, ledger: Ledger) -> Ledger:
        """Carry budget and kinds over, and count what is new in the write that brings it.

        It is charged from there on, so a count that is missing would be given away.
        """
        hard = self._hard or {}
        counts = {kind: ledger.counts.get(kind, Count(0)) for kind in self._kinds}
        more = self._brings(ledger)
        budgeted = replace(
            ledger,
            hard=hard,
            counts=counts,
            edition=ledger.edition + more,
            open=ledger.open & hard.keys(),
        )
        return (self._counted(budgeted) or ledger) if more else budgeted

    def _opened(self, ledger: Ledger) -> Ledger:
        """Open what is closed, once everything that was admitted before is counted."""
        edition, at = self._known
        if not self._is_opening(ledger) or edition != ledger.edition or not self._is_past(at):
            return ledger
        counted = self._counted(ledger)
        return replace(counted, open=frozenset(ledger.hard)) if counted else ledger

    def _cleared(self, ledger: Ledger) -> Ledger:
        """Take out the shares of the dead, and reservations that are settled or expired."""
        dead = {replica for replica, at in self._fenced.items() if self._is_past(at)}
        dead &= ledger.shares.keys()
        over = {key for key, r in ledger.reservations.items() if self._is_over(ledger, key, r)}
        kept = {key: r for key, r in ledger.reservations.items() if key not in over}
        if dead and (counted := self._counted(ledger)) is not None:
            shares = {replica: s for replica, s in ledger.shares.items() if replica not in dead}
            return replace(counted, reservations=kept, shares=shares)
        return replace(self._recounted(ledger), reservations=kept) if over else ledger

    def _brings(self, ledger: Ledger) -> bool:
        """Tell whether the budget has keys or kinds that the ledger does not have yet."""
        kinds = set(self._kinds)
        return bool((self._hard or {}).keys() - ledger.hard.keys() or kinds - ledger.counts.keys())

    def _is_past(self, moment: float) -> bool:
        """Tell whether nothing admitted until a moment can appear any more unseen by us."""
        return self._horizon.all_confirmed(self._kinds, moment + self._margins.wait)

    def _is_over(self, ledger: Ledger, key: Key, reservation: Reservation) -> bool:
        """Tell whether a reservation was counted, or can no longer be persisted."""
        version = self._cache.version(key.kind, key.uid)
        if version > key.old_version:
            seen = version <= (self._horizon.version(key.kind) or 0)
            return seen and countable(ledger, key.kind, self._horizon)
        past = self._seen.get(reservation.mark, float("inf")) + self._margins.wait
        return self._horizon.confirmed(key.kind) > past

    def _is_opening(self, ledger: Ledger) -> bool:
        return not ledger.hard.keys() <= ledger.open

    def _counted(self, ledger: Ledger) -> Ledger | None:
        """Return the ledger with all kinds counted anew; ``None`` while a cache lags behind it."""
        if not all(countable(ledger, kind, self._horizon) for kind in ledger.counts):
            return None
        return self._recounted(ledger)

    def _recounted(self, ledger: Ledger) -> Ledger:
        kinds = [kind for kind in ledger.counts if countable(ledger, kind, self._horizon)]
        return recounted(ledger, kinds, self._cache, self._horizon)


def _used(ledger: Ledger) -> dict[str, Amounts]:
    return {kind: count.used for kind, count in ledger.counts.items()}
