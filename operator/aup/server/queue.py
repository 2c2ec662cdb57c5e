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
from heapq import heappop, heappush
from typing import Final, Protocol

FEW: Final = 8
"""As many requests waiting make a tenant's time count twice, twice as many thrice."""

log = logging.getLogger(__name__)


class Refusal(StrEnum):
    """Why a request was not judged."""

    OVERLOAD = "overload"
    DEADLINE = "deadline"


class Waiting(Protocol):
    """A request in line."""

    gone: bool
    """Whether nobody waits for the answer any more: it gets no turn then."""
    read: float
    """Seconds that its body took to come in, while others waited as well."""

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
        self._work = asyncio.Event()
        self._size = 0
        self._taken = False
        """Whether somebody was judged since connections were read last."""

    def __len__(self) -> int:
        return self._size

    def take(self) -> bool:
        """Take a turn at once, if nobody waits for one; return false to whoever has to wait.

        One at a time, as `serve` does: connections are read and written between any two.
        """
        if self._size or self._taken:
            return False
        self._taken = True
        asyncio.get_running_loop().call_soon(self._pass)
        return True

    def submit(self, tenant: str, waiting: Waiting) -> None:
        """Stand in a tenant's line; whoever finds it full, or comes too late, is told at once."""
        if self._clock() >= waiting.expires:
            waiting.turn(Refusal.DEADLINE)
            return
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = _Lane(self._had)
            self._line_up(tenant, lane)
        if len(lane.line) >= self._bound:
            waiting.turn(Refusal.OVERLOAD)
            return
        lane.line.append(waiting)
        self._size += 1
        self._work.set()

    async def serve(self) -> None:
        """Give turns until cancelled."""
        while True:
            if self._size:
                self._serve()
                # Connections are read and written between any two judgements.
                await asyncio.sleep(0)
            else:
                # Nobody owes anything where nobody waits; nor do lanes pile up.
                self._lanes.clear()
                self._order.clear()
                self._work.clear()
                await self._work.wait()

    def _serve(self) -> None:
        """Give a turn to the lane that has had least, and count what it takes."""
        tenant, lane, waiting = self._next()
        started = self._clock()
        if not waiting.gone:
            _give(waiting, Refusal.DEADLINE if started >= waiting.expires else None)
        spent = self._clock() - started + waiting.read
        lane.had += spent * (1 + len(lane.line) / FEW)
        self._line_up(tenant, lane)

    def _next(self) -> tuple[str, _Lane, Waiting]:
        """Return who comes next; somebody waits."""
        while True:
            tenant = heappop(self._order)[2]
            lane = self._lanes[tenant]
            self._had = lane.had
            if lane.line:
                self._size -= 1
                return tenant, lane, lane.line.popleft()
            del self._lanes[tenant]

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
