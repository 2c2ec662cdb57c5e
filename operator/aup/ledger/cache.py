"""One tenant's counted objects, as far as a process has heard of them."""

from collections import defaultdict
from typing import Final

from aup.ledger.amounts import NOTHING, Amounts, minus, plus

ABSENT: Final = -1
"""Version of an object that the cache does not hold."""


class Cache:
    """Objects by kind and UID, with the sum of each kind kept current."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], tuple[int, Amounts]] = {}
        self._totals: defaultdict[str, Amounts] = defaultdict(dict)

    def observed(self, kind: str, uid: str, version: int, amounts: Amounts) -> None:
        """Take an object's state, unless it is older than what is known.

        The same version again is the same object measured anew.
        """
        before, counted = self._objects.get((kind, uid), (ABSENT, NOTHING))
        if version < before:
            return
        self._objects[kind, uid] = (version, amounts)
        if amounts != counted:
            self._totals[kind] = plus(minus(self._totals[kind], counted), amounts)

    def deleted(self, kind: str, uid: str) -> None:
        """Forget an object that exists no more."""
        _, counted = self._objects.pop((kind, uid), (ABSENT, NOTHING))
        self._totals[kind] = minus(self._totals[kind], counted)

    def version(self, kind: str, uid: str) -> int:
        """Return the resourceVersion of an object; `ABSENT` when it is not known."""
        return self._objects.get((kind, uid), (ABSENT, NOTHING))[0]

    def size(self, kind: str, uid: str) -> Amounts:
        """Return what an object takes; nothing when it is not known."""
        return self._objects.get((kind, uid), (ABSENT, NOTHING))[1]

    def total(self, kind: str) -> Amounts:
        """Return what all objects of a kind take."""
        return self._totals[kind]
