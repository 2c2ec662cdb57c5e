"""Leader election by a Lease: one process leads, and knows when it does not any more.

Clocks of different machines are never compared. A candidate measures with its own clock how long
a Lease has stood unchanged; the leader stops counting itself as one ``renew`` seconds after it
*sent* its last successful renewal, while others wait ``lease`` seconds after they *saw* it. The
API server's optimistic lock decides between candidates.

The library's elector is not used: it goes on leading after a connection error.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from aup import metrics
from aup.api.meta import MANAGED_LABELS
from aup.errors import (
    ApiError,
    ConflictError,
    LeadershipLostError,
    NotFoundError,
    UndecodableError,
    UnreachableError,
)
from aup.kube.backoff import jittered
from aup.kube.client import Cluster
from aup.kube.resource import LEASES
from aup.kube.wire import ObjectMeta, micro_time

log = logging.getLogger(__name__)

NEVER = float("-inf")


def steady() -> float:
    """Return seconds of a clock that only goes forward, also while the machine is suspended."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Durations in seconds; each must be well below the next."""

    retry: float = 2.0
    """Between two renewals, and between two looks of a candidate."""
    renew: float = 10.0
    """After so long without a renewal the leader counts itself as one no more."""
    lease: float = 15.0
    """After so long without a change others may take over; whole seconds on the wire."""

    def __post_init__(self) -> None:
        if not 0 < self.retry < self.renew < self.lease or self.lease != int(self.lease):
            raise ValueError(f"need 0 < retry < renew < lease, a whole number of seconds: {self}")


class LeaseSpec(msgspec.Struct, frozen=True, rename="camel"):
    """Who holds the Lease. Times on the wire are for people only."""

    holder_identity: str = ""
    lease_duration_seconds: int = 0
    lease_transitions: int = 0
    acquire_time: str = ""
    renew_time: str = ""


class Lease(msgspec.Struct, frozen=True):
    """A Lease as far as it is read."""

    metadata: ObjectMeta
    spec: LeaseSpec = LeaseSpec()


@dataclass(frozen=True, slots=True)
class Sighting:
    """The state of the Lease, and since when it has stood so by our clock."""

    lease: Lease | None
    """None when there is no such Lease."""
    since: float

    def then(self, lease: Lease | None, now: float) -> "Sighting":
        """Return what is known after another look; the clock goes on while nothing changed."""
        before = self.lease.spec if self.lease else None
        after = lease.spec if lease else None
        return Sighting(lease, self.since if before == after else now)

    def free(self, identity: str, now: float) -> bool:
        """Tell whether ``identity`` may try to take the Lease."""
        if self.lease is None:
            return True
        spec = self.lease.spec
        return (
            spec.holder_identity in {"", identity}
            or now - self.since >= spec.lease_duration_seconds
        )


