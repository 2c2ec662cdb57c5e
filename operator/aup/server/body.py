"""Bodies of admission requests: read within bounds of size, and of memory all together.

A tenant decides how large a review is. What is larger than any honest one is still answered, for
an answer that is none would be an admission under ``failurePolicy: Ignore``: its beginning names
the request, and the rest is read and forgotten.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

SMALL: Final = 256 << 10
"""Bytes of a body for which nobody waits: nearly all are far smaller."""
HEAD: Final = 1024
"""Bytes that are kept of a body that is too large."""
FORGOTTEN: Final = 8
"""How many times the limit is read, and forgotten, before the connection is given up. A character
of an object, of which the API server takes 3 MiB, can become six characters in JSON."""


@dataclass(frozen=True, slots=True)
class Body:
    """What came."""

    data: bytes
    """All of it, or its beginning."""
    too_large: bool = False


class Memory:
    """Bytes that bodies may take up together; whoever comes first is served first."""

    def __init__(self, total: int) -> None:
        """Args: ``total`` is the bound, in bytes."""
        self._free = total
        self._total = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int, seconds: float) -> bool:
        """Wait until so many bytes are free and take them; return false when it takes too long."""
        size = min(size, self._total)
        if not self._waiting and size <= self._free:
            self._free -= size
            return True
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await turn
        except TimeoutError:
            self._give_up(size, turn)
            return False
        except asyncio.CancelledError:
            self._give_up(size, turn)
            raise
        return True

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        self._free += min(size, self._total)
        self._serve()

    def _give_up(self, size: int, turn: "asyncio.Future[None]") -> None:
        """Leave the line, or return what was given in the same moment."""
        if turn.done() and not turn.cancelled():
            self.give_back(size)
            return
        self._waiting = deque(entry for entry in self._waiting if entry[1] is not turn)
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= size
                turn.set_result(None)


class Incoming:
    """A body that comes in parts."""

    __slots__ = ("_most", "_parts", "limit", "size")

    def __init__(self, limit: int, most: int) -> None:
        """Begin a body.

        Args:
            limit: bytes; of a longer body only the beginning is kept.
            most: bytes that are taken at all.

        """
        self.limit = limit
        self._most = most
        self._parts: list[bytes] = []
        self.size = 0

    def take(self, part: bytes) -> bool:
        """Take a part; return false when there is no end of it."""
        self.size += len(part)
        self._parts.append(part)
        if self.size > self.limit:
            self._parts = [b"".join(self._parts)[:HEAD]]
        return self.size <= self._most

    def whole(self) -> Body:
        """Return what came."""
        parts = self._parts
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        return Body(data, self.size > self.limit)


def declared(value: bytes) -> int:
    """Return the length of a body that its head declares; 0 when that is no number."""
    return int(value[:20]) if value.isdigit() else 0
