"""What is under judgement, who writes it, and what of it cannot be read."""

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """The verb of an admission request that rules judge."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    CONNECT = "CONNECT"
    """Opens a connection into a pod or a Service; it carries options and stores nothing."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who sends the request, as the API server authenticated it."""

    username: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
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


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that cannot be read as what it must be."""

    path: str
    value: str
    detail: str
    """Completes ``<path> <value>``: ``is a boolean where a string belongs``."""
    hides: bool = False
    """Whether there is more behind it that was not looked at, and that nobody can compare."""
    remedy: str = "write it as the API documents it"
