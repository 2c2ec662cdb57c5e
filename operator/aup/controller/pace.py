"""When figures that change with every object may be written: seldom for each, and not all at once.

Ten thousand tenants whose pods come and go must not make ten thousand writes a second. Each key
gets its turn; whoever waits has one reserved, so that nobody is passed over for long.
"""

from typing import Final

NEVER: Final = float("-inf")


class Pace:
    """Gives turns: to each key at most one in so many seconds, to all so many a second."""

    def __init__(self, *, each: float, rate: float, burst: float = 1.0) -> None:
        """Make a pace.

        Args:
            each: seconds between two turns of a key.
            rate: turns a second, all keys together.
            burst: seconds of turns that may be taken at once after a rest.

        """
        self._each = each
        self._gap = 1 / rate
        self._burst = burst
        self._free = NEVER
        """From when on the next turn may be given away."""
        self._turns: dict[str, float] = {}
        """Reserved and not taken yet."""
        self._last: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until a key's turn, and reserve it; zero or less: it is now."""
        turn = self._turns.get(key)
        if turn is None:
            free = max(self._free, now - self._burst + self._gap)
            self._free = free + self._gap
            turn = max(free, self._last.get(key, NEVER) + self._each)
            self._turns[key] = turn
        return turn - now

    def taken(self, key: str, now: float) -> None:
        """Note that a key has been written, in its turn or before."""
        self._turns.pop(key, None)
        self._last[key] = now

    def forget(self, key: str) -> None:
        """Forget a key that is no more."""
        self._turns.pop(key, None)
        self._last.pop(key, None)
