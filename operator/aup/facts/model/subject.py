"""What is under judgement, who writes it, and what of it cannot be read."""

from enum import StrEnum

import msgspec


class Operation(StrEnum):
    """The verb of an admission request that rules judge."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    CONNECT = "CONNECT"
    """Opens a connection into a pod or a Service; it carries options and stores nothing."""


class Writer(msgspec.Struct, frozen=True):
    """Who sends the request, as the API server authenticated it."""

    username: str
    groups: tuple[str, ...] = ()


class Subject(msgspec.Struct, frozen=True):
    """The object under judgement."""

    group: str
    kind: str
    namespace: str
    name: str
    """``metadata.name``, or ``metadata.generateName`` followed by ``*``."""
    subresource: str = ""
    operation: Operation = Operation.CREATE
    writer: Writer | None = None
    """``None`` where nobody asks: audit and the offline check."""


class Problem(msgspec.Struct, frozen=True):
    """A field that cannot be read as what it must be."""

    path: str
    value: str
    detail: str
    """Completes ``<path> <value>``: ``is a boolean where a string belongs``."""
    hides: bool = False
    """Whether there is more behind it that was not looked at, and that nobody can compare."""
    remedy: str = "write it as the API documents it"
