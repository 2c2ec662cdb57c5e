"""The admission service of one replica: its watches, its certificate and its listener."""

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from typing_extensions import override

from aup import metrics
from aup.budget.words import Room
from aup.engine.decision import Decision
from aup.facts import certificate_request
from aup.kube.client import Cluster
from aup.kube.resource import SECRETS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.ledger.horizon import Horizon
from aup.live.budgets import Budgets, Held
from aup.live.controllers import Controllers
from aup.live.grants import Grants
from aup.live.surroundings import LiveSurroundings
from aup.live.world import LiveWorld
from aup.server.accounts import Accounts
from aup.server.app import App
from aup.server.charge import Charge
from aup.server.early import Present, Unknown
from aup.server.judge import Judge
from aup.server.listener import Listener
from aup.server.queue import FairQueue
from aup.server.tls import Certificate, TLSSecret
from aup.settings import LedgerProtocol, Settings

HAND_BACK_SECONDS = 5.0
"""How long the ledgers may take to take back what a replica that ends has checked out."""

log = logging.getLogger(__name__)


class AdmissionService:
    """Judges requests as soon as everything that a judgement needs has been read once."""

    def __init__(self, reader: Cluster, settings: Settings) -> None:
        self._settings = settings
        self.surroundings = LiveSurroundings(reader)
        self.world = LiveWorld(
            reader,
            settings.namespace,
            frozenset((*settings.platform_namespaces, settings.namespace)),
        )
        self.grants = Grants(reader)
        self._accounts: Accounts | None = None
        self._counting: tuple[Informer[Any], ...] = ()
        budgets = Budgets(self.world)
        self._present: Present = _Native(budgets, self.surroundings)
        if settings.ledger is not LedgerProtocol.NATIVE:
            self._accounts = Accounts(reader, self.surroundings, budgets, Horizon(), settings)
            controllers = Controllers(reader)
            self._counting = (*self._accounts.informers, *controllers.informers)
            self._present = _Present(self._accounts, self.surroundings, controllers)
        self._certificate = Certificate()
        self._secrets = Informer(
            reader,
            SECRETS,
            typed(TLSSecret),
            namespace=settings.namespace,
            fields=f"metadata.name={settings.certificate_secret}",
            on_change=self._certificate_changed,
        )
        self._queue = FairQueue(lane=settings.queue_per_tenant, clock=time.monotonic)
        metrics.ADMISSION_QUEUE.set_function(lambda: len(self._queue))
        self._have_certificate = asyncio.Event()
        self._listener: Listener | None = None

    @property
    def _informers(self) -> tuple[Informer[Any], ...]:
        return (
            *self.surroundings.informers,
            *self.world.informers,
            self.grants.informer,
            self._secrets,
            *self._counting,
        )

    def checks(self) -> dict[str, Callable[[], str]]:
        """Return what ``/readyz`` reports: every watch synced, a certificate, a listener."""
        return {
            "watches": self._watches,
            "certificate": lambda: "" if self._certificate.loaded else "no certificate yet",
            "listener": self._listens,
        }

    async def run(self) -> None:
        """Serve until cancelled; then answer what was asked, and hand back what is checked out."""
        parts = asyncio.create_task(self._run())
        try:
            await asyncio.shield(parts)
        finally:
            if not parts.done():
                await self._end()
            parts.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await parts

    async def _end(self) -> None:
        """Take leave while everything still runs."""
        if self._listener is not None:
            await self._listener.end()
        if self._accounts is not None:
            await self._accounts.hand_back(HAND_BACK_SECONDS)

    async def _run(self) -> None:
        """Run all parts. The end of any of them is the end of the process."""
        async with asyncio.TaskGroup() as tasks:
            for informer in self._informers:
                tasks.create_task(informer.run())
            tasks.create_task(self.world.run())
            await asyncio.gather(*(informer.synced.wait() for informer in self._informers))
            await self.world.compiled.wait()
            await self._have_certificate.wait()
            if self._accounts:
                await self._accounts.open()
                tasks.create_task(self._accounts.run())
            certificate_request.prepare()
            # What was read at the start lives as long as the process: keep the collector off it.
            gc.collect()
            gc.freeze()
            tasks.create_task(self._queue.serve())
            tasks.create_task(self._listen())

    async def _listen(self) -> None:
        """Answer on the admission port."""
        till = self._accounts or _NoLedgers()
        source = _Source(self.world, self.surroundings, self.grants, till.budget)
        judge = Judge(source, self.surroundings, _now, self._present)
        app = App(
            judge,
            self._queue,
            till,
            deadline=self._settings.deadline_seconds,
            body_limit=self._settings.body_limit_bytes,
            clock=time.monotonic,
        )
        self._listener = Listener(
            app,
            self._settings.admission_host,
            self._settings.admission_port,
            self._certificate.context,
        )
        metrics.ADMISSION_CONNECTIONS.set_function(partial(len, self._listener.alive))
        await self._listener.serve()

    def _listens(self) -> str:
        return "" if self._listener and self._listener.listens else "not listening yet"

    def _watches(self) -> str:
        waiting = [i.resource.plural for i in self._informers if not i.synced.is_set()]
        return f"not synced: {', '.join(waiting)}" if waiting else ""

    def _certificate_changed(
        self, _key: ObjectKey, _old: TLSSecret | None, new: TLSSecret | None
    ) -> None:
        """Swap the certificate; a broken or deleted Secret leaves the one that is served."""
        if new is not None and self._certificate.load(new):
            self._have_certificate.set()
            log.info("certificate loaded")
        else:
            log.warning(
                "no usable certificate in the secret",
                extra={"serving_with_an_earlier_one": self._certificate.loaded},
            )


