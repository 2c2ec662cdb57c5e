"""Tenants: their namespaces are stamped, their budget is shared out, their status tells of it.

The order is what matters. A namespace gets its limit range, then its quota, and only when the API
server admits by that quota and a ready replica of the admission service has answered is it stamped
for the first time: so nothing that runs there is refused on the way. A stamped namespace whose
quota gains a key says ``unsettled`` until the key counts. Whoever loses a namespace loses the quota
first and the stamps last, since they are what leads back here after a crash.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from aup import metrics
from aup.api.meta import BudgetState
from aup.api.tenant import Tenant
from aup.budget.planner import (
    NO_BUDGET,
    Allowance,
    Planner,
    TenantBudget,
    backstop,
    plan,
    read_budget,
)
from aup.controller.allowances import Allowances
from aup.controller.budget_uses import BudgetUses, Shared
from aup.controller.claims import LiveClaims
from aup.controller.context import Context
from aup.controller.ledgers import Ledgers
from aup.controller.namespaces import Namespaces
from aup.controller.probe import Probe
from aup.controller.quotas import LiveQuotas
from aup.controller.reconciler import NEVER, Reconciler, Wake, asleep
from aup.controller.status import write_status
from aup.kube.events import Regarding
from aup.kube.resource import TENANTS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey
from aup.live.surroundings import LiveNamespace
from aup.policy.terms import Terms
from aup.tenancy.tenant import BudgetReport, tenant_status

ALL = ObjectKey("", "")
"""Key of the run that computes the claims of everybody; no object has an empty name."""
SETTLE_SECONDS = 0.05
"""Changes that come together are looked at together."""
REFRESH_SHARE = 10
"""Claims, which take the longer the more namespaces there are, take a tenth of the time at most."""
USE_SECONDS = 0.5
"""So soon a quota that must not refuse anything yet follows the use, which it leaves twice."""
RETRY_SECONDS = 1.0
"""Pause before a namespace that waits is looked at again."""
LOCKED_SECONDS = 30.0
"""Pause before a namespace that nobody claims is looked at again while it is quarantined."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """A tenant's budget and what each namespace is to get of it."""

    budget: TenantBudget
    problems: tuple[str, ...] = ()
    plan: Mapping[str, Allowance] = field(default_factory=dict)


NO_SHARES = _Shares(NO_BUDGET)


