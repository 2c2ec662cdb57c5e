"""The budgets of all tenants at this replica: what may be admitted, and the ledgers behind it."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Final

from typing_extensions import override

from aup import metrics
from aup.budget.words import Room
from aup.engine.decision import Decision
from aup.kube.client import Cluster
from aup.kube.lease import steady
from aup.kube.resource import BUDGET_LEDGERS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey
from aup.ledger.account import Account
from aup.ledger.amounts import decimals
from aup.ledger.entry import Entry
from aup.ledger.escrow import EscrowAccount
from aup.ledger.horizon import Horizon
from aup.ledger.margins import Bounds
from aup.ledger.record import Ledger
from aup.ledger.reservation import ReservationAccount
from aup.ledger.verdict import Allowed, Closed, Verdict, Why
from aup.ledger.wire import read_ledger
from aup.live.budgets import Budgets, Held
from aup.live.counted import Counted, Listener, Stored
from aup.live.drivers import Driver, Reads
from aup.live.replica_lease import ReplicaLease
from aup.live.surroundings import LiveSurroundings
from aup.server.charge import Charge
from aup.server.opened import Opened, Waits, admission
from aup.settings import LedgerProtocol, Settings

BOUNDS: Final = Bounds()
ANSWER_SECONDS: Final = 0.2
"""Kept for the way of the answer."""

log = logging.getLogger(__name__)


class Accounts(Listener):
    """Opens an account for each tenant that has a budget."""

    def __init__(
        self,
        cluster: Cluster,
        surroundings: LiveSurroundings,
        budgets: Budgets,
        horizon: Horizon,
        settings: Settings,
    ) -> None:
        self._cluster = cluster
        self._surroundings = surroundings
        self._budgets = budgets
        self._horizon = horizon
        self._protocol = settings.ledger
        self._margins = settings.margins
        self._reads = Reads(cluster, horizon, surroundings.watch_of)
        self._series = 0
        self._open: dict[str, Opened] = {}
        self._wanting: set[Driver] = set()
        """For whom requests wait."""
        self._counted = Counted(surroundings.watched, horizon, self)
        surroundings.follow(self._claimed, self._counted.namespaces_until)
        self.lease = ReplicaLease(
            cluster, settings.namespace, settings.fullname, self._margins, self._reopen
        )
        self.ledgers = Informer(cluster, BUDGET_LEDGERS, read_ledger, on_change=self._changed)

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run beside the surroundings, and be synced before `open`."""
        return (self.ledgers,)

    def budget(self, tenant: str) -> Held | None:
        """Return a tenant's budget; ``None`` when it has none that a ledger counts."""
        return self._budgets.of(tenant)

    async def open(self) -> None:
        """Open the account of each tenant; between any two others have their turn."""
        self._budgets.subscribe(self._held)
        for tenant in self._budgets.tenants:
            self._held(tenant, self._budgets.of(tenant))
            await asyncio.sleep(0)

    async def run(self) -> None:
        """Keep the replica's Lease until cancelled."""
        await self.lease.run()

    async def hand_back(self, seconds: float) -> None:
        """Admit nothing more and return every share, for a clean end."""
        for one in self._open.values():
            one.account.drain()
            one.driver.poke()
        deadline = steady() + seconds
        for one in self._open.values():
            while self._holds(one) and (left := deadline - steady()) > 0:
                await one.driver.changed(left)
        for one in self._open.values():
            if one.task is not None:
                one.task.cancel()
        await self.lease.release()

    def _holds(self, one: Opened) -> bool:
        ledger = one.account.ledger
        return bool(ledger and ledger.share(self.lease.identity.uid).amounts)

    async def settle(self, charge: Charge, seconds: float) -> Decision:
        """Return the decision with what the tenant's ledger says, within so many seconds."""
        tenant = charge.terms.tenant
        if charge.takes:
            now = steady()
            until = now + min(self._margins.patience, seconds - ANSWER_SECONDS)
            waits = Waits(until, now + seconds, self._wanting)
            verdict = await admission(lambda: self._open.get(tenant), charge.entry, waits)
        else:
            verdict = self._look(tenant, charge.entry)
            if isinstance(verdict, Closed) and not charge.binding:
                # The policy does not refuse yet: what cannot be told is no warning.
                return charge.decision
        kind = "" if charge.takes else "dry_"
        metrics.LEDGER_VERDICTS.labels(f"{kind}{type(verdict).__name__.lower()}").inc()
        beside = self._look(tenant, charge.beside) if charge.beside else Allowed()
        return charge.answered(verdict, beside)

    def room(self, tenant: str) -> Room | None:
        """Return how a tenant stands with its budget; ``None`` while that is not known."""
        one = self._open.get(tenant)
        found = one.account.outlook if one else None
        if found is None:
            return None
        return Room(decimals(found.hard), decimals(found.left), decimals(found.in_flight))

    def names(self, kind: str, namespace: str) -> Iterable[str]:
        """Return the names of all of a counted kind that is in a namespace."""
        return self._counted.names(kind, namespace)

    def _look(self, tenant: str, entry: Entry) -> Verdict:
        """Say what would be decided, and take nothing."""
        found = self._open.get(tenant)
        if found is None or not found.limits:
            return Closed(Why.NO_LEDGER)
        return found.account.look(entry, steady())

    @override
    def stored(self, namespace: str, kind: str, found: Stored) -> None:
        """Tell the account of the namespace's tenant."""
        if one := self._of(namespace):
            one.observed(namespace, kind, found)
            one.driver.tell()

    @override
    def gone(self, namespace: str, kind: str, uid: str) -> None:
        """Tell the account of the namespace's tenant."""
        if one := self._of(namespace):
            one.account.deleted(kind, uid)
            one.driver.tell()

    @override
    def progressed(self) -> None:
        """Let those look for whom somebody waits."""
        for driver in self._wanting:
            driver.tell()

    def _claimed(self, namespace: str, before: str | None, after: str | None) -> None:
        """Take objects along with a namespace that has come, gone, or changed hands."""
        was, now = self._open.get(before or ""), self._open.get(after or "")
        for kind, found in self._counted.of_namespace(namespace):
            if was is not None:
                was.account.departed(kind, found.uid)
            if now is not None:
                now.observed(namespace, kind, found)
        for one in (was, now):
            if one is not None:
                one.driver.tell()

    def _of(self, namespace: str) -> Opened | None:
        return self._open.get(self._surroundings.tenant_of(namespace) or "")

    def _held(self, tenant: str, held: Held | None) -> None:
        """Open or change a tenant's account, or close it once what it holds has gone back."""
        if held is None or not held.hard:
            self._close_idle(tenant)
        elif (one := self._open.get(tenant)) is None:
            self._begin(tenant, held)
        else:
            one.held = held
            self._feed(tenant, one)

    def _begin(self, tenant: str, held: Held) -> None:
        account = self._account()
        driver = Driver(tenant, account, account, self._cluster, self._reads)
        one = self._open[tenant] = Opened(account, driver, held)
        self._feed(tenant, one)
        ledger = self.ledgers.items.get(ObjectKey("", tenant))
        account.refreshed(ledger, steady())
        one.task = asyncio.create_task(self._drive(tenant, one))

    async def _drive(self, tenant: str, one: Opened) -> None:
        try:
            await one.driver.run()
        except Exception:
            # Nothing of this tenant may be admitted on a state that nobody keeps.
            log.exception("ledger stopped", extra={"tenant": tenant})
            self._open.pop(tenant, None)
            metrics.LEDGER_WRITES.labels("stopped").inc()
            await asyncio.sleep(1)
            if held := self._budgets.of(tenant):
                self._held(tenant, held)

    def _account(self) -> Account:
        made = ReservationAccount if self._protocol is LedgerProtocol.RESERVATION else EscrowAccount
        account = made(self.lease.identity, self._horizon, self._margins, BOUNDS)
        # It may have had one of this tenant before, which a mistake or the loss of a budget ended.
        self._series += 1
        account.resumes(self._series)
        return account

    def _feed(self, tenant: str, one: Opened) -> None:
        """Tell an account all objects that exist."""
        for namespace in self._surroundings.namespaces_of(tenant):
            for kind, found in self._counted.of_namespace(namespace):
                one.observed(namespace, kind, found)
        one.account.measures(one.held.hard)
        one.driver.tell()

    def _close_idle(self, tenant: str) -> None:
        """Close the account of a tenant without budget and ledger."""
        held = self._budgets.of(tenant)
        if not (held and held.hard) and ObjectKey("", tenant) not in self.ledgers.items:
            self._close(tenant)

    def _close(self, tenant: str) -> None:
        one = self._open.pop(tenant, None)
        if one is not None and one.task is not None:
            one.task.cancel()

    def _reopen(self) -> None:
        """Begin all accounts anew, as somebody else."""
        for tenant in (tenants := tuple(self._open)):
            self._close(tenant)
        for tenant in tenants:
            self._held(tenant, self._budgets.of(tenant))

    def _changed(self, key: ObjectKey, _old: Ledger | None, new: Ledger | None) -> None:
        if one := self._open.get(key.name):
            one.account.refreshed(new, steady())
            if one.account.fenced:
                self.lease.look()
            one.driver.tell()
            self._close_idle(key.name)
