"""A fair line for admission requests: one tenant's flood waits for itself.

Each tenant has a bounded lane; lanes are served in turn, one request at a time, since judging is
pure computation. A tenant that had nothing waiting comes before those that have, however many they
are, but not twice in a row: it takes its turn among them before it counts as new again (as the
queues of FQ-CoDel do, RFC 8290).

A request that would wait past the deadline, or finds its lane full, is refused at once: an answer
that comes too late is a failure of the webhook, and under ``failurePolicy: Ignore`` an admission
that a tenant can cause.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Refusal(StrEnum):
    """Why a request was not judged."""

    OVERLOAD = "overload"
    DEADLINE = "deadline"


@dataclass(slots=True)
class _Waiting(Generic[T]):
    """A request in line."""

    judge: Callable[[], T]
    expires: float
    answer: asyncio.Future[T | Refusal]


class FairQueue(Generic[T]):
    """Lanes by tenant, served by one task: new ones first, then in turn."""

    def __init__(self, *, lane: int, clock: Callable[[], float]) -> None:
        """Args: ``lane`` is the bound of one tenant's line, ``clock`` counts seconds."""
        self._lane = lane
        self._clock = clock
        self._lanes: dict[str, deque[_Waiting[T]]] = {}
        self._new: deque[str] = deque()
        self._turns: deque[str] = deque()
        """Lanes that were served already; one that is empty when its turn comes is given up."""
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

    async def submit(self, tenant: str, judge: Callable[[], T], expires: float) -> T | Refusal:
        """Wait for a turn and return the answer, or why there is none.

        Args:
            tenant: whose lane.
            judge: computes the answer; called at most once.
            expires: time on the clock after which nobody waits for the answer.

        """
        if self._clock() >= expires:
            return Refusal.DEADLINE
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = deque()
            self._new.append(tenant)
        if len(lane) >= self._lane:
            return Refusal.OVERLOAD
        answer: asyncio.Future[T | Refusal] = asyncio.get_running_loop().create_future()
        lane.append(_Waiting(judge, expires, answer))
        self._size += 1
        self._work.set()
        return await answer

    async def serve(self) -> None:
        """Judge requests in turn until cancelled."""
        while True:
            waiting = self._next()
            if waiting is None:
                self._work.clear()
                await self._work.wait()
                continue
            self._answer(waiting)
            # Connections are read and written between any two judgements.
            await asyncio.sleep(0)

    def _pass(self) -> None:
        self._taken = False

    def _next(self) -> _Waiting[T] | None:
        """Return the first request of the lane whose turn it is; ``None`` when nobody waits."""
        while self._new or self._turns:
            is_new = bool(self._new)
            tenant = (self._new if is_new else self._turns).popleft()
            lane = self._lanes[tenant]
            waiting = lane.popleft() if lane else None
            if lane or is_new:
                self._turns.append(tenant)
            else:
                # Lanes do not pile up with the number of tenants ever seen.
                del self._lanes[tenant]
            if waiting is not None:
                self._size -= 1
                return waiting
        return None

    def _answer(self, waiting: _Waiting[T]) -> None:
        """Judge a request that somebody still waits for."""
        if waiting.answer.done():  # the client went away
            return
        if self._clock() >= waiting.expires:
            waiting.answer.set_result(Refusal.DEADLINE)
            return
        try:
            waiting.answer.set_result(waiting.judge())
        except Exception as error:  # noqa: BLE001 - the caller answers it as a refusal
            waiting.answer.set_exception(error)
