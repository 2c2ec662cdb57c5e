"""One tenant's ledger, driven: carries out the writes that the protocol asks for, one at a time.

The same for an account of a replica and for the leader: both are told of objects and of the
ledger, ask for writes and for quorum reads, and say when they want to be looked at again.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import msgspec

from aup import metrics
from aup.api.meta import MANAGED_LABELS
from aup.errors import ApiError, ConflictError, NotFoundError, UnreachableError
from aup.kube.backoff import Backoff
from aup.kube.client import Cluster
from aup.kube.lease import steady
from aup.kube.resource import BUDGET_LEDGERS, Resource
from aup.kube.watch import Informer
from aup.ledger.account import FOREVER
from aup.ledger.horizon import Horizon
from aup.ledger.record import Ledger, Write
from aup.ledger.wire import read_ledger, status_of
from aup.live.counted import KINDS

log = logging.getLogger(__name__)

LONGEST = 5.0
"""Seconds after which a driver looks again without a cause, while something is to come."""
IDLE = 60.0
"""The same when nothing is: there may be thousands."""


class Party(Protocol):
    """What both parties to a ledger have in common."""

    def next_write(self, now: float) -> Write | None:
        """Return a write to carry out."""

    def reads(self, now: float) -> frozenset[str]:
        """Return kinds of which to read the present resourceVersion."""

    def due(self, now: float) -> float:
        """Return when to look again."""


class Reads:
    """Quorum reads, of one kind one at a time, whoever asks for them."""

    def __init__(
        self, cluster: Cluster, horizon: Horizon, watch_of: Callable[[Resource], Informer[Any]]
    ) -> None:
        """Args: ``watch_of`` returns the watch by which the horizon of a kind moves."""
        self._cluster = cluster
        self._horizon = horizon
        self._watch_of = watch_of
        self._running: dict[str, asyncio.Task[None]] = {}
        self._advancing: dict[str, asyncio.Task[None]] = {}

    def ask(self, kind: str) -> None:
        """Read the present resourceVersion of a kind, unless that is being done."""
        _once(self._running, kind, self._read)

    async def _read(self, kind: str) -> None:
        sent = steady()
        try:
            version = await self._cluster.version(KINDS[kind])
        except (ApiError, UnreachableError) as error:
            log.warning("version not read", extra={"kind": kind, "problem": str(error)})
            # Whoever wants it asks again; not at once.
            await asyncio.sleep(1)
            return
        self._horizon.read(kind, sent, version)
        if (self._horizon.version(kind) or 0) < version:
            _once(self._advancing, kind, self._advance)

    async def _advance(self, kind: str) -> None:
        """Bring the horizon of a kind up to now, where nothing happens by which it would move."""
        try:
            await self._watch_of(KINDS[kind]).advance()
        except (ApiError, UnreachableError, msgspec.MsgspecError) as error:
            log.warning("watch not advanced", extra={"kind": kind, "problem": str(error)})


def _once(
    running: dict[str, asyncio.Task[None]],
    kind: str,
    begin: Callable[[str], Coroutine[Any, Any, None]],
) -> None:
    """Begin something for a kind, unless it is under way."""
    if kind not in running:
        task = running[kind] = asyncio.create_task(begin(kind))
        task.add_done_callback(lambda _: running.pop(kind, None))


async def present(cluster: Cluster, tenant: str) -> Ledger | None:
    """Read a ledger by quorum."""
    found = await cluster.get_or_none(BUDGET_LEDGERS, tenant)
    return None if found is None else read_ledger(msgspec.json.encode(found))


class Outcome(Protocol):
    """What hears how writes went."""

    def written(self, version: int, now: float) -> None:
        """Hear that the write was stored."""

    def conflicted(self, current: Ledger | None, now: float) -> None:
        """Hear that the ledger had changed before."""

    def unknown(self, now: float) -> None:
        """Hear that it is not known."""

    def failed(self, now: float) -> None:
        """Hear that this sending was refused."""


class Driver:
    """Drives a party."""

    def __init__(
        self,
        tenant: str,
        party: Party,
        outcome: Outcome,
        cluster: Cluster,
        reads: Reads,
        *,
        forgetful: bool = False,
    ) -> None:
        """Make a driver.

        Args:
            tenant: whose ledger it is.
            party: asks for writes.
            outcome: hears how they went.
            cluster: where the ledger is.
            reads: of resourceVersions.
            forgetful: whether whatever came of a write, the ledger is read again.

        """
        self.tenant = tenant
        self._forgetful = forgetful
        self._party = party
        self._outcome = outcome
        self._cluster = cluster
        self._reads = reads
        self._poked = asyncio.Event()
        self._rests = False
        self._backoff = Backoff(first=0.05, last=2.0)
        self._waiting: set[asyncio.Future[None]] = set()

    def poke(self) -> None:
        """Look as soon as possible."""
        self._poked.set()

    def stir(self) -> None:
        """Look again if nothing was to come: something may be now."""
        if self._rests:
            self._poked.set()

    def tell(self) -> None:
        """Wake whoever waits for a change, and look."""
        self._poked.set()
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    @property
    def awaited(self) -> bool:
        """Whether anybody waits for a change."""
        return bool(self._waiting)

    async def changed(self, seconds: float) -> None:
        """Wait until something has changed, for so long at most."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await future
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(future)

    async def run(self) -> None:
        """Drive until cancelled."""
        while True:
            self._poked.clear()
            self._rests = False
            now = steady()
            for kind in self._party.reads(now):
                self._reads.ask(kind)
            write = self._party.next_write(now)
            if write is not None:
                await self._send(write)
                self.tell()
                continue
            due = self._party.due(now)
            self._rests = due == FOREVER
            wait = IDLE if self._rests else min(max(due - now, 0.005), LONGEST)
            try:
                async with asyncio.timeout(wait):
                    await self._poked.wait()
            except TimeoutError:
                continue

    async def _send(self, write: Write) -> None:
        """Carry out a write, and tell how it went."""
        try:
            stored = await self._put(write)
        except ConflictError:
            await self._conflicted()
            how = "conflict"
        except NotFoundError:
            await self._conflicted()
            how = "gone"
        except UnreachableError:
            how = "unknown"
            await self._failed(self._outcome.unknown)
        except ApiError as error:
            how = "refused"
            log.warning("ledger not written", extra={"tenant": self.tenant, "problem": str(error)})
            # A server that is overloaded, or fails, may have stored it.
            open_ = error.status >= 500 or error.status == 429
            await self._failed(self._outcome.unknown if open_ else self._outcome.failed)
        else:
            self._backoff.succeeded()
            self._outcome.written(int(stored["metadata"]["resourceVersion"]), steady())
            how = "written"
        metrics.LEDGER_WRITES.labels(how).inc()

    async def _failed(self, tell: Callable[[float], None]) -> None:
        tell(steady())
        await asyncio.sleep(self._backoff.failed())
        if self._forgetful:
            await self._conflicted()

    async def _put(self, write: Write) -> dict[str, Any]:
        """Store the whole status over the version that it was made from."""
        if not write.base:
            # Owned by nobody: a Tenant may be made again under the same name, and what is in
            # flight must not go with the first one.
            metadata = {"labels": dict(MANAGED_LABELS)}
            manifest = BUDGET_LEDGERS.manifest(self.tenant, metadata=metadata)
            made = await self._cluster.create(BUDGET_LEDGERS, manifest)
            base = str(made["metadata"]["resourceVersion"])
        else:
            base = str(write.base)
        manifest = BUDGET_LEDGERS.manifest(
            self.tenant, metadata={"resourceVersion": base}, status=status_of(write.content)
        )
        return await self._cluster.replace(BUDGET_LEDGERS, manifest, subresource="status")

    async def _conflicted(self) -> None:
        """Read what stands now, for as long as that takes: nothing else tells how it went."""
        while True:
            try:
                current = await present(self._cluster, self.tenant)
            except (ApiError, UnreachableError):
                await asyncio.sleep(self._backoff.failed())
            else:
                self._outcome.conflicted(current, steady())
                if current is None:
                    # The leader makes it again; to ask until then would not make it sooner.
                    await asyncio.sleep(self._backoff.failed())
                return