class Tenancy(Reconciler):
    """Works on tenants by name, and on `ALL` when claims may have changed."""

    name = "tenancy"
    kinds = (TENANTS,)
    lanes = 4

    def __init__(self, context: Context, probe: Probe, ledgers: Ledgers | None) -> None:
        """Args: ``ledgers`` where budgets are held by any."""
        self._context = context
        self._claims = LiveClaims(context)
        self._quotas = LiveQuotas(context, on_quota=self._quota_changed, on_use=self._use_changed)
        self._namespaces = Namespaces(context, self._quotas, probe)
        self._plan: Planner = backstop if ledgers else plan
        self._ledgers = ledgers
        self.uses = BudgetUses(context, self._quotas, ledgers)
        self._over: set[str] = set()
        """Tenants of which more is in use than their budget."""
        self._wake: Wake = asleep
        self._enforcing: dict[str, bool] = {}
        self._pause = SETTLE_SECONDS
        """How long namespaces may change until claims are computed again."""

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of quotas, limit ranges and pods."""
        return self._quotas.informers

    @override
    def attach(self, wake: Wake) -> None:
        """Be woken by claims, namespaces, quotas and pods."""
        self._wake = wake
        self._context.world.on_compiled(self._world_changed)
        self._context.surroundings.namespaces.subscribe(self._namespace_changed)
        if self._ledgers:
            self._ledgers.on_change(self._tenant_changed)

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with the claims."""
        return (ALL,)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Compute claims, or settle one tenant."""
        if key == ALL or self._claims.stale:
            self._refresh()
        if key == ALL:
            return NEVER
        await self._release(key.name)
        found = self._context.world.tenants.items.get(key)
        if found is None:
            self._forget(key.name)
            return NEVER
        # One that is not compiled yet is woken with the world in which it is.
        compiled = key.name in self._context.world.world.accounts
        return await self._settle(found) if compiled else None

    def _refresh(self) -> None:
        """Compute the claims of everybody."""
        began = time.monotonic()
        for tenant in self._claims.refresh():
            self._wake(ObjectKey("", tenant))
        self._pause = max(SETTLE_SECONDS, REFRESH_SHARE * (time.monotonic() - began))

    async def _settle(self, tenant: Tenant) -> float | None:
        """Bring one tenant's namespaces to where they must be, and tell of it."""
        name, now = tenant.metadata.name, self._context.now()
        terms = self._context.world.terms(name, now)
        current = self._claims.current
        if terms is None:
            await self._tell(tenant, current.stamped.get(name, ()), BudgetReport(BudgetState.NONE))
            return None
        owned = current.claims.by_tenant.get(name, ())
        shares = self._shares(tenant, terms, owned)
        allowances = Allowances(self._context.cluster, self._quotas, shares.plan, owned)
        # Stamps that stand come first: a key that does not count yet is told before it is written.
        await self._namespaces.stamp_again(terms, allowances)
        await allowances.write()
        waits = await self._namespaces.stamp_first(terms, allowances)
        stamped = [namespace for namespace in owned if namespace not in waits]
        await self._tell(tenant, stamped, self._report(tenant, shares, allowances), waits)
        await self._tell_start(tenant, terms)
        if (due := self.uses.due(name)) is not None:
            self._wake(ObjectKey("", name), max(due, USE_SECONDS))
        return RETRY_SECONDS if waits else _seconds(terms.good_until, now)

    def _shares(self, tenant: Tenant, terms: Terms, owned: tuple[str, ...]) -> _Shares:
        """Share a budget out over the tenant's namespaces."""
        edition = self._context.world.world.edition_of(tenant.metadata.name)
        if edition is None:
            return NO_SHARES
        budget, problems = read_budget(tenant.spec.budget, edition.spec.resources)
        uses = [self._quotas.use(namespace, budget.defaults) for namespace in owned]
        return _Shares(budget, problems, self._plan(budget, uses, enforcing=terms.enforcing))

    async def _release(self, tenant: str) -> None:
        """Give back the namespaces that carry the tenant's stamp and that nobody claims."""
        world, current = self._context.world, self._claims.current
        if ObjectKey("", tenant) in world.tenants.undecodable:
            # What it claims cannot be read now, which is no reason to open anything.
            return
        for namespace in current.stamped.get(tenant, ()):
            if namespace in current.claims.owners:
                continue
            if not await self._namespaces.release(namespace, tenant):
                self._wake(ObjectKey("", tenant), LOCKED_SECONDS)

    def _report(self, tenant: Tenant, shares: _Shares, allowances: Allowances) -> BudgetReport:
        """Return how the budget stands."""
        name = tenant.metadata.name
        shared = Shared(shares.budget, shares.plan)
        use = self.uses.of(name, shared, tenant.status.budget)
        self._count(name, over=bool(use and use.over))
        if use is None and not any(allowance.hard for allowance in shares.plan.values()):
            return BudgetReport(BudgetState.NONE, problems=shares.problems)
        return BudgetReport(allowances.state, use, shares.problems)

    def _count(self, tenant: str, *, over: bool) -> None:
        """Count the tenants that are over their budget."""
        (self._over.add if over else self._over.discard)(tenant)
        metrics.BUDGETS_OVER.set(len(self._over))

    def _forget(self, tenant: str) -> None:
        """Forget a tenant that is no more."""
        self._count(tenant, over=False)
        self.uses.forget(tenant)

    async def _tell(
        self,
        tenant: Tenant,
        stamped: Collection[str],
        budget: BudgetReport,
        waits: Mapping[str, str] | None = None,
    ) -> None:
        """Write the status."""
        # The object may have changed while we worked: its conditions go on from the last ones.
        key = ObjectKey("", tenant.metadata.name)
        world = self._context.world
        latest = world.tenants.items.get(key, tenant)
        now = self._context.now().replace(microsecond=0)
        current = self._claims.current
        carrying = current.stamped.get(tenant.metadata.name, ())
        kept = [name for name in carrying if name not in current.claims.owners]
        status = tenant_status(
            world.world,
            latest,
            current.claims,
            stamped,
            budget,
            now,
            waits=waits or {},
            kept=kept,
        )
        await write_status(self._context, TENANTS, latest, status)

    async def _tell_start(self, tenant: Tenant, terms: Terms) -> None:
        """Post an Event when notice is over."""
        before = self._enforcing.get(terms.tenant, terms.enforcing)
        self._enforcing[terms.tenant] = terms.enforcing
        if terms.enforcing and not before:
            about = Regarding.to(TENANTS, terms.tenant, uid=tenant.metadata.uid)
            held = terms.policy.stamp
            note = f"Violations of {held} are refused from now on."
            await self._context.events.post(about, "EnforcementBegan", note, action="Enforce")

    def _world_changed(self) -> None:
        self._wake(ALL, SETTLE_SECONDS)
        world = self._context.world
        gone = self._claims.current.tenants() - world.world.accounts.keys()
        for tenant in world.altered | gone:
            self._wake(ObjectKey("", tenant), 2 * SETTLE_SECONDS)

    def _namespace_changed(
        self, _: ObjectKey, old: LiveNamespace | None, new: LiveNamespace | None
    ) -> None:
        """Compute claims again, unless nothing has changed that they depend on."""
        if old is None or new is None or _claimable(old) != _claimable(new):
            self._wake(ALL, self._pause)

    def _quota_changed(self, namespace: str) -> None:
        if tenant := self._claims.current.claims.owners.get(namespace):
            self._wake(ObjectKey("", tenant))

    def _use_changed(self, namespace: str) -> None:
        """Let the status follow at its pace, and quotas at once while they may refuse nothing."""
        tenant = self._context.surroundings.tenant_of(namespace)
        terms = self._context.world.terms(tenant, self._context.now()) if tenant else None
        if tenant and terms:
            self._tenant_changed(tenant)
            if not terms.enforcing:
                self._wake(ObjectKey("", tenant), USE_SECONDS)

    def _tenant_changed(self, tenant: str) -> None:
        if (due := self.uses.changed(tenant)) is not None:
            self._wake(ObjectKey("", tenant), max(due, USE_SECONDS))


def _claimable(namespace: LiveNamespace) -> tuple[object, ...]:
    meta = namespace.metadata
    return meta.labels, meta.deletion_timestamp is None


def _seconds(at: datetime | None, now: datetime) -> float | None:
    """Return the time until an instant, which terms change at; ``None`` without one."""
    # A little later, since clocks are read in steps.
    return None if at is None else max((at - now + timedelta(milliseconds=10)).total_seconds(), 0.0)
