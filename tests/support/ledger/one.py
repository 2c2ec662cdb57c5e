"""One account of one replica on a ledger that a test writes by hand."""

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from aup.ledger.account import Account
from aup.ledger.amounts import Amounts
from aup.ledger.entry import Entry, Key
from aup.ledger.escrow import EscrowAccount
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Identity
from aup.ledger.margins import Bounds, Margins
from aup.ledger.record import Count, Ledger, Share, Write
from aup.ledger.reservation import ReservationAccount
from aup.ledger.verdict import Verdict

ME = "me"
A = TypeVar("A", bound=Account)


def create(uid: str, name: str = "", origin: str = "", **amounts: int) -> Entry:
    """Return the admission of a new Pod."""
    return Entry(Key("Pod", uid, 0), f"shop/{name or uid}", origin, amounts)


def update(uid: str, old_version: int, **amounts: int) -> Entry:
    """Return the admission of a Pod's growth."""
    return Entry(Key("Pod", uid, old_version), f"shop/{uid}", "", amounts)


def ledger(version: int = 10, *, hard: Amounts, **changes: object) -> Ledger:
    """Return an open ledger of which nothing is used."""
    counts = {"Pod": Count(5), "Claim": Count(5)}
    found = Ledger(version, hard, 1, frozenset(hard), counts)
    return replace(found, **changes)  # type: ignore[arg-type]  # fields of a Ledger


def shares(**amounts: Amounts) -> dict[str, Share]:
    """Return shares by replica."""
    return {replica: Share(found, 1) for replica, found in amounts.items()}


@dataclass
class One(Generic[A]):
    """An account at a moment."""

    account: A
    horizon: Horizon
    identity: Identity
    now: float = 100.0
    sent: list[Write] = field(default_factory=list)

    def admit(self, entry: Entry) -> Verdict:
        return self.account.admit(entry, self.now, self.now + 1)

    def read(self, found: Ledger | None) -> None:
        self.account.refreshed(found, self.now)

    def write(self) -> Ledger | None:
        """Return what the account wants the ledger to be; its outcome stays open."""
        found = self.account.next_write(self.now)
        if found is None:
            return None
        self.sent.append(found)
        return found.content

    def stored(self) -> Ledger:
        """Store the write that was asked for last."""
        self.account.written(self.sent[-1].base + 1, self.now)
        assert self.account.ledger is not None
        return self.account.ledger

    def later(self, seconds: float) -> None:
        """Let time pass, while the Lease is renewed."""
        self.now += seconds
        self.identity.renewed(self.now)

    def sees(self, uid: str, version: int, **amounts: int) -> None:
        """Show the watch a Pod."""
        self.account.observed("Pod", uid, version, amounts)
        self.horizon.progressed("Pod", version)

    def confirms(self) -> None:
        """Read by quorum now, with caches that have all of it."""
        for kind in ("Pod", "Claim"):
            self.horizon.read(kind, self.now, 0)


def escrow(found: Ledger | None = None, bounds: Bounds | None = None) -> One[EscrowAccount]:
    """Return an account that checks out shares."""
    horizon, identity = Horizon(), Identity(ME, 15.0)
    return _one(EscrowAccount(identity, horizon, Margins(), bounds or Bounds()), horizon, found)


def reservation(
    found: Ledger | None = None, bounds: Bounds | None = None
) -> One[ReservationAccount]:
    """Return an account that writes each admission down."""
    horizon, identity = Horizon(), Identity(ME, 15.0)
    account = ReservationAccount(identity, horizon, Margins(), bounds or Bounds())
    return _one(account, horizon, found)


def _one(account: A, horizon: Horizon, found: Ledger | None) -> One[A]:
    one = One(account, horizon, account._identity)
    one.identity.renewed(one.now)
    for kind in ("Pod", "Claim"):
        horizon.progressed(kind, 5)
    if found is not None:
        account.measures(found.hard)
        one.read(found)
    return one
