"""The connections that there are, and which of them gives way to a new one.

Each may hold some 700 KiB, for TLS and for a small body, and nobody has to say who it is before it
connects. So there is an end to the number of those that only wait. A new one is always let in, and
nobody is cut off who waits for us: under ``failurePolicy: Ignore`` that would be an admission.
"""

from collections.abc import Iterator
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 512
"""Connections; an API server keeps as many as it has requests under way at a time."""


class Guest(Protocol):
    """A connection."""

    @property
    def gives_way(self) -> tuple[bool, float] | None:
        """Its place among those that give way, the smallest first; ``None``: it does not."""

    def abort(self) -> None:
        """Close it now."""


G = TypeVar("G", bound=Guest)


class Crowd(Generic[G]):
    """All connections that are alive."""

    def __init__(self, most: int = MOST) -> None:
        """Args: ``most`` is how many there may be before anybody gives way."""
        self._most = most
        self._all: set[G] = set()

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[G]:
        return iter(tuple(self._all))

    def add(self, new: G) -> None:
        """Take one in; beyond the bound another one ends, unless all of them wait for us."""
        if len(self._all) >= self._most:
            places = [(place, one) for one in self._all if (place := one.gives_way) is not None]
            if places:
                leaving = min(places, key=lambda found: found[0])[1]
                self.discard(leaving)
                leaving.abort()
        self._all.add(new)

    def discard(self, one: G) -> None:
        """Forget one that has ended."""
        self._all.discard(one)
