"""What every reconciler is given: the door to the cluster, what it holds now, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aup.kube.client import Cluster
from aup.kube.events import EventPoster
from aup.live.surroundings import LiveSurroundings
from aup.live.world import LiveWorld
from aup.settings import Settings


def utc_now() -> datetime:
    """Return the present; the pure packages take it as an argument."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by all reconcilers of one process."""

    cluster: Cluster
    """Every write goes through the fence: it raises LeadershipLostError once we do not lead."""
    settings: Settings
    world: LiveWorld
    """The provider's objects, compiled; it stands before the first reconciler runs."""
    surroundings: LiveSurroundings
    """Namespaces, nodes and pods."""
    events: EventPoster
    now: Callable[[], datetime] = utc_now

    @property
    def platform_namespaces(self) -> frozenset[str]:
        """Return the namespaces that no tenant can claim."""
        return frozenset((*self.settings.platform_namespaces, self.settings.namespace))
