"""What is on its way: an admission that waits, and a write whose outcome is not known."""

from dataclasses import dataclass

from aup.ledger.entry import Entry
from aup.ledger.record import Write


@dataclass(frozen=True, slots=True)
class Want:
    """An admission that waits."""

    entry: Entry
    until: float
    """After which nobody waits for it."""


@dataclass(slots=True)
class Flight:
    """A ledger write whose outcome is not known."""

    write: Write
    sent: float
    """When it was first sent."""
    again: bool = False
    """It is to be sent once more, as it is."""
    doubt: bool = False
    """An earlier sending may have been stored, or may yet be."""
