"""A table of annotation keys, and the one pass over an object's annotations that looks them up.

The cost is that of the object's own annotations, however many keys are known.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from aup.facts.claims import Leaf, is_absent
from aup.facts.model import Subject, Surroundings

REMEMBERED: Final = 4096
"""Keys whose family is remembered: annotations repeat, and the search for a family is dear."""


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation, or a label, of an object."""

    key: str
    value: object
    """Text, unless the object comes from a file that no API server would take."""
    path: str
    """Of the value: ``metadata.annotations["metallb.io/loadBalancerIPs"]``."""
    namespace: str
    """Where the object lies."""
    surroundings: Surroundings
    by_hand: bool = False
    """Whether nobody but a person can have written it: the object is in no cluster yet."""


Reader = Callable[[Note], Iterator[Leaf]]
"""Reads the value of one annotation. Never raises: what is unreadable is a claim with a problem."""


class Keys:
    """Keys with their readers; families of keys by what all of a key must match, in order."""

    def __init__(
        self, readers: Mapping[str, Reader], families: Mapping[str, Reader] | None = None
    ) -> None:
        self._readers = dict(readers)
        self._families = tuple((families or {}).values())
        self._family = re.compile("|".join(f"({pattern})" for pattern in families or ()), re.DOTALL)
        self._by_family = lru_cache(maxsize=REMEMBERED)(self._look_up)

    def knows(self, key: str) -> bool:
        """Tell whether anything reads a key."""
        return self._reader(key) is not None

    def read(
        self,
        annotations: Mapping[str, Any] | None,
        path: str,
        subject: Subject,
        surroundings: Surroundings,
        *,
        stored: bool = True,
    ) -> Iterator[Leaf]:
        """Yield what the annotations of an object say; null and empty values say nothing.

        Args:
            annotations: as they were decoded.
            path: where they stand.
            subject: the object.
            surroundings: what the cluster knows beyond it.
            stored: whether the API server has given the object a ``uid``.

        """
        by_hand = not stored and subject.writer is None
        for key, value in (annotations or {}).items():
            if not is_absent(value) and (reader := self._reader(key)) is not None:
                where = f'{path}["{key}"]'
                yield from reader(Note(key, value, where, subject.namespace, surroundings, by_hand))

    def _reader(self, key: str) -> Reader | None:
        """Return what reads a key; ``None`` when nothing does."""
        return self._readers.get(key) or (self._by_family(key) if self._families else None)

    def _look_up(self, key: str) -> Reader | None:
        """Return what reads the family of a key: the first that fits."""
        found = self._family.fullmatch(key)
        return self._families[found.lastindex - 1] if found and found.lastindex else None


def under(prefixes: tuple[str, ...], readers: Mapping[str, Reader]) -> dict[str, Reader]:
    """Return readers for each key under each of the prefixes that it goes by."""
    return {prefix + name: reader for prefix in prefixes for name, reader in readers.items()}


def spelled(readers: Mapping[tuple[str, ...], Reader]) -> dict[str, Reader]:
    """Return readers for keys that have several spellings."""
    return {key: reader for keys, reader in readers.items() for key in keys}
