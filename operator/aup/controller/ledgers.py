"""Leads the ledgers: opens those of new budgets, and clears up after replicas that died."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

from typing_extensions import override

from aup import metrics
from aup.budget.figures import Figures, Taken
from aup.controller.context import Context
from aup.controller.lead import Lead, Party
from aup.controller.reconciler import Reconciler
from aup.errors import ConflictError, NotFoundError
from aup.kube.lease import steady
from aup.kube.resource import BUDGET_LEDGERS, LEASES, NAMESPACES
from aup.kube.watch import Informer
from aup.kube.wire import Head, ObjectKey, typed
from aup.ledger.amounts import decimals
from aup.ledger.horizon import Horizon
from aup.ledger.identity import Sightings
from aup.ledger.leader import Leader
from aup.ledger.record import Ledger, standing
from aup.ledger.wire import read_ledger
from aup.live.budgets import Budgets, Held
from aup.live.counted import KINDS, OF_KIND, Counted, Listener, Stored
from aup.live.drivers import Driver, Reads
from aup.live.replica_lease import REPLICA_LABEL, lease_name, replica_of

THE_REPLICAS: Final = ObjectKey("", "replicas")
"""The only key."""
LOOK_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


class Ledgers(Reconciler, Listener):
    """One leader for each tenant with a budget."""

    name = "ledgers"

    def __init__(self, context: Context, in_force: Callable[[], bool]) -> None:
        """Args: ``in_force`` tells whether the API server asks the webhook and trusts it."""
        self._context = context
        self._in_force = in_force
        self._settings = context.settings
        self._release = context.settings.fullname
        self._margins = context.settings.margins
        self._horizon = Horizon()
        self._sightings = Sightings(self._margins.lease + self._margins.drift)
        self._reads = Reads(context.cluster, self._horizon, context.surroundings.watch_of)
        self._led: dict[str, Lead] = {}
        self._stalled: set[str] = set()
        """Tenants of whose budget something stays in flight; the log has told so."""
        self._listeners: list[Callable[[str], None]] = []
        self._begun = False
        self._budgets = Budgets(context.world)
        self._counted = Counted(context.surroundings.watched, self._horizon, self)
        context.surroundings.follow(self._claimed, self._counted.namespaces_until)
        self._ledgers = Informer(
            context.cluster, BUDGET_LEDGERS, read_ledger, on_change=self._changed
        )
        self._leases = Informer(
            context.cluster,
            LEASES,
            typed(Head),
            namespace=self._settings.namespace,
            labels=f"{REPLICA_LABEL}={self._settings.fullname}",
            on_change=self._seen,
        )

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of ledgers and of replicas; what is counted others watch, too."""
        return (self._ledgers, self._leases)

    @override
    def first_keys(self) -> tuple[ObjectKey, ...]:
        """Begin at once."""
        return (THE_REPLICAS,)

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Tell of each tenant whose ledger has changed."""
        self._listeners.append(listener)

    def figures(self, tenant: str) -> Figures | None:
        """Return how a tenant stands with its budget; ``None`` where no ledger says."""
        led = self._led.get(tenant)
        ledger = led.leader.ledger if led and led.held else None
        if ledger is None or not ledger.edition:
            return None
        found = standing(ledger)
        return Figures(
            decimals(found.hard),
            decimals(found.used),
            decimals(found.in_flight),
            ledger.hard.keys() - ledger.open,
        )

    def awaits(self, tenant: str) -> bool:
        """Tell whether a tenant has a budget whose ledger is not there, or not read yet."""
        held = self._budgets.of(tenant)
        return bool(held and held.hard) and self.figures(tenant) is None

    def taken(self, tenant: str, namespace: str) -> Iterator[Taken]:
        """Yield what each owner takes in a namespace of the tenant."""
        if (led := self._led.get(tenant)) and led.held:
            yield from led.held.taken(namespace, self._counted.owned_in(namespace))

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Look after the replicas, and let leaders know what all of them charge by."""
        await self._fence()
        live = frozenset(replica_of(self._release, key.name) for key in self._leases.items)
        for replica in sorted(
            {r for led in self._led.values() for r in led.leader.strangers(live)}
        ):
            await self._fence_stranger(replica)
        in_force = self._in_force()
        for tenant, led in tuple(self._led.items()):
            ledger = led.leader.ledger
            aware = ledger and in_force and not led.leader.unaware(live)
            if ledger and aware and led.leader.known(ledger.edition, steady()):
                led.driver.poke()
            if led.task.done():
                log.error("ledger stopped", extra={"tenant": tenant}, exc_info=led.task.exception())
                metrics.LEDGER_WRITES.labels("stopped").inc()
                led.task = asyncio.create_task(led.driver.run())
            if led.held is None:
                await self._end(tenant, led)
        self._count_stalled()
        return LOOK_SECONDS

    @override
    async def begin(self) -> None:
        """Lead the ledgers of all budgets, and what is left of budgets that were.

        Statuses tell of them, and would be written twice after each start.
        """
        self._begun = True
        self._budgets.subscribe(self._held)
        for tenant in (*self._budgets.tenants, *(key.name for key in self._ledgers.items)):
            self._held(tenant, self._budgets.of(tenant))
            await asyncio.sleep(0)

    def _count_stalled(self) -> None:
        """Tell of tenants of whose budget something stays in flight."""
        now = steady()
        stalled = {tenant for tenant, led in self._led.items() if led.leader.stalled(now)}
        for tenant in sorted(stalled - self._stalled):
            log.warning("share stays in flight", extra={"tenant": tenant})
        self._stalled = stalled
        metrics.LEDGERS_STALLED.set(len(stalled))

    async def _fence(self) -> None:
        """Delete the Leases of replicas that are dead, each as we saw it last."""
        for replica, version in self._sightings.expired(steady()):
            name = lease_name(self._release, replica)
            try:
                await self._context.cluster.delete(
                    LEASES, name, namespace=self._settings.namespace, resource_version=version
                )
            except (ConflictError, NotFoundError):
                # It lives, or somebody was faster; the watch tells which.
                continue
            self._fenced(replica)

    async def _fence_stranger(self, replica: str) -> None:
        """Fence a share whose replica has no Lease, if that is really so."""
        found = await self._context.cluster.get_or_none(
            LEASES, lease_name(self._release, replica), namespace=self._settings.namespace
        )
        if found is None:
            self._fenced(replica)

    def _fenced(self, replica: str) -> None:
        now = steady()
        self._sightings.gone(replica)
        for led in self._led.values():
            if led.leader.ledger and replica in led.leader.ledger.shares:
                led.leader.fence(replica, now)
                led.driver.poke()

    def _seen(self, key: ObjectKey, _old: Head | None, new: Head | None) -> None:
        if new is None:
            self._sightings.gone(replica_of(self._release, key.name))
        else:
            self._sightings.seen(
                replica_of(self._release, key.name), new.metadata.resource_version, steady()
            )

    def _changed(self, key: ObjectKey, _old: Ledger | None, new: Ledger | None) -> None:
        if led := self._led.get(key.name):
            led.leader.refreshed(new, steady())
            led.driver.tell()
        elif self._begun and new is not None:
            self._lead_out(key.name)
        for listener in self._listeners:
            listener(key.name)

    @override
    def stored(self, namespace: str, kind: str, found: Stored) -> None:
        """Tell the leader of the namespace's tenant."""
        if led := self._of(namespace):
            led.observed(namespace, kind, found)

    @override
    def gone(self, namespace: str, kind: str, uid: str) -> None:
        """Tell the leader of the namespace's tenant."""
        if led := self._of(namespace):
            led.deleted(kind, uid)

    @override
    def progressed(self) -> None:
        """Nobody waits here."""

    def _of(self, namespace: str) -> Lead | None:
        return self._led.get(self._context.surroundings.tenant_of(namespace) or "")

    def _claimed(self, namespace: str, before: str | None, after: str | None) -> None:
        was, now = self._led.get(before or ""), self._led.get(after or "")
        for kind, found in self._counted.of_namespace(namespace):
            if was is not None:
                was.deleted(kind, found.uid)
            if now is not None:
                now.observed(namespace, kind, found)

    def _held(self, tenant: str, held: Held | None) -> None:
        if held is None or not held.hard:
            self._lead_out(tenant)
            return
        led = self._led.get(tenant) or self._begin(tenant, held)
        led.held = held
        for namespace in self._context.surroundings.namespaces_of(tenant):
            for kind, found in self._counted.of_namespace(namespace):
                led.observed(namespace, kind, found)
        led.leader.budget(held.hard, _kinds(held))
        led.driver.poke()

    def _lead_out(self, tenant: str) -> None:
        """Let a ledger go that limits nothing any more, as soon as nothing of it is in flight."""
        led = self._led.get(tenant)
        is_there = led is not None or ObjectKey("", tenant) in self._ledgers.items
        if not is_there or not self._is_free(tenant):
            return
        led = led or self._begin(tenant, None)
        led.held = None
        led.leader.budget({}, KINDS)
        led.driver.poke()

    def _is_free(self, tenant: str) -> bool:
        """Tell whether a tenant is known to have no budget; what cannot be read frees nobody."""
        key, world = ObjectKey("", tenant), self._context.world
        held = self._budgets.of(tenant)
        if (held and held.hard) or key in world.tenants.undecodable:
            return False
        gone = key not in world.tenants.items
        return gone or world.terms(tenant, self._context.now()) is not None

    async def _end(self, tenant: str, led: Lead) -> None:
        """Delete a ledger as it was when nothing was in flight, and then lead it no more."""
        if led.leader.ledger is None:
            led.end()
            del self._led[tenant]
        elif version := led.leader.idle:
            with contextlib.suppress(ConflictError, NotFoundError):
                await self._context.cluster.delete(
                    BUDGET_LEDGERS, tenant, resource_version=str(version)
                )

    def _begin(self, tenant: str, held: Held | None) -> Lead:
        kinds = _kinds(held) if held else frozenset(KINDS)
        leader = Leader(f"leader-{uuid4()}", kinds, self._horizon, self._margins)
        party = Party(leader)
        driver = Driver(tenant, party, party, self._context.cluster, self._reads, forgetful=True)
        leader.refreshed(self._ledgers.items.get(ObjectKey("", tenant)), steady())
        led = self._led[tenant] = Lead(leader, driver, held)
        return led


def _kinds(held: Held) -> frozenset[str]:
    """Return the kinds that a budget counts; whose their objects are, namespaces tell."""
    counted = (OF_KIND[kind] for kind in held.meter.resources if kind in OF_KIND)
    return frozenset((NAMESPACES.plural, *counted))