class Elector:
    """A candidate for one Lease, and its leader for as long as ``leading`` is true.

    ``identity`` must be unique to the process, not only to the pod: a process that was started
    again has forgotten what it was doing.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        namespace: str,
        name: str,
        identity: str,
        times: LeaseTimes | None = None,
        clock: Callable[[], float] = steady,
    ) -> None:
        self.times = times or LeaseTimes()
        self.identity = identity
        # So brief that a renewal can be tried again before the time is up.
        self._cluster = cluster.within(self.times.renew / 3)
        self._namespace = namespace
        self._name = name
        self._clock = clock
        self._sighting = Sighting(None, NEVER)
        self._lease = Lease(ObjectMeta())
        self._until = NEVER

    @property
    def leading(self) -> bool:
        """Tell whether this process may act as the leader at this instant."""
        return self._clock() < self._until

    def fence(self) -> None:
        """Raise LeadershipLostError unless leading: the guard of every write of the leader."""
        if not self.leading:
            raise LeadershipLostError(lease=self._path, problem="it was not renewed in time")

    async def acquire(self) -> None:
        """Wait until this process leads; faults of the API server are logged and waited out."""
        log.info("waiting for the lease", extra={"lease": self._path, "identity": self.identity})
        while True:
            if await self._try():
                break
            await asyncio.sleep(jittered(self.times.retry))
        metrics.LEADER.set(1)
        log.info("lease acquired", extra={"lease": self._path, "identity": self.identity})

    async def hold(self) -> NoReturn:
        """Renew until that fails for too long or somebody else holds the Lease.

        Raises LeadershipLostError, from which there is no way back: end the process, since other
        tasks may be in the middle of something.
        """
        try:
            while True:
                left = self._until - self._clock()
                await asyncio.sleep(min(jittered(self.times.retry), max(left, 0)))
                self.fence()
                await self._renew()
        except LeadershipLostError as error:
            self._stop()
            log.critical("lease lost", extra={"lease": self._path, "problem": error.problem})
            raise

    async def release(self) -> None:
        """Stop leading and let the next candidate in at once; for a clean end of the process."""
        held = self.leading
        self._stop()
        if not held:
            return
        try:
            await self._patch({"holderIdentity": "", "leaseDurationSeconds": 1})
        except (ApiError, UnreachableError) as error:
            log.warning("lease not released", extra={"lease": self._path, "problem": str(error)})

    async def _try(self) -> bool:
        """Look at the Lease, take it if it is free, and tell whether that worked."""
        try:
            lease = await self._read()
            now = self._clock()
            self._sighting = self._sighting.then(lease, now)
            if not self._sighting.free(self.identity, now):
                return False
            await self._take(lease, now)
        except ConflictError:
            # Another candidate was faster.
            return False
        except (ApiError, UnreachableError, UndecodableError) as error:
            log.warning("lease not read", extra={"lease": self._path, "problem": str(error)})
            return False
        return True

    async def _take(self, lease: Lease | None, now: float) -> None:
        """Write our name into the Lease; ConflictError when somebody else did meanwhile."""
        times = {"acquireTime": micro_time(), "renewTime": micro_time()}
        spec = {"holderIdentity": self.identity, "leaseDurationSeconds": int(self.times.lease)}
        if lease is None:
            manifest = LEASES.manifest(
                self._name,
                namespace=self._namespace,
                metadata={"labels": MANAGED_LABELS},
                spec=spec | times | {"leaseTransitions": 0},
            )
            created = await self._cluster.create(LEASES, manifest)
            self._lease = msgspec.convert(created, Lease)
        else:
            self._lease = lease
            transitions = lease.spec.lease_transitions + 1
            await self._patch(spec | times | {"leaseTransitions": transitions})
        self._until = now + self.times.renew

    async def _renew(self) -> None:
        """Renew once; a fault that may pass is logged and leaves the time that is left."""
        now = self._clock()
        try:
            try:
                await self._patch({"renewTime": micro_time()})
            except ConflictError:
                # Somebody edited the Lease, or our last write arrived but its answer did not.
                lease = await self._read()
                if lease is None or lease.spec.holder_identity != self.identity:
                    holder = lease.spec.holder_identity if lease else ""
                    raise LeadershipLostError(
                        lease=self._path, problem=f"it is held by {holder or 'nobody'}"
                    ) from None
                self._lease = lease
                await self._patch({"renewTime": micro_time()})
        except NotFoundError:
            raise LeadershipLostError(lease=self._path, problem="it was deleted") from None
        except (ApiError, UnreachableError, UndecodableError) as error:
            log.warning("lease not renewed", extra={"lease": self._path, "problem": str(error)})
        else:
            self._until = now + self.times.renew

    async def _read(self) -> Lease | None:
        return await self._cluster.get_or_none(
            LEASES, self._name, into=Lease, namespace=self._namespace
        )

    async def _patch(self, spec: dict[str, Any]) -> None:
        """Change the Lease as it was last read, or raise ConflictError."""
        changed = await self._cluster.merge_patch(
            LEASES,
            self._name,
            {"spec": spec},
            namespace=self._namespace,
            resource_version=self._lease.metadata.resource_version,
        )
        self._lease = msgspec.convert(changed, Lease)

    def _stop(self) -> None:
        self._until = NEVER
        metrics.LEADER.set(0)

    @property
    def _path(self) -> str:
        return f"{self._namespace}/{self._name}"
