"""What one replica has admitted for a tenant and not yet seen settled."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import TypeVar

from aup.ledger.amounts import NOTHING, Amounts, minus, most, plus
from aup.ledger.entry import Entry, Key, Slot, growth

K = TypeVar("K")


@dataclass(slots=True)
class Pending:
    """An admission on its way."""

    entry: Entry
    at: float
    """When it was admitted last."""
    gone: bool = False
    """Its object was seen to be deleted: nothing of it can be persisted any more."""
    locked: bool = False
    """A ledger write that gives its share up is on its way."""


class Book:
    """Pending admissions by key, and what those that are not locked hold together.

    Attempts to create one name hold one share. When one of them is counted as used while others go
    on, the ledger counts that share twice. What the others leave in the end is then not free: it
    is owed to the ledger.
    """

    def __init__(self) -> None:
        self.held: Amounts = NOTHING
        self.owed: Amounts = NOTHING
        """What nobody here holds any more, and only a write may give to somebody."""
        self._pending: dict[Key, Pending] = {}
        self._slots: defaultdict[Slot, dict[Key, Pending]] = defaultdict(dict)
        self._origins: defaultdict[str, dict[Key, Pending]] = defaultdict(dict)
        self._objects: defaultdict[tuple[str, str], dict[Key, Pending]] = defaultdict(dict)
        self._counted: set[Slot] = set()
        """Slots of which the ledger counts an object already."""

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._pending.values())

    def __len__(self) -> int:
        return len(self._pending)

    def get(self, key: Key) -> Pending | None:
        """Return what is pending under a key."""
        return self._pending.get(key)

    def need(self, entry: Entry) -> Amounts:
        """Return what must be free to admit an entry.

        A locked one has no share to offer: the write that gives it up may have succeeded. Its own
        key needs none: what it stood for is persisted already, or never will be.
        """
        before = self._pending.get(entry.key)
        if before is not None and before.locked:
            return NOTHING
        return growth(entry, (p.entry.amounts for p in self._sharing(entry.slot)))

    def attempts(self, entry: Entry) -> int:
        """Return how many other entries share the slot of one."""
        return len(self._slots[entry.slot].keys() - {entry.key}) if entry.slot in self._slots else 0

    def of_origin(self, entry: Entry) -> Iterator[Pending]:
        """Return what the same owner has in flight under other names."""
        for pending in self._origins.get(entry.origin, {}).values():
            if pending.entry.slot != entry.slot:
                yield pending

    def put(self, entry: Entry, at: float) -> None:
        """Add an entry; the same key again is no second entry, but counts from now."""
        before = self._pending.get(entry.key)
        if before is not None:
            if not before.locked:
                self._mark(before, locked=True)
                before.entry = before.entry.joined(entry)
                self._mark(before, locked=False)
            before.at = at
            return
        self._change(self.need(entry))
        pending = self._pending[entry.key] = Pending(entry, at)
        self._slots[entry.slot][entry.key] = pending
        self._objects[entry.key.kind, entry.key.uid][entry.key] = pending
        if entry.origin:
            self._origins[entry.origin][entry.key] = pending

    def lock(self, chosen: Iterable[Pending]) -> Amounts:
        """Lock entries and return by how much less is held."""
        before = self.held
        for pending in chosen:
            self._mark(pending, locked=True)
        return minus(before, self.held)

    def unlock(self, chosen: Iterable[Pending]) -> None:
        """Hold again what was locked: the write is known to have failed."""
        for pending in chosen:
            self._mark(pending, locked=False)

    def settle(self, chosen: Iterable[Pending]) -> None:
        """Remove entries that a write has counted as used."""
        for pending in chosen:
            self._drop(pending)
            if pending.entry.slot in self._slots:
                self._counted.add(pending.entry.slot)

    def recycle(self, chosen: Iterable[Pending]) -> None:
        """Remove entries of which nothing exists or ever will."""
        for pending in chosen:
            slot, before = pending.entry.slot, self.held
            counted = slot in self._counted
            self._drop(pending)
            if counted:
                self.owed = plus(self.owed, minus(before, self.held))

    def paid(self, amounts: Amounts) -> None:
        """Note that a write has given back what was owed."""
        self.owed = minus(self.owed, amounts)

    def is_settling(self, slot: Slot) -> bool:
        """Tell whether a write on its way counts an object of a slot."""
        return any(p.locked for p in self._slots.get(slot, {}).values())

    def deleted(self, kind: str, uid: str) -> None:
        """Note that an object exists no more, and never will again."""
        for pending in self._objects.get((kind, uid), {}).values():
            pending.gone = True

    def _drop(self, pending: Pending) -> None:
        entry = pending.entry
        self._mark(pending, locked=True)
        del self._pending[entry.key]
        _discard(self._slots, entry.slot, entry.key)
        _discard(self._objects, (entry.key.kind, entry.key.uid), entry.key)
        _discard(self._origins, entry.origin, entry.key)
        if entry.slot not in self._slots:
            self._counted.discard(entry.slot)

    def _mark(self, pending: Pending, *, locked: bool) -> None:
        slot = pending.entry.slot
        before = self._held(slot)
        pending.locked = locked
        self._change(minus(self._held(slot), before))

    def _sharing(self, slot: Slot) -> Iterator[Pending]:
        return (p for p in self._slots.get(slot, {}).values() if not p.locked)

    def _held(self, slot: Slot) -> Amounts:
        return most(p.entry.amounts for p in self._sharing(slot))

    def _change(self, amounts: Amounts) -> None:
        if amounts:
            self.held = plus(self.held, amounts)


def _discard(index: MutableMapping[K, dict[Key, Pending]], at: K, key: Key) -> None:
    """Take a key out of an index, and the place with its last one."""
    if at in index:
        index[at].pop(key, None)
        if not index[at]:
            del index[at]
