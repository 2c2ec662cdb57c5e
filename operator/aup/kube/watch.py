"""Informer: all objects of one resource in memory, as typed projections, kept current by a watch.

Lists in chunks, then watches from the list's resourceVersion on, so that no event is lost between
the two. A broken or silent stream continues where it was; a resourceVersion that the API server
has forgotten (410) leads to a new list, which is compared with what was known.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from aup import metrics
from aup.errors import ApiError, AupError, ExpiredError, NotFoundError, UnreachableError
from aup.kube.backoff import Backoff, jittered
from aup.kube.reader import Reader
from aup.kube.resource import Resource
from aup.kube.wire import HEAD, NOTICE, Decode, Notice, ObjectKey, error_of

log = logging.getLogger(__name__)
T = TypeVar("T")

SILENCE_SECONDS = 90.0
"""A stream without a byte for so long is dead: the API server sends a bookmark each minute."""

WATCH_SECONDS = 600.0
"""The server ends a watch after this time at the latest, by chance earlier: replicas spread out."""

ADVANCE_SECONDS = 3
"""Length of the watch of `advance`: the API server sends a bookmark two seconds before its end."""

STEADY_SECONDS = 5.0
"""A watch that has told something after so long is sound: the next pause is a short one again."""

BREATH_SECONDS = 0.005
"""So long the objects of one page are read at a stretch: requests do not wait for a list."""

UNSERVED_WAIT_SECONDS = 60.0
"""Pause before an optional resource that is not served is looked for again."""

OnChange = Callable[[ObjectKey, T | None, T | None], None]
"""Called with old and new value; None where the object did not or does not exist."""

OnVersion = Callable[[str], None]
"""Called with the resourceVersion up to which everything was told."""

OnUndecodable = Callable[[ObjectKey, str], None]
"""Called with the reason why an object cannot be read."""


class Informer(Generic[T]):
    """The objects of one resource, always in the state that was last heard of.

    ``on_change`` is called once for each change *of the projection*: an update that T does not
    show is not one, so T must hold ``uid`` where a re-created object matters. Callbacks run in the
    event loop and must not block; one that raises is logged and counted, and the stream goes on.

    An object that cannot be read never stops the others. It is reported to ``on_undecodable`` and
    listed in ``undecodable``; its last good value stays in ``items`` if ``keep_undecodable``, else
    it is taken out.

    ``on_version`` is called after the callbacks of a list, or of one event (bookmarks, too).

    With ``optional``, a resource that the API server does not serve (a CRD that is not installed)
    counts as synced and empty, and is looked for again each minute.
    """

    def __init__(
        self,
        reader: Reader,
        resource: Resource,
        decode: Decode[T],
        *,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
        on_change: OnChange[T] | None = None,
        on_undecodable: OnUndecodable | None = None,
        on_version: OnVersion | None = None,
        keep_undecodable: bool = True,
        optional: bool = False,
    ) -> None:
        self._reader = reader
        self.resource = resource
        self._decode = decode
        self._scope = {"namespace": namespace, "labels": labels, "fields": fields}
        self._callbacks: list[OnChange[T]] = [on_change] if on_change else []
        self._on_undecodable = on_undecodable
        self._on_version = on_version or (lambda _: None)
        self._keep_undecodable = keep_undecodable
        self._optional = optional
        self._version = ""
        self._backoff = Backoff(first=0.5, last=30.0)

        self.items: dict[ObjectKey, T] = {}
        """The objects; read only."""
        self.undecodable: dict[ObjectKey, str] = {}
        """Objects that cannot be read now, with the reason."""
        self.synced = asyncio.Event()
        """Set once the first list is complete and its callbacks have run."""
        self.problem: str | None = None
        """Why the stream does not run now; None while it does."""

    def subscribe(self, callback: OnChange[T]) -> None:
        """Add a callback; it is told the present objects at once, as new ones."""
        self._callbacks.append(callback)
        for key, value in list(self.items.items()):
            self._call(callback, key, None, value)

    async def run(self, fatal: tuple[type[AupError], ...] = ()) -> None:
        """List and watch until cancelled; every failure is logged and retried.

        Raises:
            AupError: one of ``fatal``, which nobody should wait out.

        """
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._watch()
            except NotFoundError as error:
                self._version = ""
                await self._unserved(error)
            except UnreachableError as error:
                if isinstance(error, fatal):
                    raise
                await self._pause("unreachable", str(error))
            except (ApiError, msgspec.MsgspecError) as error:
                if isinstance(error, fatal):
                    raise
                # Whatever the API server has against our position (forgotten, from before a
                # restored backup), a new list puts it right.
                self._version = ""
                await self._pause(_reason(error), str(error))

    async def advance(self) -> None:
        """Learn how far the stream is where nothing happens, and tell by ``on_version``.

        The API server says so once a minute by itself, and shortly before a watch ends. So a second
        one, which is short, asks from the same resourceVersion on. What is there the stream brings.
        """
        start = self._version
        if not start:
            return
        opened = self._reader.watch(
            self.resource,
            **self._scope,
            resource_version=start,
            seconds=ADVANCE_SECONDS,
            silence=2.0 * ADVANCE_SECONDS,
        )
        async with opened as stream:
            if stream.status != 200:
                return
            async for line in stream.lines():
                notice = NOTICE.decode(line)
                if notice.type == "BOOKMARK" and self._version == start:
                    self._version = HEAD.decode(notice.object).metadata.resource_version
                    self._on_version(self._version)
                return

    async def _list(self) -> None:
        """Read everything, and forget what is not there any more."""
        gone = self.items.keys() | self.undecodable.keys()
        version = ""
        async for page in self._reader.list_pages(self.resource, **self._scope):
            breath = self._heard() + BREATH_SECONDS
            version = page.metadata.resource_version
            for raw in page.items or ():
                key = HEAD.decode(raw).key
                gone.discard(key)
                self._put(key, raw)
                if time.monotonic() > breath:
                    await asyncio.sleep(0)
                    breath = time.monotonic() + BREATH_SECONDS
        for key in gone:
            self._drop(key)
        self._version = version
        self._on_version(version)
        self.synced.set()

    async def _watch(self) -> None:
        """Follow one watch until the server ends it."""
        opened = self._reader.watch(
            self.resource,
            **self._scope,
            resource_version=self._version,
            seconds=int(jittered(WATCH_SECONDS)),
            silence=SILENCE_SECONDS,
        )
        async with opened as stream:
            if stream.status != 200:
                raise error_of(stream.status, await stream.read())
            self.problem = None
            opened_at = self._heard()
            async for line in stream.lines():
                self._handle(NOTICE.decode(line))
                if self._heard() - opened_at > STEADY_SECONDS:
                    self._backoff.succeeded()

    def _handle(self, notice: Notice) -> None:
        if notice.type == "ERROR":
            raise error_of(200, notice.object)
        head = HEAD.decode(notice.object)
        if notice.type == "DELETED":
            self._drop(head.key)
        elif notice.type != "BOOKMARK":
            self._put(head.key, notice.object)
        self._version = head.metadata.resource_version
        self._on_version(self._version)

    def _put(self, key: ObjectKey, raw: msgspec.Raw) -> None:
        try:
            new = self._decode(raw)
        except (msgspec.MsgspecError, AupError, ValueError) as error:
            self._refuse(key, str(error))
            return
        self.undecodable.pop(key, None)
        old = self.items.get(key)
        self.items[key] = new
        if old != new:
            self._tell(key, old, new)

    def _refuse(self, key: ObjectKey, problem: str) -> None:
        """Keep an object that cannot be read from hurting the others."""
        self.undecodable[key] = problem
        log.warning(
            "object cannot be read",
            extra={
                "resource": self.resource.group_resource,
                "object": key.path,
                "problem": problem,
            },
        )
        if not self._keep_undecodable and (old := self.items.pop(key, None)) is not None:
            self._tell(key, old, None)
        if self._on_undecodable is not None:
            self._call(self._on_undecodable, key, problem)

    def _drop(self, key: ObjectKey) -> None:
        self.undecodable.pop(key, None)
        if (old := self.items.pop(key, None)) is not None:
            self._tell(key, old, None)

    def _tell(self, key: ObjectKey, old: T | None, new: T | None) -> None:
        for callback in self._callbacks:
            self._call(callback, key, old, new)

    def _call(self, callback: Callable[..., None], key: ObjectKey, *values: T | str | None) -> None:
        try:
            callback(key, *values)
        except Exception:
            # One tenant's odd object must not stop the news about all the others.
            resource = self.resource.group_resource
            metrics.WATCH_CALLBACK_ERRORS.labels(resource).inc()
            log.exception("watch callback failed", extra={"resource": resource, "object": key.path})

    def _heard(self) -> float:
        """Note that the API server was heard of, and return the time."""
        resource = self.resource.group_resource
        metrics.WATCH_LAST_EVENT.labels(resource).set_to_current_time()
        metrics.WATCH_OBJECTS.labels(resource).set(len(self.items))
        metrics.WATCH_UNDECODABLE.labels(resource).set(len(self.undecodable))
        return time.monotonic()

    async def _pause(self, reason: str, problem: str) -> None:
        """Say why the stream broke, and wait before the next try, longer each time."""
        resource = self.resource.group_resource
        self.problem = problem
        metrics.WATCH_RESTARTS.labels(resource, reason).inc()
        log.warning(
            "watch interrupted",
            extra={"resource": resource, "reason": reason, "problem": problem},
        )
        await asyncio.sleep(self._backoff.failed())

    async def _unserved(self, error: NotFoundError) -> None:
        """Go on although the resource itself is not there: nothing to watch, now or at all."""
        if not self._optional:
            await self._pause("unserved", str(error))
            return
        for key in self.items.keys() | self.undecodable.keys():
            self._drop(key)
        self.synced.set()
        await asyncio.sleep(jittered(UNSERVED_WAIT_SECONDS))


def _reason(error: Exception) -> str:
    """Return the label value of the metric."""
    if isinstance(error, ExpiredError):
        return "expired"
    return "refused" if isinstance(error, ApiError) else "garbled"
