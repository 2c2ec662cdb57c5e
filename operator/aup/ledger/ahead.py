"""How much a replica keeps ahead of its admissions, so that few of them need a write."""

from aup.ledger.amounts import Amounts


class Ahead:
    """Grows with the rate of admissions, and is nothing once they stop.

    Who needs another grant within the horizon gets twice as much ahead as before.
    """

    def __init__(self, horizon: float) -> None:
        """Args: ``horizon`` is for how long, in seconds, a grant should last."""
        self._horizon = horizon
        self._ahead: dict[str, int] = {}
        self._granted: dict[str, float] = {}
        self._used: dict[str, float] = {}

    def used(self, amounts: Amounts, now: float) -> None:
        """Note that something was admitted."""
        for key in amounts:
            self._used[key] = now

    def granted(self, amounts: Amounts, now: float) -> None:
        """Note that something was topped up because there was too little."""
        for key, amount in amounts.items():
            soon = now - self._granted.get(key, -self._horizon) < self._horizon
            self._ahead[key] = max(2 * self._ahead.get(key, 0) if soon else 0, amount)
            self._granted[key] = self._used[key] = now

    def target(self, key: str, now: float) -> int:
        """Return how much to keep ahead of a key; zero when it is not in use."""
        return 0 if self.is_idle(key, now) else self._ahead.get(key, 0)

    def more(self, key: str, free: int, room: int, replicas: int, now: float) -> int:
        """Return how much to ask for beyond what is needed now.

        Near the cap it is little: all replicas together may take half of the room that is left.
        """
        return max(0, min(self.target(key, now) - free, room // (2 * max(replicas, 1))))

    def is_low(self, free: Amounts, now: float) -> bool:
        """Tell whether a key in use has run down to less than half of its target."""
        return any(2 * free.get(key, 0) < self.target(key, now) for key in self._ahead)

    def is_idle(self, key: str, now: float) -> bool:
        """Tell whether nothing was admitted under a key for a while."""
        return now - self.last_use(key) >= self._horizon

    def last_use(self, key: str) -> float:
        """Return when a key was last used or topped up."""
        return self._used.get(key, float("-inf"))
