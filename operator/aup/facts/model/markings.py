"""Markings: labels and annotations of our own group, with which tenants make statements, too."""

from dataclasses import dataclass

from aup.facts.model.subject import Writer


@dataclass(frozen=True, slots=True)
class Marking:
    """A label or annotation under ``aup.asergo.com/`` or one of its subdomains."""

    key: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Markings:
    """What an object says in our name."""

    entries: tuple[Marking, ...] = ()
    writer: Writer | None = None
