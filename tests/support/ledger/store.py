"""The API server and its store, as far as the ledger's safety depends on them.

A request that a webhook allowed is persisted at any moment until its time is up, or never. Objects
change and go at any time, and every change has a resourceVersion.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from aup.ledger.amounts import Amounts, minus, positive, total
from aup.ledger.entry import Entry, Key
from aup.ledger.record import Ledger, Write

NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that exists."""

    kind: str
    uid: str
    name: str
    version: int
    amounts: Amounts


@dataclass(slots=True)
class Request:
    """A CREATE or UPDATE on its way through the API server."""

    key: Key
    name: str
    amounts: Amounts
    """The size of the object, once it is persisted."""
    grows: Amounts
    until: float = NEVER
    """Last moment at which it may be persisted; never before a webhook allowed it."""
    over: bool = False

    @property
    def entry(self) -> Entry:
        """Return what the webhook is asked for."""
        return Entry(self.key, self.name, "", self.grows)


@dataclass(frozen=True, slots=True)
class Event:
    """A change as a watch tells it; ``thing`` is ``None`` for a deletion."""

    version: int
    uid: str
    thing: Thing | None


class Store:
    """Objects, the ledger and the replicas' Leases, with one linear history."""

    def __init__(self) -> None:
        self.revision = 10
        self.ledger: Ledger | None = None
        self.before: Ledger | None = None
        """The ledger before the last write that took effect."""
        self.things: dict[str, Thing] = {}
        self.events: defaultdict[str, list[Event]] = defaultdict(list)
        self.leases: dict[str, int] = {}
        self.stored = 0
        """Ledger writes that took effect."""

    def used(self) -> Amounts:
        """Return what all objects that exist take together."""
        return total(thing.amounts for thing in self.things.values())

    def put(self, write: Write) -> bool:
        """Store the ledger by compare-and-swap; False for a conflict."""
        if not self.matches(write):
            return False
        self.revision += 1
        self.stored += 1
        self.before = self.ledger
        self.ledger = replace(write.content, version=self.revision)
        return True

    def matches(self, write: Write) -> bool:
        """Tell whether the ledger has not changed since it was read."""
        return (self.ledger.version if self.ledger else 0) == write.base

    def persist(self, request: Request, now: float) -> bool:
        """Persist a request that was allowed, if nothing is in its way."""
        key = request.key
        if request.over or now > request.until:
            return False
        if key.old_version:
            thing = self.things.get(key.uid)
            fits = thing is not None and thing.version == key.old_version
        else:
            names = {(thing.kind, thing.name) for thing in self.things.values()}
            fits = (key.kind, request.name) not in names
        if fits:
            self._store(Thing(key.kind, key.uid, request.name, 0, request.amounts))
            request.over = True
        return fits

    def change(self, uid: str, amounts: Amounts | None = None) -> None:
        """Change an object without asking anybody: its status, or to less than before."""
        thing = self.things[uid]
        self._store(thing if amounts is None else replace(thing, amounts=amounts))

    def delete(self, uid: str) -> None:
        """Delete an object."""
        thing = self.things.pop(uid)
        self.revision += 1
        self.events[thing.kind].append(Event(self.revision, uid, None))

    def renew(self, replica: str) -> bool:
        """Renew a Lease; False when there is none."""
        if replica not in self.leases:
            return False
        self.revision += 1
        self.leases[replica] = self.revision
        return True

    def _store(self, thing: Thing) -> None:
        self.revision += 1
        stored = replace(thing, version=self.revision)
        self.things[thing.uid] = stored
        self.events[thing.kind].append(Event(self.revision, thing.uid, stored))


def grown(new: Amounts, old: Amounts) -> Amounts:
    """Return by how much an update grows an object."""
    return positive(minus(new, old))
