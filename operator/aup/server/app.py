"""The admission service between a request and its answer: two paths, everything else 404.

Every answer that concerns a review is HTTP 200, also under overload, past the deadline, and where
it cannot be read: see `aup.server.refusal`.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from aup import metrics
from aup.admission import review
from aup.server import refusal
from aup.server.body import FORGOTTEN, HEAD, Body, Incoming, Memory
from aup.server.judge import Judge
from aup.server.queue import FairQueue, Refusal
from aup.server.refusal import ADVISE, VALIDATE, Response, undecoded
from aup.server.underway import Bench, Call, Send, Till, Underway

PATHS: Final = frozenset({VALIDATE, ADVISE})
BODIES: Final = 8
"""How many of the largest bodies are held in memory at a time."""


class App:
    """Reads a review, waits for its turn, answers."""

    def __init__(
        self,
        judge: Judge,
        queue: FairQueue,
        till: Till,
        *,
        deadline: float,
        body_limit: int,
        clock: Callable[[], float],
    ) -> None:
        """Make the application.

        Args:
            judge: comes to the answers.
            queue: who waits how long.
            till: asks the ledgers.
            deadline: seconds from the head of the request, below the webhook's own timeout.
            body_limit: bytes; an UPDATE carries the object twice, each up to 3 MiB.
            clock: counts seconds.

        """
        self._bench = Bench(judge, till, clock)
        self._queue = queue
        self._deadline = deadline
        self._body_limit = body_limit
        self._memory = Memory(body_limit * BODIES)
        self._clock = clock

    def incoming(self, call: Call) -> Incoming:
        """Return what takes the body of a request: little where nobody will look at it."""
        limit = HEAD if _misdirected(call) else self._body_limit
        return Incoming(limit, self._body_limit * FORGOTTEN)

    async def room(self, size: int, call: Call) -> bool:
        """Hold memory for a body, and tell whether there was enough in time."""
        return await self._memory.take(size, call.started + self._deadline - self._clock())

    def give_back(self, size: int) -> None:
        """Give back what `room` held."""
        self._memory.give_back(size)

    def respond(self, call: Call, body: Body, send: Send) -> Underway | None:
        """Answer a request: at once, unless somebody else waits or a ledger has to be asked.

        Args:
            call: its head.
            body: what came with it.
            send: takes the answer, within this call or later.

        Returns:
            The review, which may be cancelled until it is answered; ``None`` where there is none.

        """
        request = self._read(call, body)
        if isinstance(request, Response):
            self._answer(call, send, request)
            return None
        expires = call.started + self._deadline
        answer = partial(self._answer, call, send)
        one = Underway(self._bench, call, body, request, answer, expires)
        if self._queue.take(one.size):
            one.turn(Refusal.DEADLINE if one.late else None)
            return one
        try:
            lane = self._bench.judge.lane(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a refusal
            answer(one.failed(error))
        else:
            self._queue.submit(lane, one)
        return one

    def endless(self, call: Call) -> Response:
        """Give up a body that does not end."""
        return _misdirected(call) or self._too_large(call, b"")

    def _answer(self, call: Call, send: Send, found: Response) -> None:
        metrics.ADMISSION_SECONDS.observe(self._clock() - call.started)
        send(found)

    def _read(self, call: Call, body: Body) -> review.Request | Response:
        """Return what a review asks; an answer where there is nothing to judge."""
        if wrong := _misdirected(call):
            return wrong
        if call.crowded:
            return undecoded(call.path, body.data, refusal.CROWDED)
        if body.too_large:
            return self._too_large(call, body.data)
        try:
            return review.decode(body.data)
        except review.InvalidReviewError as error:
            return undecoded(call.path, body.data, refusal.malformed(error))

    def _too_large(self, call: Call, beginning: bytes) -> Response:
        return undecoded(call.path, beginning, refusal.too_large(self._body_limit))


def _misdirected(call: Call) -> Response | None:
    """Return the answer to what is no review."""
    if call.path not in PATHS:
        # Nothing is allowed by default: an unknown path is a mistake in a configuration.
        return Response(404, b"no such path; the admission webhook is at /validate\n")
    if call.method != "POST":
        return Response(405, b"AdmissionReview requests are POSTs\n")
    return None
