"""The admission service as an ASGI application: one path, everything else 404.

Every answer that concerns a request is HTTP 200, also under overload and past the deadline: a 5xx
would be an admission under ``failurePolicy: Ignore``.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aup import metrics
from aup.admission import review
from aup.server.judge import Judge
from aup.server.queue import FairQueue, Refusal

PATH = "/validate"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)

_WORDS = {
    Refusal.OVERLOAD: "too many requests of this tenant wait for admission; try again in a moment",
    Refusal.DEADLINE: "admission took longer than the API server waits; try again in a moment",
}


class App:
    """Reads a review, waits for its turn, answers."""

    def __init__(
        self,
        judge: Judge,
        queue: FairQueue,
        *,
        deadline: float,
        body_limit: int,
        clock: Callable[[], float],
    ) -> None:
        """Make the application.

        Args:
            judge: comes to the answers.
            queue: who waits how long.
            deadline: seconds from the head of the request, below the webhook's own timeout.
            body_limit: bytes; an UPDATE carries the object twice, each up to 3 MiB.
            clock: counts seconds.

        """
        self._judge = judge
        self._queue = queue
        self._deadline = deadline
        self._body_limit = body_limit
        self._clock = clock

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one HTTP request (ASGI 3)."""
        if scope["type"] != "http":
            return
        started = self._clock()
        if scope["path"] != PATH:
            # Nothing is allowed by default: an unknown path is a mistake in a configuration.
            await _respond(send, 404, b"no such path; the admission webhook is at /validate\n")
        elif scope["method"] != "POST":
            await _respond(send, 405, b"AdmissionReview requests are POSTs\n")
        elif (body := await _body(receive, self._body_limit)) is None:
            metrics.ADMISSION_REJECTED.labels("too_large").inc()
            await _respond(send, 413, b"larger than any pair of Kubernetes objects\n")
        else:
            await self._serve(body, started, send)
        metrics.ADMISSION_SECONDS.observe(self._clock() - started)

    async def _serve(self, body: bytes, started: float, send: Send) -> None:
        """Answer a review."""
        try:
            request = review.decode(body)
        except review.InvalidReviewError as error:
            metrics.ADMISSION_REJECTED.labels("malformed").inc()
            await _respond(send, 400, f"{error}\n".encode())
            return
        await _respond(send, 200, await self._answer(request, started), b"application/json")

    async def _answer(self, request: review.Request, started: float) -> bytes:
        """Wait for a turn; whatever goes wrong becomes a refusal that says so."""
        expires = started + self._deadline
        try:
            answer = await self._queue.submit(
                self._judge.lane(request), lambda: self._judge.answer(request), expires
            )
        except Exception:
            # A mistake of ours must neither admit nor hide.
            log.exception("judging failed", extra={"kind": request.kind.kind})
            metrics.ADMISSION_REJECTED.labels("internal").inc()
            return review.refuse(
                request.uid,
                "the admission service made a mistake and refuses what it could not judge; "
                "please tell the provider",
                code=500,
                reason="InternalError",
            )
        if not isinstance(answer, Refusal) and self._clock() >= expires:
            # Judged, but too late for anybody to read: count it as what the client sees.
            answer = Refusal.DEADLINE
        if isinstance(answer, Refusal):
            metrics.ADMISSION_REJECTED.labels(answer.value).inc()
            return review.refuse(request.uid, _WORDS[answer])
        return answer


async def _body(receive: Receive, limit: int) -> bytes | None:
    """Read the whole body; ``None`` when it is larger than the limit (bytes)."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if len(parts) > 1 else part


async def _respond(send: Send, status: int, body: bytes, type_: bytes = b"text/plain") -> None:
    """Send a whole response."""
    headers = [(b"content-type", type_), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
