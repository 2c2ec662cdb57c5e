"""One controller process: waits for the Lease, then watches and reconciles until it is lost."""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from aup.controller.context import Context
from aup.controller.reconciler import Reconciler
from aup.controller.registration import reconcilers
from aup.controller.worker import Worker
from aup.kube.client import Cluster
from aup.kube.events import EventPoster
from aup.kube.lease import Elector, LeaseTimes
from aup.kube.resource import Resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey
from aup.live.surroundings import LiveSurroundings
from aup.live.world import LiveWorld
from aup.settings import Settings

Wakers = Mapping[Resource, tuple[Callable[[ObjectKey], None], ...]]
"""By kind of ours: whom a change wakes."""


class Controller:
    """Everything that the leader does. The end of any part is the end of the process."""

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._settings = settings
        identity = instance(settings)
        self.elector = Elector(
            cluster,
            namespace=settings.namespace,
            name=settings.lease_name,
            identity=identity,
            times=LeaseTimes(
                retry=settings.lease_retry_seconds,
                renew=settings.lease_renew_seconds,
                lease=settings.lease_seconds,
            ),
        )
        guarded = cluster.guarded(self.elector.fence)
        self._context = Context(
            cluster=guarded,
            settings=settings,
            world=LiveWorld(
                cluster,
                settings.namespace,
                frozenset((*settings.platform_namespaces, settings.namespace)),
            ),
            surroundings=LiveSurroundings(cluster),
            events=EventPoster(guarded, instance=identity),
        )
        self._reconcilers: tuple[Reconciler, ...] = reconcilers(self._context)

    @cached_property
    def workers(self) -> tuple[Worker, ...]:
        """The queues, one for each reconciler."""
        return tuple(Worker(r, resync=self._settings.resync_seconds) for r in self._reconcilers)

    @property
    def wakers(self) -> Wakers:
        """Return whom a change of one of our kinds wakes."""
        kinds = {kind for reconciler in self._reconcilers for kind in reconciler.kinds}
        return {
            kind: tuple(w.wake for w in self.workers if kind in w.reconciler.kinds)
            for kind in kinds
        }

    async def run(self) -> None:
        """Lead: watch, and reconcile once everything has been read. Raises LeadershipLostError."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.elector.hold())
            for informer in self._informers:
                tasks.create_task(informer.run())
            tasks.create_task(self._context.world.run())
            await asyncio.gather(*(informer.synced.wait() for informer in self._informers))
            await self._context.world.compiled.wait()
            for reconciler in self._reconcilers:
                await reconciler.begin()
            for worker in self.workers:
                tasks.create_task(worker.run())

    def checks(self) -> dict[str, Callable[[], str]]:
        """Return what ``/readyz`` reports; a process that waits for its turn is ready."""
        return {"watches": self._watches} | {
            reconciler.name: partial(self._problem, reconciler) for reconciler in self._reconcilers
        }

    def _problem(self, reconciler: Reconciler) -> str:
        return reconciler.problem() if self.elector.leading and not self._watches() else ""

    def _watches(self) -> str:
        if not self.elector.leading:
            return ""
        waiting = [i.resource.plural for i in self._informers if not i.synced.is_set()]
        return f"not synced: {', '.join(waiting)}" if waiting else ""

    @cached_property
    def _informers(self) -> tuple[Informer[Any], ...]:
        own = (informer for reconciler in self._reconcilers for informer in reconciler.informers)
        return (*self._context.world.informers, *self._context.surroundings.informers, *own)


def instance(settings: Settings) -> str:
    """Return a name of this process that no other one ever has, also in the same pod."""
    host = settings.instance or socket.gethostname()
    return f"{host}_{os.getpid()}_{secrets.token_hex(4)}"
