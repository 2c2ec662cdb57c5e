"""The controller role: kopf tells what changed among our own kinds, reconcilers do the rest."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Any

import kopf

from aup.controller.runtime import Controller, Wakers
from aup.handlers.framework import operate
from aup.kube.client import Cluster
from aup.kube.resource import Resource
from aup.kube.wire import ObjectKey
from aup.live.health import HealthServer
from aup.settings import Settings


async def run(settings: Settings) -> None:
    """Wait for the Lease and lead until the process is told to stop.

    Raises LeadershipLostError when the Lease is lost: another process leads then, and this one
    may be in the middle of something, so it ends.
    """
    async with await Cluster.connect(
        kubeconfig=settings.kubeconfig, seconds=settings.request_seconds
    ) as cluster:
        controller = Controller(cluster, settings)
        async with HealthServer(
            host=settings.health_host,
            port=settings.health_port,
            alive={"process": lambda: ""},
            ready=controller.checks(),
        ):
            with contextlib.suppress(asyncio.CancelledError), _ending_on_signals():
                await controller.elector.acquire()
            if controller.elector.leading:
                await _lead(controller, settings)


async def _lead(controller: Controller, settings: Settings) -> None:
    """Reconcile beside kopf, which owns the signals from here on."""
    try:
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(controller.run())
            await operate(registry(controller.wakers, ending=work), settings)
            work.cancel()
    finally:
        await controller.elector.release()


def registry(wakers: Wakers, ending: asyncio.Task[None]) -> kopf.OperatorRegistry:
    """Return handlers that wake reconcilers, and write nothing: annotations would be drift.

    Our work ends when kopf begins to end: kopf would wait five seconds for tasks that it did not
    start, and the Lease would be held as long.
    """
    handlers = kopf.OperatorRegistry()

    async def end(**_: Any) -> None:
        ending.cancel()

    kopf.on.cleanup(registry=handlers)(end)
    for kind, wakes in wakers.items():
        kopf.on.event(kind.group, kind.version, kind.plural, id=kind.plural, registry=handlers)(
            _handler(kind, wakes)
        )
    return handlers


def _handler(kind: Resource, wakes: tuple[Callable[[ObjectKey], None], ...]) -> Any:
    """Return what kopf calls for each change of a kind."""

    async def changed(name: str, namespace: str | None, **_: Any) -> None:
        key = ObjectKey(namespace or "" if kind.namespaced else "", name)
        for wake in wakes:
            wake(key)

    return changed


@contextlib.contextmanager
def _ending_on_signals() -> Iterator[None]:
    """End the present task on SIGTERM and SIGINT: process 1 of a container has no default."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel if task else loop.stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
