"""One look at the cluster: the watches run until everything has been read, then they end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, NamedTuple

from aup.errors import ForbiddenError, UnreachableError
from aup.kube.reader import Reader
from aup.kube.watch import Informer
from aup.live.surroundings import LiveSurroundings
from aup.live.world import LiveWorld


class Look(NamedTuple):
    """What was seen."""

    world: LiveWorld
    surroundings: LiveSurroundings


@contextlib.asynccontextmanager
async def look(
    reader: Reader, namespace: str, platform_namespaces: frozenset[str]
) -> AsyncIterator[Look]:
    """Read the provider's objects and what is around the tenants'.

    Args:
        reader: with the credentials of the person who asks.
        namespace: the operator's own, where revisions are kept.
        platform_namespaces: the provider's own.

    Raises:
        ForbiddenError: whoever asks may not read one of them.
        UnreachableError: the API server does not answer a person who waits.

    """
    world = LiveWorld(reader, namespace, platform_namespaces)
    surroundings = LiveSurroundings(reader)
    informers: tuple[Informer[Any], ...] = (*world.informers, *surroundings.informers)
    tasks = [
        asyncio.create_task(informer.run((ForbiddenError, UnreachableError)))
        for informer in informers
    ]
    tasks.append(asyncio.create_task(world.run()))
    try:
        await _first(_ready(world, informers), tasks)
        yield Look(world, surroundings)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ready(world: LiveWorld, informers: tuple[Informer[Any], ...]) -> None:
    """Wait until everything has been read and compiled."""
    for informer in informers:
        await informer.synced.wait()
    await world.compiled.wait()


async def _first(ready: Coroutine[Any, Any, None], tasks: list[asyncio.Task[None]]) -> None:
    """Wait until ready, or raise what ended a watch before."""
    waiting = asyncio.create_task(ready)
    try:
        done, _ = await asyncio.wait((waiting, *tasks), return_when=asyncio.FIRST_COMPLETED)
        for ended in done:
            ended.result()
    finally:
        waiting.cancel()
