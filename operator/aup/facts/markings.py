"""Labels and annotations of our own group, read from any object that has some."""

import re
from collections.abc import Iterator
from typing import Any, Final

from aup.facts.json_value import text_of
from aup.facts.model import Marking, Markings, Subject
from aup.facts.wire.shape import Shape, Wire

GROUP: Final = "aup.asergo.com"
"""API group of the product, as `aup.api.meta` names it."""
SIGN: Final = f"{GROUP}/".encode()
"""Without these bytes an object has no marking; the API server writes JSON without escapes."""
_OURS = re.compile(rf"(?:[^/]+\.)?{re.escape(GROUP)}/")


class _Metadata(Wire, frozen=True):
    """ObjectMeta."""

    labels: dict[str, Any] | None = None
    annotations: dict[str, Any] | None = None


class _Object(Wire, frozen=True):
    """Any object."""

    metadata: _Metadata | None = None


_OBJECT = Shape(_Object)


def read_markings(raw: bytes, subject: Subject) -> Markings | None:
    """Read the markings of an object; ``None`` when it has none. Misfits are told elsewhere."""
    if SIGN not in raw:
        return None
    found, _ = _OBJECT.read(raw)
    entries = tuple(_entries(found.metadata or _Metadata()))
    return Markings(entries, subject.writer) if entries else None


def _entries(metadata: _Metadata) -> Iterator[Marking]:
    """Yield labels, then annotations."""
    for name, strings in (("labels", metadata.labels), ("annotations", metadata.annotations)):
        for key, value in (strings or {}).items():
            if _OURS.match(key):
                yield Marking(key, text_of(value), f'metadata.{name}["{key}"]')
