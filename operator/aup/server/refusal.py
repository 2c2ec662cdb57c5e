"""Answers that nobody judged: what is said of overload, lateness, nonsense and our own mistakes.

Every answer that concerns a review is HTTP 200: anything else would be an admission under
``failurePolicy: Ignore``.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from aup import metrics
from aup.admission import review
from aup.server.queue import Refusal

JSON: Final = b"application/json"
VALIDATE: Final = "/validate"
ADVISE: Final = "/advise"
"""Asked about kinds that nobody knows: the answer never refuses."""


class Response(NamedTuple):
    """What goes back."""

    status: int
    body: bytes
    type: bytes = b"text/plain"


@dataclass(frozen=True, slots=True)
class No:
    """Why a request is refused without a judgement."""

    reason: str
    """Label of the metric."""
    words: str
    code: int = 429
    status: str = "TooManyRequests"


OUT_OF_LINE: Final = {
    Refusal.OVERLOAD: No(
        "overload", "too many requests of this tenant wait for admission; try again in a moment"
    ),
    Refusal.DEADLINE: No(
        "deadline", "admission took longer than the API server waits; try again in a moment"
    ),
}
CROWDED: Final = No("overload", "too many large requests wait for admission; try again in a moment")
MISTAKE: Final = No(
    "internal",
    "the admission service made a mistake and refuses what it could not judge; "
    "please tell the provider",
    500,
    "InternalError",
)


def malformed(error: Exception) -> No:
    """Return why what cannot be read is refused."""
    return No("malformed", f"{error}", 400, "BadRequest")


def too_large(limit: int) -> No:
    """Return why a body beyond a limit, in bytes, is refused."""
    words = f"the review is larger than {limit >> 20} MiB, which no review is"
    return No("too_large", f"{words}; make the object smaller", 413, "RequestEntityTooLarge")


def refused(path: str, uid: str, no: No) -> Response:
    """Answer a review that was not judged; advice is nobody's hindrance."""
    metrics.ADMISSION_REJECTED.labels(no.reason).inc()
    if path == ADVISE:
        return Response(200, review.allow(uid), JSON)
    return Response(200, review.refuse(uid, no.words, no.code, no.status), JSON)


def undecoded(path: str, body: bytes, no: No) -> Response:
    """Answer a request that was not decoded, by the uid at the beginning of its body."""
    if uid := review.uid_of(body):
        return refused(path, uid, no)
    metrics.ADMISSION_REJECTED.labels(no.reason).inc()
    return Response(no.code, f"{no.words}\n".encode())
