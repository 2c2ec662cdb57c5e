"""How long to wait before trying again: longer each time, and never in step with other replicas."""

from dataclasses import dataclass, field
from random import SystemRandom

_CHANCE = SystemRandom()


def jittered(seconds: float) -> float:
    """Return a time between half of the given one and all of it."""
    return seconds * _CHANCE.uniform(0.5, 1.0)


@dataclass(slots=True)
class Backoff:
    """Pauses that double from failure to failure, up to a limit."""

    first: float
    """Seconds of the first pause, before jitter."""
    last: float
    """Seconds of the longest pause, before jitter."""
    _failures: int = field(default=0, init=False)

    def failed(self) -> float:
        """Note a failure; return the seconds to wait."""
        # Bounded, since a float cannot hold 2**1024 and an outage may last for hours.
        wait = min(self.first * 2 ** min(self._failures, 32), self.last)
        self._failures += 1
        return jittered(wait)

    def succeeded(self) -> None:
        """Begin with the first pause again."""
        self._failures = 0
