"""A review from its turn in the line to its answer, by way of a ledger where one is asked."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from aup.admission import review
from aup.engine.decision import Decision
from aup.server import refusal
from aup.server.body import Body
from aup.server.charge import Charge
from aup.server.judge import Judge
from aup.server.queue import Refusal
from aup.server.refusal import ADVISE, JSON, Response

Send = Callable[[Response], None]
"""Takes the answer to a request."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Call:
    """The head of a request."""

    path: str
    method: str
    started: float
    """When it had come."""
    crowded: bool = False
    """Whether there was no memory for its body in time."""


class Till(Protocol):
    """Who asks the ledgers."""

    async def settle(self, charge: Charge, seconds: float) -> Decision:
        """Return the decision with what the tenant's ledger says, within so many seconds."""


class Bench(NamedTuple):
    """Who comes to an answer."""

    judge: Judge
    till: Till
    clock: Callable[[], float]


class Underway:
    """A review that waits: for its turn, or for a ledger. Nobody's coroutine stands behind it.

    A task for each would cost as much as reading it, and would write each answer only after the
    next review had been judged.
    """

    __slots__ = ("_bench", "_body", "_call", "_send", "_task", "expires", "gone", "request", "size")

    def __init__(
        self,
        bench: Bench,
        call: Call,
        body: Body,
        request: review.Request,
        send: Send,
        expires: float,
    ) -> None:
        """Begin.

        Args:
            bench: comes to the answer.
            call: head of the request.
            body: what came with it.
            request: what is asked.
            send: takes the answer, unless it is cancelled.
            expires: time on the clock after which nobody waits for the answer.

        """
        self._bench = bench
        self._call = call
        self._body = body
        self._send = send
        self._task: asyncio.Task[None] | None = None
        self.request = request
        self.expires = expires
        self.gone = False
        """Whether nobody waits for the answer any more."""
        self.size = len(body.data)
        """Bytes."""

    def cancel(self) -> None:
        """Answer no more: the client went away."""
        self.gone = True
        if self._task is not None:
            self._task.cancel()

    def turn(self, refused: Refusal | None = None) -> None:
        """Judge it, as its turn has come, or refuse it unjudged."""
        try:
            answer = refused or self._judged()
            if isinstance(answer, Charge):
                self._task = asyncio.get_running_loop().create_task(self._settle(answer))
                return
            found = self._closed(answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a refusal
            found = self.failed(error)
        self._send(found)

    def failed(self, error: Exception) -> Response:
        """Refuse what could not be judged; a mistake of ours must neither admit nor hide."""
        if isinstance(error, review.InvalidReviewError):
            return refusal.undecoded(self._call.path, self._body.data, refusal.malformed(error))
        log.error("judging failed", extra={"kind": self.request.kind.kind}, exc_info=error)
        return refusal.refused(self._call.path, self.request.uid, refusal.MISTAKE)

    @property
    def late(self) -> bool:
        """Whether an answer comes too late for anybody to read it."""
        return self._bench.clock() >= self.expires

    def _judged(self) -> bytes | Charge:
        judge = self._bench.judge
        return (judge.advise if self._call.path == ADVISE else judge.answer)(self.request)

    async def _settle(self, charge: Charge) -> None:
        """Ask the ledger, which admits nothing of which the answer would come too late.

        What it has admitted is answered so, even if the time is up by now: its share is held until
        the object appears or cannot appear any more, and a refusal would not change that.
        """
        try:
            left = self.expires - self._bench.clock()
            decision = await self._bench.till.settle(charge, left)
            answer = self._bench.judge.close(self.request, decision)
            holds = charge.takes and decision.allowed
            found = Response(200, answer, JSON) if holds else self._closed(answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a refusal
            found = self.failed(error)
        self._send(found)

    def _closed(self, answer: bytes | Refusal) -> Response:
        """Return an answer, unless it comes too late: then it counts as what the client sees."""
        if not isinstance(answer, Refusal):
            if not self.late:
                return Response(200, answer, JSON)
            answer = Refusal.DEADLINE
        return refusal.refused(self._call.path, self.request.uid, refusal.OUT_OF_LINE[answer])
