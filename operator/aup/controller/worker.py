"""The queue of a reconciler and the tasks that work it off.

A key waits once however often it is woken. A key that is woken while it is worked on is worked on
again afterwards. What fails is tried again, after longer pauses each time.
"""

import asyncio
import heapq
import logging
import time
from collections.abc import Callable

from aup import metrics
from aup.controller.reconciler import NEVER, Reconciler
from aup.errors import AupError, LeadershipLostError
from aup.kube.backoff import Backoff, jittered
from aup.kube.wire import ObjectKey

FIRST_RETRY_SECONDS = 0.25
LAST_RETRY_SECONDS = 60.0

log = logging.getLogger(__name__)


class Worker:
    """Runs one reconciler."""

    def __init__(
        self, reconciler: Reconciler, *, resync: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Args: ``resync`` is how often, in seconds, a key is worked on without a cause."""
        self.reconciler = reconciler
        self._resync = resync
        self._clock = clock
        self._due: dict[ObjectKey, float] = {}
        self._heap: list[tuple[float, ObjectKey]] = []
        """By time; an entry that ``_due`` does not confirm is out of date."""
        self._busy: set[ObjectKey] = set()
        self._failures: dict[ObjectKey, Backoff] = {}
        self._news = asyncio.Event()
        reconciler.attach(self.wake)

    def wake(self, key: ObjectKey, after: float = 0.0) -> None:
        """Ask for a run in ``after`` seconds; a run that is due earlier stands."""
        due = self._clock() + after
        if due >= self._due.get(key, NEVER):
            return
        self._due[key] = due
        heapq.heappush(self._heap, (due, key))
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled; raises LeadershipLostError when this process may not write."""
        for key in self.reconciler.first_keys():
            self.wake(key)
        async with asyncio.TaskGroup() as lanes:
            for _ in range(self.reconciler.lanes):
                lanes.create_task(self._lane())

    async def _lane(self) -> None:
        while True:
            key = await self._next()
            self._busy.add(key)
            try:
                await self._work(key)
            finally:
                self._busy.discard(key)
                # Somebody may have passed this key by while it was busy.
                self._news.set()
            # Where there was nothing to do nothing was waited for, and the next key may be due: the
            # Lease, watches and answers have their turn in between.
            await asyncio.sleep(0)

    async def _next(self) -> ObjectKey:
        """Wait for a key that is due and that nobody works on."""
        while True:
            self._news.clear()
            key, wait = self._pick()
            if key is not None:
                return key
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _pick(self) -> tuple[ObjectKey | None, float | None]:
        """Return a key to work on now, else the seconds until the next one is due."""
        busy: list[tuple[float, ObjectKey]] = []
        found: ObjectKey | None = None
        wait: float | None = None
        while self._heap:
            due, key = self._heap[0]
            if self._due.get(key) != due:
                heapq.heappop(self._heap)
                continue
            left = due - self._clock()
            if left > 0:
                wait = left
                break
            heapq.heappop(self._heap)
            if key not in self._busy:
                del self._due[key]
                found = key
                break
            busy.append((due, key))
        for entry in busy:
            heapq.heappush(self._heap, entry)
        return found, wait

    async def _work(self, key: ObjectKey) -> None:
        """Run the reconciler once, and note when it is to be run again."""
        name = self.reconciler.name
        with metrics.RECONCILE_SECONDS.labels(name).time():
            again, result = await self._attempt(key)
        metrics.RECONCILES.labels(name, result).inc()
        if again != NEVER:
            self.wake(key, again)

    async def _attempt(self, key: ObjectKey) -> tuple[float, str]:
        """Return the seconds to the next run, and how this one ended."""
        try:
            again = await self.reconciler.reconcile(key)
        except LeadershipLostError:
            raise
        except AupError as error:
            log.warning("reconcile failed", extra=self._about(key, problem=str(error)))
            return self._failed(key), "retry"
        except Exception:
            # A mistake of ours about one object must not stop the work on the others.
            log.exception("reconcile broke", extra=self._about(key))
            return self._failed(key), "error"
        self._failures.pop(key, None)
        if again == NEVER:
            return NEVER, "ok"
        return (jittered(self._resync) if again is None else min(again, self._resync)), "ok"

    def _failed(self, key: ObjectKey) -> float:
        backoff = self._failures.setdefault(key, Backoff(FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS))
        return backoff.failed()

    def _about(self, key: ObjectKey, **more: str) -> dict[str, str]:
        return {"reconciler": self.reconciler.name, "key": key.path, **more}
