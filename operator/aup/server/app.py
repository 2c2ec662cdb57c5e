"""The admission service between a request and its answer: two paths, everything else 404.

Every answer that concerns a request is HTTP 200, also under overload, past the deadline, and where
the request cannot be read: anything else would be an admission under ``failurePolicy: Ignore``.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, Protocol

from aup import metrics
from aup.admission import review
from aup.engine.decision import Decision
from aup.server.body import FORGOTTEN, HEAD, Body, Incoming, Memory
from aup.server.charge import Charge
from aup.server.judge import Judge
from aup.server.queue import FairQueue, Refusal

VALIDATE: Final = "/validate"
ADVISE: Final = "/advise"
"""Asked about kinds that nobody knows: the answer never refuses."""
JSON: Final = b"application/json"
PATHS: Final = frozenset({VALIDATE, ADVISE})
BODIES: Final = 8
"""How many of the largest bodies are held in memory at a time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _No:
    """Why a request is refused without a judgement."""

    reason: str
    """Label of the metric."""
    words: str
    code: int = 429
    status: str = "TooManyRequests"


_REFUSALS: Final = {
    Refusal.OVERLOAD: _No(
        "overload", "too many requests of this tenant wait for admission; try again in a moment"
    ),
    Refusal.DEADLINE: _No(
        "deadline", "admission took longer than the API server waits; try again in a moment"
    ),
}
_CROWDED: Final = _No(
    "overload", "too many large requests wait for admission; try again in a moment"
)
_MISTAKE: Final = _No(
    "internal",
    "the admission service made a mistake and refuses what it could not judge; "
    "please tell the provider",
    500,
    "InternalError",
)


class Response(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    type: bytes = b"text/plain"


_Coming = bytes | Charge | Refusal | Response
"""What is waited for: an answer, or what leads to it."""


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


class App:
    """Reads a review, waits for its turn, answers."""

    def __init__(
        self,
        judge: Judge,
        queue: FairQueue[bytes | Charge],
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
        self._judge = judge
        self._queue = queue
        self._till = till
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

    def respond(self, call: Call, body: Body) -> Response | Awaitable[Response]:
        """Answer a request: at once, unless somebody else waits or a ledger has to be asked."""
        found = _misdirected(call) or self._serve(call, body)
        if isinstance(found, Response):
            metrics.ADMISSION_SECONDS.observe(self._clock() - call.started)
        return found

    def endless(self, call: Call) -> Response:
        """Give up a body that does not end."""
        return _misdirected(call) or self._refuse(call, b"", self._too_large())

    def _serve(self, call: Call, body: Body) -> Response | Awaitable[Response]:
        """Answer a review."""
        if call.crowded:
            return self._refuse(call, body.data, _CROWDED)
        if body.too_large:
            return self._refuse(call, body.data, self._too_large())
        try:
            request = review.decode(body.data)
        except review.InvalidReviewError as error:
            return self._malformed(call, body, error)
        try:
            answer = self._begin(call, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a refusal
            return self._failed(call, body, request, error)
        if isinstance(answer, bytes | Refusal):
            return self._closed(call, request, answer)
        return self._later(call, body, request, answer)

    def _begin(self, call: Call, request: review.Request) -> bytes | Refusal | Awaitable[_Coming]:
        """Judge at once, or return what has to be waited for."""
        judge = self._judge.advise if call.path == ADVISE else self._judge.answer
        lane = self._judge.lane(request)
        if not self._queue.take():
            expires = call.started + self._deadline
            return self._queue.submit(lane, partial(judge, request), expires)
        if self._is_late(call):
            return Refusal.DEADLINE
        answer = judge(request)
        return self._settled(call, request, answer) if isinstance(answer, Charge) else answer

    async def _later(
        self,
        call: Call,
        body: Body,
        request: review.Request,
        coming: Awaitable[_Coming],
    ) -> Response:
        """Answer a review that has to wait."""
        try:
            answer = await coming
            if isinstance(answer, Charge):
                answer = await self._settled(call, request, answer)
            if not isinstance(answer, Response):
                answer = self._closed(call, request, answer)
            found = answer
        except Exception as error:  # noqa: BLE001 - whatever it is, it becomes a refusal
            found = self._failed(call, body, request, error)
        metrics.ADMISSION_SECONDS.observe(self._clock() - call.started)
        return found

    async def _settled(self, call: Call, request: review.Request, charge: Charge) -> Response:
        """Ask the ledger, which admits nothing of which the answer would come too late.

        What it has admitted is answered so, even if the time is up by now: its share is held until
        the object appears or cannot appear any more, and a refusal would not change that.
        """
        left = call.started + self._deadline - self._clock()
        decision = await self._till.settle(charge, left)
        answer = self._judge.close(request, decision)
        if charge.takes and decision.allowed:
            return Response(200, answer, JSON)
        return self._closed(call, request, answer)

    def _closed(self, call: Call, request: review.Request, answer: bytes | Refusal) -> Response:
        """Send an answer, unless it comes too late for anybody to read it."""
        if not isinstance(answer, Refusal) and self._is_late(call):
            # Count it as what the client sees.
            answer = Refusal.DEADLINE
        if isinstance(answer, Refusal):
            answer = _refusal(call.path, request.uid, _REFUSALS[answer])
        return Response(200, answer, JSON)

    def _is_late(self, call: Call) -> bool:
        return self._clock() >= call.started + self._deadline

    def _failed(
        self, call: Call, body: Body, request: review.Request, error: Exception
    ) -> Response:
        """Refuse what could not be judged; a mistake of ours must neither admit nor hide."""
        if isinstance(error, review.InvalidReviewError):
            return self._malformed(call, body, error)
        log.error("judging failed", extra={"kind": request.kind.kind}, exc_info=error)
        return Response(200, _refusal(call.path, request.uid, _MISTAKE), JSON)

    def _malformed(self, call: Call, body: Body, error: Exception) -> Response:
        return self._refuse(call, body.data, _No("malformed", f"{error}", 400, "BadRequest"))

    def _too_large(self) -> _No:
        words = f"the review is larger than {self._body_limit >> 20} MiB, which no review is"
        return _No("too_large", f"{words}; make the object smaller", 413, "RequestEntityTooLarge")

    def _refuse(self, call: Call, body: bytes, no: _No) -> Response:
        """Refuse a request that was not decoded, by the uid at the beginning of its body."""
        if uid := review.uid_of(body):
            return Response(200, _refusal(call.path, uid, no), JSON)
        metrics.ADMISSION_REJECTED.labels(no.reason).inc()
        return Response(no.code, f"{no.words}\n".encode())


def _misdirected(call: Call) -> Response | None:
    """Return the answer to what is no review."""
    if call.path not in PATHS:
        # Nothing is allowed by default: an unknown path is a mistake in a configuration.
        return Response(404, b"no such path; the admission webhook is at /validate\n")
    if call.method != "POST":
        return Response(405, b"AdmissionReview requests are POSTs\n")
    return None


def _refusal(path: str, uid: str, no: _No) -> bytes:
    """Encode the refusal of what was not judged; advice is nobody's hindrance."""
    metrics.ADMISSION_REJECTED.labels(no.reason).inc()
    if path == ADVISE:
        return review.allow(uid)
    return review.refuse(uid, no.words, no.code, no.status)
