"""Markings: labels and annotations of our own group, with which tenants make statements, too."""

import msgspec

from aup.facts.model.subject import Writer


class Marking(msgspec.Struct, frozen=True):
    """A label or annotation under ``aup.asergo.com/`` or one of its subdomains."""

    key: str
    text: str
    path: str


class Markings(msgspec.Struct, frozen=True):
    """What an object says in our name."""

    entries: tuple[Marking, ...] = ()
    writer: Writer | None = None
    lost: tuple[Marking, ...] = ()
    """Those that an update takes from a Namespace."""
