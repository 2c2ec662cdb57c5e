"""How far a process's watch caches reach, kind by kind."""

from collections.abc import Iterable
from typing import Final

NEVER: Final = float("-inf")
_OUTSTANDING: Final = 4
"""Quorum reads of a kind that wait for the cache; the last gives way to a later one."""


class Horizon:
    """Knows of each kind up to which resourceVersion, and to which moment, its cache is complete.

    One for a process, whatever the number of tenants. Versions of different kinds are never
    compared, and nothing moves backwards.
    """

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._confirmed: dict[str, float] = {}
        self._reads: dict[str, list[tuple[float, int]]] = {}

    def progressed(self, kind: str, version: int) -> None:
        """Note that the cache holds all changes of a kind up to a resourceVersion."""
        if version <= self._versions.get(kind, -1):
            return
        self._versions[kind] = version
        reads = self._reads.pop(kind, [])
        for sent, found in reads:
            self.read(kind, sent, found)

    def read(self, kind: str, sent: float, version: int) -> None:
        """Note the resourceVersion of a list that was read by quorum.

        Args:
            kind: what was listed.
            sent: when the request left, by this process's clock.
            version: of the list.

        """
        if version <= self._versions.get(kind, -1):
            self._confirmed[kind] = max(sent, self.confirmed(kind))
            return
        reads = self._reads.setdefault(kind, [])
        del reads[_OUTSTANDING - 1 :]
        reads.append((sent, version))

    def version(self, kind: str) -> int | None:
        """Return up to which version the cache of a kind is complete; ``None`` before it is."""
        return self._versions.get(kind)

    def confirmed(self, kind: str) -> float:
        """Return a moment: whatever of the kind was stored before it is in the cache."""
        return self._confirmed.get(kind, NEVER)

    def sent(self, kind: str) -> float:
        """Return when the last quorum read was sent, whether the cache has come so far or not."""
        reads = self._reads.get(kind)
        return reads[-1][0] if reads else self.confirmed(kind)

    def all_confirmed(self, kinds: Iterable[str], moment: float) -> bool:
        """Tell whether the caches of all these kinds hold what was stored until a moment."""
        return all(self.confirmed(kind) > moment for kind in kinds)
