"""A fair line for admission requests: one tenant's flood waits for itself.

Each tenant has a bounded lane, and they share the processor's time rather than turns: the lane
that has had the least of it comes next (start-time fair queueing: Goyal, Vin and Cheng 1996). What
a body took to be read is part of it. A tenant's time counts the more the more of its requests wait,
since that is what a flood is. So whoever asks for little is served before those who ask for much,
however many and however large their requests are, and everybody is served. One request is judged
at a time, since judging is pure computation.

A request that would wait past the deadline, or finds its lane full, is refused at once: an answer
that comes too late is a failure of the webhook, and under ``failurePolicy: Ignore`` an admission
that a tenant can cause.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final, Protocol

FEW: Final = 8
"""As many requests waiting make a tenant's time count twice, twice as many thrice."""
SMALL: Final = 32 << 10
"""So do as many bytes."""
READING: Final = 1e-9
"""Seconds that a byte takes through TLS and HTTP, while others wait as well; decision 0018."""
MOST: Final = 100
"""How many times a second counts at most: everybody's share stays above nothing."""
FULL: Final = 48 << 20
"""Bytes in line with which nobody waits for who is not there: they hold memory that others need."""
RECENTLY: Final = 0.1
"""Seconds for which is remembered who had how much, and for how long what is large may wait."""

log = logging.getLogger(__name__)


class Refusal(StrEnum):
    """Why a request was not judged."""

    OVERLOAD = "overload"
    DEADLINE = "deadline"


class Waiting(Protocol):
    """A request in line."""

    gone: bool
    """Whether nobody waits for the answer any more: it gets no turn then."""
    size: int
    """Bytes of its body."""

    @property
    def expires(self) -> float:
        """Time on the clock after which nobody waits for the answer."""

    def turn(self, refused: Refusal | None = None) -> None:
        """Is called once: when its turn has come, or with why it never will."""


@dataclass(slots=True)
class _Lane:
    """A tenant's line."""

    had: float
    """Seconds that it has had, as they count, from where others stood when it began."""
    line: deque[Waiting] = field(default_factory=deque)
    size: int = 0
    """Bytes of all who wait in it, and of whoever has the turn."""
    until: float = -inf
    """Time on the clock by which what its last turn took, as it counts, has passed."""

    @property
    def weight(self) -> float:
        """How many times a second counts, by what waits and what has the turn."""
        return min(1 + len(self.line) / FEW + self.size / SMALL, MOST)


class FairQueue:
    """Lanes by tenant, served by one task."""

    def __init__(self, *, lane: int, clock: Callable[[], float]) -> None:
        """Args: ``lane`` is the bound of one tenant's line, ``clock`` counts seconds."""
        self._bound = lane
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._order: list[tuple[float, int, str]] = []
        """A heap of all lanes by what they have had, then by when they were served.

        One that is empty when its turn comes is given up.
        """
        self._served = 0
        self._had = 0.0
        """What the lane that was served last had had by then: whoever begins, begins there."""
        self._turns = [("", -inf), ("", -inf)]
        """Whose the last turn was and when, and the last one of somebody else."""
        self._work = asyncio.Event()
        self._size = 0
        self._bytes = 0
        """Of all who wait."""
        self._taken = False
        """Whether somebody was judged since connections were read last."""

    def __len__(self) -> int:
        return self._size

    def take(self, size: int) -> bool:
        """Take a turn at once, if nobody waits for one; return false to whoever has to wait.

        One at a time, as `serve` does: connections are read and written between any two. What is
        large stands in line in any case, since its time is to count.

        Args:
            size: bytes of the body.

        """
        if self._size or self._taken or size > SMALL:
            return False
        self._taken = True
        asyncio.get_running_loop().call_soon(self._pass)
        return True

    def submit(self, tenant: str, waiting: Waiting) -> None:
        """Stand in a tenant's line; whoever finds it full, or comes too late, is told at once."""
        if self._clock() >= waiting.expires:
            waiting.turn(Refusal.DEADLINE)
            return
        if not self._size and self._clock() - self._turns[0][1] > RECENTLY:
            # Nobody owes anything where nobody waited; nor do lanes pile up.
            self._lanes.clear()
            self._order.clear()
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = _Lane(self._had)
            self._line_up(tenant, lane)
        if len(lane.line) >= self._bound:
            waiting.turn(Refusal.OVERLOAD)
            return
        lane.line.append(waiting)
        lane.size += waiting.size
        self._bytes += waiting.size
        self._size += 1
        self._work.set()

    async def serve(self) -> None:
        """Give turns until cancelled."""
        while True:
            chosen = self._next() if self._size else None
            if isinstance(chosen, str):
                self._serve(chosen)
                # Connections are read and written between any two judgements.
                await asyncio.sleep(0)
            else:
                await self._more(chosen)

    async def _more(self, seconds: float | None = None) -> None:
        """Wait until somebody else stands in line, or so many seconds."""
        self._work.clear()
        if seconds is None:
            await self._work.wait()
            return
        timer = asyncio.get_running_loop().call_later(seconds, self._work.set)
        try:
            await self._work.wait()
        finally:
            timer.cancel()

    def _next(self) -> str | float:
        """Return whose turn it is, or for how many seconds it is nobody's; somebody waits."""
        while not self._lanes[tenant := self._order[0][2]].line:
            heappop(self._order)
            del self._lanes[tenant]
        early = self._early()
        if early <= 0:
            return heappop(self._order)[2]
        small = min((entry for entry in self._order if self._is_small(entry[2])), default=None)
        if small is None:
            return early
        self._order.remove(small)
        heapify(self._order)
        return small[2]

    def _early(self) -> float:
        """Return for how many seconds whoever has had least is to wait for others.

        A turn cannot be interrupted. A flood of what is large, that took each moment in which
        nobody else waits, would have others wait for one of its long turns again and again. So it
        waits until as much time has passed as its last turn took, as that counts. What is small
        goes on at once, and where nobody else was served recently everything does.
        """
        tenant = self._order[0][2]
        if self._is_small(tenant) or self._bytes > FULL:
            return 0
        now = self._clock()
        last, other = self._turns
        ago = now - (other if last[0] == tenant else last)[1]
        return min(self._lanes[tenant].until - now, RECENTLY - ago)

    def _is_small(self, tenant: str) -> bool:
        """Tell whether what comes next in a lane is small; false where nobody waits."""
        line = self._lanes[tenant].line
        return bool(line) and line[0].size <= SMALL

    def _serve(self, tenant: str) -> None:
        """Give a turn to a lane in which somebody waits, and count what it takes."""
        lane = self._lanes[tenant]
        waiting = lane.line.popleft()
        self._size -= 1
        self._bytes -= waiting.size
        self._had = lane.had
        started = self._clock()
        if self._turns[0][0] != tenant:
            self._turns[1] = self._turns[0]
        self._turns[0] = tenant, started
        if not waiting.gone:
            _give(waiting, Refusal.DEADLINE if started >= waiting.expires else None)
        spent = self._clock() - started + waiting.size * READING
        counts = spent * lane.weight
        lane.had += counts
        lane.until = started + counts
        lane.size -= waiting.size
        self._line_up(tenant, lane)

    def _line_up(self, tenant: str, lane: _Lane) -> None:
        self._served += 1
        heappush(self._order, (lane.had, self._served, tenant))

    def _pass(self) -> None:
        self._taken = False


def _give(waiting: Waiting, refused: Refusal | None) -> None:
    """Give a turn; whatever keeps one request from its answer, the line goes on."""
    try:
        waiting.turn(refused)
    except Exception:
        log.exception("a turn failed")
