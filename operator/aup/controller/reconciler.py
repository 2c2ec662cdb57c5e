"""A reconciler: brings one kind of thing to where it must be, as often as it is asked to.

It is level-based: a key says that something may have changed, never what; whatever it needs it
reads anew. So it can be woken too often, killed at any line, and started again.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Final, Protocol

from aup.kube.resource import Resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey

NEVER: Final = float("inf")
"""Answer of `Reconciler.reconcile`: nothing is left to do, so do not come back by yourself."""


class Wake(Protocol):
    """Puts a key into the queue of the reconciler."""

    def __call__(self, key: ObjectKey, after: float = 0.0) -> None:
        """Ask for a run in ``after`` seconds; a run that is due earlier stands."""


def asleep(key: ObjectKey, after: float = 0.0) -> None:
    """Stand in for `Wake` until there is a queue; what is missed is seen at the start."""


class Reconciler(ABC):
    """One worker runs it: runs of the same key never overlap."""

    name: str
    """For logs and metrics: lower case, one word."""
    kinds: tuple[Resource, ...] = ()
    """Our own kinds whose changes wake it, by the key of the object."""
    lanes: int = 1
    """How many keys may be worked on at a time."""

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of its own; they are synced before the first run."""
        return ()

    def attach(self, wake: Wake) -> None:  # noqa: B027 (most need nothing here)
        """Keep ``wake`` for what else shall wake it: watches, a new world, other reconcilers."""

    async def begin(self) -> None:  # noqa: B027 (most need nothing here)
        """Do what others rely on, once everything is synced and before anybody's first run."""

    def first_keys(self) -> Iterable[ObjectKey]:
        """Return the keys to begin with, once everything is synced; kopf tells those of `kinds`."""
        return ()

    def problem(self) -> str:
        """Return what an admin has to put right, for ``/readyz``; empty when there is nothing."""
        return ""

    @abstractmethod
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Do what is to be done about one key.

        Returns:
            Seconds until it must be looked at again by itself; ``None``: at the next resync;
            `NEVER`: only when somebody wakes it.

        Raises:
            AupError: it could not be done now; it is tried again, later each time.

        """
