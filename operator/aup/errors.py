"""The exceptions of the product: one shallow tree, keyword arguments kept as attributes.

Expected outcomes (a violation, something unknown) are values, never exceptions.
"""

from collections.abc import Sequence
from typing import Any


class AupError(Exception):
    """Base of every exception that this product raises itself."""


class ApiError(AupError):
    """The Kubernetes API server answered a request with an error."""

    def __init__(
        self,
        *,
        status: int,
        reason: str = "",
        message: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message or reason or f"the API server answered with HTTP {status}")
        self.status = status
        """HTTP status code."""
        self.reason = reason
        """``reason`` of the Status object, for example ``AlreadyExists``; empty without one."""
        self.message = message
        """``message`` of the Status object: the API server's own sentence."""
        self.details = details or {}
        """``details`` of the Status object: ``name``, ``kind``, ``retryAfterSeconds``."""

    @property
    def causes(self) -> list[dict[str, str]]:
        """Return the single causes, each with ``reason``, ``message`` and ``field``."""
        return self.details.get("causes") or []


class NotFoundError(ApiError):
    """The object, or its kind, does not exist (404)."""


class ConflictError(ApiError):
    """The object has changed since it was read, or a precondition failed (409)."""


class AlreadyExistsError(ConflictError):
    """An object of that name exists already (409, reason AlreadyExists)."""


class ForbiddenError(ApiError):
    """RBAC or admission refuses the request (403)."""


class InvalidError(ApiError):
    """The API server refuses the content of the request (400, 422, or a failed JSON Patch test)."""


class ExpiredError(ApiError):
    """A resourceVersion or continue token is too old: list again (410)."""


class UnreachableError(AupError):
    """No usable answer came from the API server.

    Whether a write has happened is *not known*: the request may have arrived although the answer
    did not. Read the object before repeating anything that is not idempotent.
    """

    def __init__(self, *, server: str, problem: str) -> None:
        super().__init__(f"cannot reach the Kubernetes API server ({server}): {problem}")
        self.server = server
        """Its URL, or the configuration that should name it."""
        self.problem = problem


class UndecodableError(AupError):
    """An object of the cluster cannot be read as the type that the caller asked for."""

    def __init__(self, *, resource: str, key: str, problem: str) -> None:
        super().__init__(f"{resource} {key}: {problem}")
        self.resource = resource
        self.key = key
        self.problem = problem


class PrometheusError(AupError):
    """A question to Prometheus has no answer that could be used."""

    def __init__(self, *, reason: str, problem: str) -> None:
        super().__init__(f"no usable answer of Prometheus: {problem}")
        self.reason = reason
        """``unreachable``, ``refused``, ``too_large``, ``malformed`` or ``incomplete``."""
        self.problem = problem


class LeadershipLostError(AupError):
    """This process does not hold the Lease any more and must not write."""

    def __init__(self, *, lease: str, problem: str) -> None:
        super().__init__(f"lost the lease {lease}: {problem}")
        self.lease = lease
        self.problem = problem


class UnchargedError(AupError):
    """An admission would be allowed although a ledger holds nothing for it: a mistake of ours."""

    def __init__(self, *, entry: str, verdict: str) -> None:
        super().__init__(f"{entry} would pass although the ledger says {verdict}")
        self.entry = entry
        """Namespace and name."""
        self.verdict = verdict


class SettingsError(AupError):
    """The settings of the process cannot be used; ``problems`` holds a sentence for each."""

    def __init__(self, *, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)
