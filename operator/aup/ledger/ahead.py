"""How much a replica keeps ahead of its admissions, so that few of them need a write."""

from dataclasses import dataclass
from typing import Final

from aup.ledger.amounts import Amounts
from aup.ledger.horizon import NEVER

_FEW: Final = 3
"""Admissions: after fewer there is no rate, and another write would serve nobody."""


@dataclass(slots=True)
class _Use:
    """What was admitted under one key, by spans of time."""

    since: float = NEVER
    now: int = 0
    """In the span that has begun."""
    before: int = 0
    """In the span before it."""
    times: int = 0
    """How many admissions since it is in use."""


class Ahead:
    """Aims at what is admitted within the horizon: it grows with the rate, and ends with it."""

    def __init__(self, horizon: float) -> None:
        """Args: ``horizon`` is for how long, in seconds, a share should last."""
        self._horizon = horizon
        self._uses: dict[str, _Use] = {}
        self._last: dict[str, float] = {}

    def used(self, amounts: Amounts, now: float) -> None:
        """Note that something was admitted."""
        for key, amount in amounts.items():
            use = self._uses.setdefault(key, _Use())
            age = now - use.since
            if age >= self._horizon:
                follows = age < 2 * self._horizon
                use.before, use.times = (use.now, use.times) if follows else (0, 0)
                use.since, use.now = now, 0
            use.now += amount
            use.times += 1
            self._last[key] = now

    def granted(self, amounts: Amounts, now: float) -> None:
        """Note that something was topped up for somebody who waits, and will be used soon."""
        for key in amounts:
            self._last[key] = now

    def target(self, key: str, now: float) -> int:
        """Return how much to keep ahead of a key; zero when it is not in use."""
        use = self._uses.get(key)
        if use is None or use.times < _FEW or self.is_idle(key, now):
            return 0
        return max(use.now, use.before)

    def more(self, key: str, free: int, room: int, replicas: int, now: float) -> int:
        """Return how much to ask for beyond what is needed now.

        Near the cap it is little: all replicas together may take half of the room that is left.
        """
        return max(0, min(self.target(key, now) - free, room // (2 * max(replicas, 1))))

    def is_low(self, free: Amounts, now: float) -> bool:
        """Tell whether a key in use has run down to less than half of its target."""
        return any(2 * free.get(key, 0) < self.target(key, now) for key in self._uses)

    def is_idle(self, key: str, now: float) -> bool:
        """Tell whether nothing was admitted under a key for a while."""
        return now - self.last_use(key) >= self._horizon

    def last_use(self, key: str) -> float:
        """Return when a key was last used or topped up."""
        return self._last.get(key, NEVER)
