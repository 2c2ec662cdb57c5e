"""How long to wait before trying again: longer each time, and never in step with other replicas."""

from dataclasses import dataclass, field
from random import SystemRandom

_CHANCE = SystemRandom()


def jittered(seconds: float) -> float:
    """Return a time between half of the given one and all of it."""
    return seconds * _CHANCE.uniform(0.5, 1.0)


@dataclass(slots=True)
class Backoff:
    """Pauses that double from failure to failure, up to a limit, and begin anew after a calm."""

    first: float
    """Seconds of the first pause, before jitter."""
    last: float
    """Seconds of the longest pause, before jitter."""
    calm: float
    """Seconds without a failure after which the next pause is the first one again."""
    _failures: int = field(default=0, init=False)
    _failed_at: float | None = field(default=None, init=False)

    def failed(self, now: float) -> float:
        """Note a failure at a time of the monotonic clock; return the seconds to wait."""
        calm = self._failed_at is None or now - self._failed_at >= self.calm
        self._failures = 0 if calm else self._failures + 1
        self._failed_at = now
        # Bounded, since a float cannot hold 2**1024 and an outage may last for hours.
        return jittered(min(self.first * 2 ** min(self._failures, 32), self.last))
