"""A tenant's account at this replica, what drives it, and how an admission waits at it."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from aup.kube.lease import steady
from aup.ledger.account import Account
from aup.ledger.entry import Entry
from aup.ledger.verdict import Closed, Short, Verdict, Why
from aup.live.budgets import Held
from aup.live.counted import Stored
from aup.live.drivers import Driver


class Opened:
    """A tenant's account with what drives it."""

    def __init__(self, account: Account, driver: Driver, held: Held) -> None:
        self.account = account
        self.driver = driver
        self.held = held
        self.task: asyncio.Task[None] | None = None

    @property
    def limits(self) -> bool:
        """Whether there is a ledger with a budget in it: one that was just made has none."""
        ledger = self.account.ledger
        return ledger is not None and bool(ledger.hard)

    def observed(self, namespace: str, kind: str, found: Stored) -> None:
        """Tell the account an object of the tenant."""
        amounts = self.held.takes(namespace, found)
        self.account.observed(kind, found.uid, found.version, amounts)

    def admit(self, entry: Entry, now: float, until: float) -> Verdict:
        """Decide about an admission, as `Account.admit` does."""
        return self.account.admit(entry, now, until) if self.limits else Closed(Why.NO_LEDGER)


class Waits(NamedTuple):
    """How long an admission waits, and where."""

    until: float
    """When it stops waiting for a share, or for the ledger."""
    end: float
    """From when on its answer would come too late."""
    wanting: set[Driver]
    """For whom requests wait."""


async def admission(find: Callable[[], Opened | None], entry: Entry, waits: Waits) -> Verdict:
    """Decide about an admission.

    Nothing is admitted whose answer would come too late. Its share could not be given back before
    the object cannot appear any more: whether anybody reads a refusal this replica does not know.

    Args:
        find: returns the account, which may be another one after each wait; ``None``: none is open.
        entry: what is asked for.
        waits: for how long.

    """
    while (found := find()) is not None:
        now = steady()
        if now >= waits.end:
            return Short()
        verdict = found.admit(entry, now, waits.until)
        if not _may_change(verdict) or now >= waits.until:
            return verdict
        waits.wanting.add(found.driver)
        try:
            found.driver.poke()
            await found.driver.changed(waits.until - now)
        finally:
            if not found.driver.awaited:
                waits.wanting.discard(found.driver)
    return Closed(Why.NO_LEDGER)


def _may_change(verdict: Verdict) -> bool:
    """Tell whether another moment may bring another verdict."""
    match verdict:
        case Short():
            return verdict.busy is None
        case Closed():
            return verdict.why in {Why.NO_LEDGER, Why.UNMEASURED}
        case _:
            return False
