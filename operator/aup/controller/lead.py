"""The lead of one tenant's ledger: what drives it, and whose objects it counts."""

import asyncio
from dataclasses import replace

from aup.ledger.leader import Leader
from aup.ledger.record import Ledger, Write
from aup.live.budgets import Held
from aup.live.counted import Stored
from aup.live.drivers import Driver


class Party:
    """A leader, with what is needed to go on from the writes that it makes."""

    def __init__(self, leader: Leader) -> None:
        self.leader = leader
        self._last: Write | None = None

    def next_write(self, now: float) -> Write | None:
        """Return a write to carry out."""
        self._last = self.leader.next_write(now)
        return self._last

    def reads(self, now: float) -> frozenset[str]:
        """Return kinds of which to read the present resourceVersion."""
        return self.leader.reads(now)

    def due(self, now: float) -> float:
        """Return when to look again."""
        return self.leader.due(now)

    def written(self, version: int, now: float) -> None:
        """Go on from what was stored."""
        if self._last is not None:
            self.leader.refreshed(replace(self._last.content, version=version), now)

    def conflicted(self, current: Ledger | None, now: float) -> None:
        """Go on from what stands now."""
        self.leader.refreshed(current, now)

    def unknown(self, now: float) -> None:
        """Wait for what stands now."""

    def failed(self, now: float) -> None:
        """Wait for what stands now."""


class Lead:
    """A tenant's ledger under our lead."""

    def __init__(self, leader: Leader, driver: Driver, held: Held | None) -> None:
        """Args: ``held`` is the budget; ``None`` for a ledger that only has to go."""
        self.leader = leader
        self.driver = driver
        self.held = held
        self.task = asyncio.create_task(driver.run())

    def observed(self, namespace: str, kind: str, found: Stored) -> None:
        """Count an object of the tenant."""
        amounts = self.held.takes(namespace, found) if self.held else {}
        self.leader.observed(kind, found.uid, found.version, amounts)
        self.driver.stir()

    def deleted(self, kind: str, uid: str) -> None:
        """Count an object of the tenant no more."""
        self.leader.deleted(kind, uid)
        self.driver.stir()

    def end(self) -> None:
        """Do no more."""
        self.task.cancel()
