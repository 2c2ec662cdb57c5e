"""Whether a replica may still admit, and which replicas are dead.

Clocks of different machines are never compared: a replica counts from when it *sent* its last
successful renewal, the leader from when it *saw* a Lease change, so the replica stops first.
"""

from typing import Final

from aup.ledger.horizon import NEVER

_LOST: Final = NEVER


class Identity:
    """A replica's random identity and how long it is valid.

    Its Lease is created once and renewed by compare-and-swap, never created again. A process that
    has lost its identity begins as another one, with nothing in hand.
    """

    def __init__(self, uid: str, lease: float) -> None:
        """Args: ``uid`` is never used twice, ``lease`` is the duration of the Lease in seconds."""
        self.uid = uid
        self.lost = False
        self._lease = lease
        self._until = _LOST

    def renewed(self, sent: float) -> None:
        """Note a renewal that succeeded (or the Lease's creation), by when it was sent."""
        self._until = max(self._until, sent + self._lease)

    def refused(self) -> None:
        """Note that the Lease is gone, for good."""
        self.lost = True

    def valid(self, now: float) -> bool:
        """Tell whether the replica may admit, by a clock that also counts suspend."""
        return not self.lost and now < self._until


class Sightings:
    """The replicas' Leases as the leader sees them, and since when each stands unchanged."""

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._seen: dict[str, tuple[str, float]] = {}

    def seen(self, replica: str, version: str, now: float) -> None:
        """Note the resourceVersion of a replica's Lease."""
        before = self._seen.get(replica)
        if before is None or before[0] != version:
            self._seen[replica] = (version, now)

    def gone(self, replica: str) -> None:
        """Forget a Lease that exists no more."""
        self._seen.pop(replica, None)

    def expired(self, now: float) -> tuple[tuple[str, str], ...]:
        """Return replicas whose Lease to delete, each with the version that must still stand."""
        return tuple(
            (replica, version)
            for replica, (version, since) in sorted(self._seen.items())
            if now - since >= self._lease
        )
