"""What the ledger says of an admission."""

from dataclasses import dataclass, field
from enum import StrEnum

from aup.ledger.amounts import Amounts


class Why(StrEnum):
    """Why nothing can be admitted now that the budget counts."""

    NO_LEDGER = "no_ledger"
    """It has not been read, does not exist, or says nothing yet."""
    UNMEASURED = "unmeasured"
    """The replica does not measure all that the budget limits, or does no more: a moment's wait."""
    INVALID = "invalid"
    """The replica could not renew its Lease in time."""
    DRAINING = "draining"
    """The replica is shutting down."""


class Busy(StrEnum):
    """Why an attempt takes no share of its own, although there may be room."""

    NAME = "name"
    """Too many attempts to create this name are on their way."""
    ORIGIN = "origin"
    """Earlier attempts of the same owner were admitted and have not appeared."""
    LEDGER = "ledger"
    """The ledger holds as many reservations as it may."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The admission holds what it needs."""


@dataclass(frozen=True, slots=True)
class Short:
    """There is not enough now; waiting for up to a second may help."""

    missing: Amounts = field(default_factory=dict)
    """By how much the request exceeds what is left; empty where that could not be had in time."""
    in_flight: Amounts = field(default_factory=dict)
    """Of the whole budget: admitted, or handed out to a replica, and not yet seen to exist."""
    left: Amounts = field(default_factory=dict)
    """Of the whole budget: neither used nor in flight."""
    busy: Busy | None = None
    """Set when it is not the budget that is in the way."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing is admitted now, whatever is left."""

    why: Why


Verdict = Allowed | Short | Closed
