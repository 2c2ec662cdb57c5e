"""What one admission takes, and what a set of admissions holds that may still be persisted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from aup.ledger.amounts import Amounts, minus, most, total, within


class Key(NamedTuple):
    """What at most one persisted write can come of.

    A CREATE makes the object of its UID once. An UPDATE is a compare-and-swap from one
    resourceVersion, so of all updates of an object from there one is persisted, at most.
    """

    kind: str
    """Counted kind; resourceVersions are compared within one only."""
    uid: str
    """``metadata.uid`` of the object: validating admission sees the final one."""
    old_version: int
    """resourceVersion of the object that an UPDATE replaces; 0 for a CREATE."""


class Slot(NamedTuple):
    """Among the admissions of one slot, the objects of at most one exist at any instant."""

    kind: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One admission that the budget counts."""

    key: Key
    name: str
    """Namespace and name, ``shop/web-0``."""
    origin: str
    """Who would try again: the UID of the controlling owner, else namespace and
    ``generateName``. Empty where each attempt has the same name, or is a person's."""
    amounts: Amounts
    """CREATE: the object's size. UPDATE: by how much it grows, from the request; no key shrinks."""

    @property
    def slot(self) -> Slot:
        """Return with whom the entry shares what it holds.

        Two objects of one kind and name never exist together, so all attempts to create a name
        need the largest of their sizes, once. Updates add to each other: each has its own slot.
        """
        if self.key.old_version:
            return Slot(self.key.kind, self.key.uid, self.key.old_version)
        return Slot(self.key.kind, self.name, 0)

    def limited(self, keys: Collection[str]) -> "Entry":
        """Return the entry as far as a budget limits it."""
        if all(key in keys for key in self.amounts):
            return self
        return replace(self, amounts=within(self.amounts, keys))

    def joined(self, other: "Entry") -> "Entry":
        """Return an entry of the same key that covers either: only one of both is persisted."""
        return replace(self, amounts=most((self.amounts, other.amounts)))


def held(entries: Iterable[Entry]) -> Amounts:
    """Return what entries hold together: the largest of each slot."""
    slots: dict[Slot, list[Amounts]] = {}
    for entry in entries:
        slots.setdefault(entry.slot, []).append(entry.amounts)
    return total(most(amounts) for amounts in slots.values())


def growth(entry: Entry, beside: Iterable[Amounts]) -> Amounts:
    """Return what an entry needs beyond what its slot holds already."""
    before = most(beside)
    if not before:
        return entry.amounts
    return minus(most((before, entry.amounts)), before)
