"""The admission service as an ASGI application: two paths, everything else 404.

Every answer that concerns a request is HTTP 200, also under overload, past the deadline, and where
the request cannot be read: anything else would be an admission under ``failurePolicy: Ignore``.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aup import metrics
from aup.admission import review
from aup.engine.decision import Decision
from aup.server.body import FORGOTTEN, HEAD, SMALL, Body, Memory, Receive, declared, read_body
from aup.server.charge import Charge
from aup.server.judge import Judge
from aup.server.queue import FairQueue, Refusal

VALIDATE: Final = "/validate"
ADVISE: Final = "/advise"
"""Asked about kinds that nobody knows: the answer never refuses."""
PATHS: Final = frozenset({VALIDATE, ADVISE})
BODIES: Final = 8
"""How many of the largest bodies are held in memory at a time."""

Send = Callable[[dict[str, Any]], Awaitable[None]]

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

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one HTTP request (ASGI 3)."""
        if scope["type"] != "http":
            return
        started = self._clock()
        if scope["path"] not in PATHS:
            # Nothing is allowed by default: an unknown path is a mistake in a configuration.
            await _respond(send, 404, b"no such path; the admission webhook is at /validate\n")
        elif scope["method"] != "POST":
            await _respond(send, 405, b"AdmissionReview requests are POSTs\n")
        else:
            size = declared(scope.get("headers") or []) or self._body_limit
            await self._receive(scope["path"], size, receive, started, send)
        metrics.ADMISSION_SECONDS.observe(self._clock() - started)

    async def _receive(
        self, path: str, size: int, receive: Receive, started: float, send: Send
    ) -> None:
        """Hold as much memory as the body needs for as long as it is judged."""
        limit, most = self._body_limit, self._body_limit * FORGOTTEN
        if size <= SMALL:
            await self._serve(path, await read_body(receive, limit, most), started, send)
            return
        left = started + self._deadline - self._clock()
        if not await self._memory.take(size, left):
            body = await read_body(receive, HEAD, most)
            await self._refuse(path, body.data if body else b"", _CROWDED, send)
            return
        try:
            await self._serve(path, await read_body(receive, limit, most), started, send)
        finally:
            self._memory.give_back(size)

    async def _serve(self, path: str, body: Body | None, started: float, send: Send) -> None:
        """Answer a review."""
        if body is None or body.too_large:
            most = f"{self._body_limit >> 20} MiB"
            words = f"is larger than {most}, which no review is; make the object smaller"
            no = _No("too_large", f"the review {words}", 413, "RequestEntityTooLarge")
            await self._refuse(path, body.data if body else b"", no, send)
            return
        try:
            request = review.decode(body.data)
            answer = await self._answer(path, request, started)
        except review.InvalidReviewError as error:
            await self._refuse(
                path, body.data, _No("malformed", f"{error}", 400, "BadRequest"), send
            )
            return
        await _respond(send, 200, answer, b"application/json")

    async def _answer(self, path: str, request: review.Request, started: float) -> bytes:
        """Wait for a turn; whatever goes wrong becomes a refusal that says so."""
        expires = started + self._deadline
        judge = self._judge.advise if path == ADVISE else self._judge.answer
        try:
            answer = await self._queue.submit(
                self._judge.lane(request), lambda: judge(request), expires
            )
            if isinstance(answer, Charge):
                decision = await self._till.settle(answer, expires - self._clock())
                answer = self._judge.close(request, decision)
        except review.InvalidReviewError:
            raise
        except Exception:
            # A mistake of ours must neither admit nor hide.
            log.exception("judging failed", extra={"kind": request.kind.kind})
            return _refusal(path, request.uid, _MISTAKE)
        if not isinstance(answer, Refusal) and self._clock() >= expires:
            # Judged, but too late for anybody to read: count it as what the client sees.
            answer = Refusal.DEADLINE
        if isinstance(answer, Refusal):
            return _refusal(path, request.uid, _REFUSALS[answer])
        return answer

    async def _refuse(self, path: str, body: bytes, no: _No, send: Send) -> None:
        """Refuse a request that was not decoded, by the uid at the beginning of its body."""
        if uid := review.uid_of(body):
            await _respond(send, 200, _refusal(path, uid, no), b"application/json")
        else:
            metrics.ADMISSION_REJECTED.labels(no.reason).inc()
            await _respond(send, no.code, f"{no.words}\n".encode())


def _refusal(path: str, uid: str, no: _No) -> bytes:
    """Encode the refusal of what was not judged; advice is nobody's hindrance."""
    metrics.ADMISSION_REJECTED.labels(no.reason).inc()
    if path == ADVISE:
        return review.allow(uid)
    return review.refuse(uid, no.words, no.code, no.status)


async def _respond(send: Send, status: int, body: bytes, type_: bytes = b"text/plain") -> None:
    """Send a whole response."""
    headers = [(b"content-type", type_), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
