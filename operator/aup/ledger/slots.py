"""Reservations by slot: what one more needs."""

from collections import defaultdict
from collections.abc import Mapping

from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key, Slot, growth
from aup.ledger.record import Reservation


class Slots:
    """What reservations hold, slot by slot."""

    def __init__(self, reservations: Mapping[Key, Reservation]) -> None:
        self._entries: dict[Key, Entry] = {}
        self._slots: defaultdict[Slot, dict[Key, Amounts]] = defaultdict(dict)
        for reservation in reservations.values():
            self.add(reservation.entry)

    def __len__(self) -> int:
        return len(self._entries)

    def need(self, entry: Entry) -> Amounts:
        """Return what must be left to reserve an entry."""
        return growth(entry, self._slots.get(entry.slot, {}).values())

    def attempts(self, entry: Entry) -> int:
        """Return how many others share the slot of an entry."""
        return len(self._slots.get(entry.slot, {}).keys() - {entry.key})

    def add(self, entry: Entry) -> Entry:
        """Add an entry, and return it joined with what stood there under the same key."""
        before = self._entries.get(entry.key)
        joined = entry.joined(before) if before else entry
        self._entries[entry.key] = joined
        self._slots[entry.slot][entry.key] = joined.amounts
        return joined
