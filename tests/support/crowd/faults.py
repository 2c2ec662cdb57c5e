"""Replicas that die and are started again, and one that stands still for a while."""

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import Final

from support.asynchronous import eventually
from support.installation import READY_SECONDS, Installation, Role

KILL_SECONDS: Final = 5.0
"""From one kill to the next."""


@dataclass(slots=True)
class Faults:
    """What befalls the replicas of an installation."""

    installation: Installation
    kills: int = 0
    paused: float = 0.0
    """How long one stood still, in seconds."""

    async def befall(self, seconds: float, pause: float) -> None:
        """Kill one after the other for a time; the busiest one stands still instead, early on.

        Where machines are busy a kill waits until another one answers: with nobody to ask there is
        nothing to overrun.

        Args:
            seconds: for how long.
            pause: how long one is stopped.

        """
        until = time.monotonic() + seconds
        port = self.installation.balancer.busiest()
        still = next(role for role in self.installation.admission if role.port == port)
        stopping = asyncio.create_task(self._pause(still, pause))
        try:
            while time.monotonic() + KILL_SECONDS < until:
                await asyncio.sleep(KILL_SECONDS)
                await eventually(lambda: len(self._ready(still)) > 1, seconds=READY_SECONDS)
                # The one that has lived longest: all the others have just been started.
                await asyncio.to_thread(self.installation.replace, self._ready(still)[0])
                self.kills += 1
        finally:
            await stopping

    def _ready(self, still: Role) -> list[Role]:
        """Return the replicas that answer, but for the one that stands still."""
        balancer = self.installation.balancer
        running = (role for role in self.installation.admission if role is not still)
        return [role for role in running if balancer.backend(role.port).ready]

    async def _pause(self, role: Role, seconds: float) -> None:
        await asyncio.sleep(KILL_SECONDS / 2)  # then it has a share, and admissions on their way
        since = time.monotonic()
        role.process.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            role.process.signal(signal.SIGCONT)
            self.paused = time.monotonic() - since