class _Source:
    """Terms by namespace: the stamp says the tenant, the world says its terms."""

    def __init__(
        self,
        world: LiveWorld,
        surroundings: LiveSurroundings,
        grants: Grants,
        budget: Callable[[str], Held | None],
    ) -> None:
        self.tenant_of = surroundings.tenant_of
        self.tenants_of = world.tenants_of
        self.terms = world.terms
        self.grants = grants.in_force
        self.budget = budget


class _Present:
    """What exists of what budgets count, and of what makes it."""

    def __init__(
        self, accounts: Accounts, surroundings: LiveSurroundings, controllers: Controllers
    ) -> None:
        self.budget = accounts.budget
        self.room = accounts.room
        self.names = accounts.names
        self.nodes = surroundings.daemons
        self.controller = controllers.find


class _Native(Unknown):
    """What is known where native quotas hold budgets: how large each is, not what is left of it."""

    def __init__(self, budgets: Budgets, surroundings: LiveSurroundings) -> None:
        self._budgets = budgets
        self._surroundings = surroundings

    @override
    def budget(self, tenant: str) -> Held | None:
        """Return a tenant's budget."""
        return self._budgets.of(tenant)

    @override
    def room(self, tenant: str) -> Room | None:
        """Return all of it that native quotas hold."""
        held = self.budget(tenant)
        return None if held is None else Room(held.by_quota, held.by_quota, whole=True)

    @override
    def nodes(self, template: bytes) -> int:
        """Return on how many nodes a DaemonSet of this template runs."""
        return self._surroundings.daemons(template)


class _NoLedgers:
    """Stands in for accounts where the API server's own quotas are all that there is."""

    def budget(self, _tenant: str) -> Held | None:
        """Return nothing: no ledger counts anything."""
        return None

    async def settle(self, charge: Charge, _seconds: float) -> Decision:
        """Return the decision as it stands."""
        return charge.decision


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def serving(service: AdmissionService) -> AsyncIterator[asyncio.Task[None]]:
    """Run a service beside the body; it is stopped at the end."""
    task = asyncio.create_task(service.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
