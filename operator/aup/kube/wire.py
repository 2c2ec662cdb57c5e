"""How requests and answers of the Kubernetes API look as bytes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec

from aup.api.meta import read
from aup.errors import (
    AlreadyExistsError,
    ApiError,
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)

T = TypeVar("T")
Decode: TypeAlias = Callable[[bytes | msgspec.Raw], T]
"""Reads one object; raises msgspec.MsgspecError, ValueError or AupError when it does not fit."""

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object as it came, for those that need every field."""


class ObjectKey(NamedTuple):
    """Where an object lives within its resource."""

    namespace: str
    """Empty for a cluster-scoped object."""
    name: str

    @property
    def path(self) -> str:
        """Return ``namespace/name``, or the name alone."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class ObjectMeta(msgspec.Struct, frozen=True, rename="camel"):
    """What identifies an object and its state."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""


class Head(msgspec.Struct, frozen=True):
    """The part of an object that is read even when the rest cannot be."""

    metadata: ObjectMeta = ObjectMeta()

    @property
    def key(self) -> ObjectKey:
        """Return where the object lives; many share a namespace, and its name is held once."""
        return ObjectKey(intern(self.metadata.namespace), self.metadata.name)


class PageMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Where a list stands."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class Page(msgspec.Struct, frozen=True):
    """One chunk of a list; the objects are still bytes."""

    metadata: PageMeta
    items: tuple[msgspec.Raw, ...] | None = None


class Notice(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""
    object: msgspec.Raw


class Status(msgspec.Struct, frozen=True):
    """How the API server tells an error."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: dict[str, Any] | None = None


HEAD = msgspec.json.Decoder(Head)
PAGE = msgspec.json.Decoder(Page)
NOTICE = msgspec.json.Decoder(Notice)
_STATUS = msgspec.json.Decoder(Status)

_ERRORS: Mapping[int, type[ApiError]] = {
    400: InvalidError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: ExpiredError,
    422: InvalidError,
}


def query(**parameters: str | int | bool | None) -> str:
    """Return a query string with its question mark; what is None or empty is left out."""
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in parameters.items()
        if value not in {None, "", False}
    }
    return f"?{urlencode(given)}" if given else ""


def error_of(status: int, body: bytes | msgspec.Raw) -> ApiError:
    """Return the exception for an error answer, whatever its body holds."""
    try:
        told = _STATUS.decode(body)
    except msgspec.MsgspecError:
        # A proxy or an aggregated server that is down answers in plain text.
        told = Status(message=bytes(body[:500]).decode(errors="replace").strip())
    code = status if status >= 400 else told.code
    kind = _ERRORS.get(code, ApiError)
    if told.reason == "AlreadyExists":
        kind = AlreadyExistsError
    return kind(status=code, reason=told.reason, message=told.message, details=told.details)


def typed(into: type[T]) -> Decode[T]:
    """Return a decoder into a type, for which null counts as absent.

    Go writes null for what is empty, and msgspec takes null only where the type says so: the
    second, slow way is gone only by objects that hold one.
    """
    decoder = msgspec.json.Decoder(into)

    def decode(raw: bytes | msgspec.Raw) -> T:
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError:
            return read(into, msgspec.json.decode(raw))

    return decode


def micro_time() -> str:
    """Return the present as a Kubernetes MicroTime."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
