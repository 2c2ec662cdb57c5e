"""The ledger of one tenant: all that its replicas agree on.

What is in it bounds what exists: used + checked out + reserved is never less than the objects that
exist and those that may still be persisted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from aup.ledger.amounts import Amounts, minus, positive, total, within
from aup.ledger.cache import Cache
from aup.ledger.entry import Entry, Key, held
from aup.ledger.horizon import Horizon


@dataclass(frozen=True, slots=True)
class Count:
    """What the objects of one kind take."""

    as_of: int
    """resourceVersion of the kind up to which they were counted."""
    used: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What one replica has checked out."""

    amounts: Amounts = field(default_factory=dict)
    """Free there, or admitted there and not yet settled."""
    edition: int = 0
    """Up to which edition of the keys the replica charges."""
    write: str = ""
    """Id of the replica's last write: how it learns the outcome when the answer got lost."""
    wants: Amounts = field(default_factory=dict)
    """What requests wait for there; the others hand back what they can spare."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """An admission that was written down before it was answered."""

    entry: Entry
    write: str
    """Id of the write that made or refreshed it."""

    @property
    def mark(self) -> tuple[Key, str]:
        """Return what changes when the reservation begins to count anew."""
        return self.entry.key, self.write


@dataclass(frozen=True, slots=True)
class Ledger:
    """The content of the ledger, as of one resourceVersion."""

    version: int
    """``metadata.resourceVersion``; 0 when the object does not exist yet."""
    hard: Amounts = field(default_factory=dict)
    """The budget."""
    edition: int = 0
    """Raised when more is to be counted than before."""
    open: frozenset[str] = frozenset()
    """Keys of which all that exists, and all that may come, is counted or checked out.

    The others of `hard` are charged, too; but what was admitted before may still appear."""
    counts: Mapping[str, Count] = field(default_factory=dict)
    """By kind."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """By identity of the replica."""
    reservations: Mapping[Key, Reservation] = field(default_factory=dict)

    def share(self, replica: str) -> Share:
        """Return a replica's share; an empty one when it has none."""
        return self.shares.get(replica, Share())

    def with_share(self, replica: str, share: Share) -> "Ledger":
        """Return the ledger with another share of a replica."""
        return replace(self, shares={**self.shares, replica: share})

    def room(self) -> Amounts:
        """Return what nobody has; negative where more is taken than there is."""
        standing_ = standing(self)
        return minus(minus(self.hard, standing_.used), standing_.in_flight)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tenant stands with its budget."""

    hard: Amounts
    used: Amounts
    """By objects that were seen to exist when they were last counted."""
    in_flight: Amounts
    """Checked out or reserved: free at a replica, or admitted and not yet settled."""
    left: Amounts


@dataclass(frozen=True, slots=True)
class Write:
    """A whole new content of the ledger, to be stored if it has not changed since."""

    id: str
    base: int
    """Store it only over this resourceVersion; 0: create the object."""
    content: Ledger


def standing(ledger: Ledger) -> Standing:
    """Return used, in flight and left, for the keys of the budget."""
    keys = ledger.hard.keys()
    used = within(total(count.used for count in ledger.counts.values()), keys)
    checked_out = total(share.amounts for share in ledger.shares.values())
    reserved = held(reservation.entry for reservation in ledger.reservations.values())
    in_flight = within(total((checked_out, reserved)), keys)
    left = positive(minus(minus(ledger.hard, used), in_flight))
    return Standing(ledger.hard, used, in_flight, left)


def countable(ledger: Ledger, kind: str, horizon: Horizon) -> bool:
    """Tell whether a process's cache of a kind has all that was counted last, or more.

    An older cache would forget objects that were settled since, and give their share away twice.
    """
    count, version = ledger.counts.get(kind), horizon.version(kind)
    return count is not None and version is not None and version >= count.as_of


def recounted(ledger: Ledger, kinds: Iterable[str], cache: Cache, horizon: Horizon) -> Ledger:
    """Return the ledger with these kinds, all of them countable, counted anew."""
    counts = {
        kind: Count(horizon.version(kind) or 0, within(cache.total(kind), ledger.hard.keys()))
        for kind in kinds
    }
    return replace(ledger, counts={**ledger.counts, **counts})
