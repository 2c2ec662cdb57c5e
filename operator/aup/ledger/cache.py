"""One tenant's counted objects, as far as a process has heard of them."""

from collections import defaultdict
from typing import Final

import msgspec

from aup.ledger.amounts import NOTHING, Amounts, minus, plus

ABSENT: Final = -1
"""Version of an object that the cache does not hold."""


class _Known(msgspec.Struct, frozen=True, gc=False):
    """An object: there are hundreds of thousands, so it is as small as can be."""

    version: int
    amounts: Amounts
    """What it takes; many take the same and share it."""


_UNKNOWN: Final = _Known(ABSENT, NOTHING)


class Cache:
    """Objects by kind and UID, with the sum of each kind kept current."""

    def __init__(self) -> None:
        self._objects: defaultdict[str, dict[str, _Known]] = defaultdict(dict)
        self._totals: defaultdict[str, Amounts] = defaultdict(dict)

    def observed(self, kind: str, uid: str, version: int, amounts: Amounts) -> None:
        """Take an object's state, unless it is older than what is known.

        The same version again is the same object measured anew.
        """
        before = self._known(kind, uid)
        if version < before.version:
            return
        self._objects[kind][uid] = _Known(version, amounts)
        if amounts != before.amounts:
            self._totals[kind] = plus(minus(self._totals[kind], before.amounts), amounts)

    def deleted(self, kind: str, uid: str) -> None:
        """Forget an object that exists no more."""
        before = self._objects[kind].pop(uid, _UNKNOWN)
        self._totals[kind] = minus(self._totals[kind], before.amounts)

    def version(self, kind: str, uid: str) -> int:
        """Return the resourceVersion of an object; `ABSENT` when it is not known."""
        return self._known(kind, uid).version

    def size(self, kind: str, uid: str) -> Amounts:
        """Return what an object takes; nothing when it is not known."""
        return self._known(kind, uid).amounts

    def total(self, kind: str) -> Amounts:
        """Return what all objects of a kind take."""
        return self._totals[kind]

    def _known(self, kind: str, uid: str) -> _Known:
        return self._objects[kind].get(uid, _UNKNOWN)
