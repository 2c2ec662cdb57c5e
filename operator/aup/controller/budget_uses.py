"""What tenants are told of their budgets: gathered from ledgers, quotas and watches, at a pace.

Whether something is different that nobody should wait for (a limit, a key that is over) is looked
at each time, by totals alone. What each namespace and owner takes is added up when a tenant's turn
has come.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Final

from msgspec.structs import replace

from aup.api.budget_use import BudgetUse
from aup.budget.figures import (
    Figures,
    Taken,
    budget_use,
    by_namespace,
    largest_owners,
    outage_bound,
)
from aup.budget.keys import LedgerKey
from aup.budget.meter import NAMESPACE
from aup.budget.planner import Allowance, TenantBudget
from aup.budget.usage import Amounts
from aup.controller.context import Context
from aup.controller.ledgers import Ledgers
from aup.controller.pace import Pace
from aup.controller.quotas import LiveQuotas
from aup.settings import Mode

EACH_SECONDS: Final = 5.0
"""So often the figures of a busy tenant are written at most."""
PER_SECOND: Final = 10.0
"""So many tenants' figures are written a second at most, however many are busy."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A tenant's budget as it is shared out."""

    budget: TenantBudget
    plan: Mapping[str, Allowance]
    """The native quota of each namespace."""


class BudgetUses:
    """Knows what each tenant uses, and which status does not say so yet."""

    def __init__(self, context: Context, quotas: LiveQuotas, ledgers: Ledgers | None) -> None:
        """Args: ``ledgers`` where budgets are held by any."""
        self._context = context
        self._quotas = quotas
        self._ledgers = ledgers
        self._pace = Pace(each=EACH_SECONDS, rate=PER_SECOND)
        self._stale: set[str] = set()
        """Tenants whose status does not say yet what they use."""
        self._told: dict[str, BudgetUse] = {}
        """What statuses say, or are about to: the watch shows it later."""

    def changed(self, tenant: str) -> float | None:
        """Note that a tenant's use has changed; return the seconds until that is to be told.

        ``None`` where nothing is told: who has no budget takes no turn from others.
        """
        if tenant in self._told:
            self._stale.add(tenant)
        return self.due(tenant)

    def due(self, tenant: str) -> float | None:
        """Return the seconds until a tenant's use is to be told; ``None``: it is told."""
        return self._pace.wait(tenant, time.monotonic()) if tenant in self._stale else None

    def forget(self, tenant: str) -> None:
        """Forget a tenant that is no more, or has no budget."""
        self._stale.discard(tenant)
        self._told.pop(tenant, None)
        self._pace.forget(tenant)

    def of(self, tenant: str, shared: Shared, before: BudgetUse | None) -> BudgetUse | None:
        """Return what the status is to say; what it says already, while it is not its turn.

        Args:
            tenant: its name.
            shared: its budget.
            before: what the status says.

        """
        namespaces = self._context.surroundings.namespaces_of(tenant)
        figures = self._figures(tenant, shared.budget, namespaces)
        if not figures.hard:
            self.forget(tenant)
            return None
        if tenant not in self._told:
            # What the status says may be from before this process watched.
            self._stale.add(tenant)
        before = self._told.get(tenant, before)
        if before is not None and self._ledgers and self._ledgers.awaits(tenant):
            # Without it some keys would be missing for a moment, and be told as gone.
            self._told[tenant] = before
            return before
        going = frozenset(name for name in namespaces if self._is_going(name))
        totals = budget_use(figures, {name: {} for name in namespaces}, (), terminating=going)
        pressing = before is not None and _pressing(before) != _pressing(totals)
        due = self.due(tenant)
        if before is None or pressing or (due is not None and due <= 0):
            self._stale.discard(tenant)
            self._pace.taken(tenant, time.monotonic())
            found = self._whole(tenant, shared, figures, namespaces, going)
            if before is None or replace(found, updated_at=before.updated_at) != before:
                before = replace(found, updated_at=self._context.now().replace(microsecond=0))
        self._told[tenant] = before
        return before

    def here(self, tenant: str, namespace: str, use: BudgetUse) -> BudgetUse:
        """Return what is told in one namespace: of owners, those that are there."""
        taken = self._taken(tenant, (namespace,))
        return replace(use, owners=largest_owners(use.hard, taken))

    def _whole(
        self,
        tenant: str,
        shared: Shared,
        figures: Figures,
        namespaces: Sequence[str],
        going: frozenset[str],
    ) -> BudgetUse:
        taken = self._taken(tenant, namespaces)
        counted = by_namespace(taken) if self._ledgers else {}
        each = {
            name: {**self._native(name, shared.budget), **counted.get(name, {})}
            for name in namespaces
        }
        bound = None
        if self._context.settings.mode is Mode.AVAILABLE and shared.plan:
            bound = outage_bound(figures.hard, shared.plan)
        return budget_use(figures, each, taken, terminating=going, outage=bound)

    def _figures(self, tenant: str, budget: TenantBudget, namespaces: Sequence[str]) -> Figures:
        """Return totals: of the ledger, and of native quotas for what no ledger counts."""
        hard = {
            str(LedgerKey(key, f"{NAMESPACE}{name}")): limit
            for name, limits in budget.ceilings.items()
            for key, limit in limits.items()
        } | dict(budget.hard)
        used = dict(self._quotas.used(tuple(namespaces), budget.hard))
        for name in budget.ceilings:
            within = self._native(name, budget).items()
            used |= {key: amount for key, amount in within if key not in budget.hard}
        ledger = self._ledgers.figures(tenant) if self._ledgers else None
        if ledger is None:
            return Figures(hard, used)
        others = {key: amount for key, amount in used.items() if key not in ledger.hard}
        return replaced(ledger, hard={**hard, **ledger.hard}, used={**others, **ledger.used})

    def _native(self, namespace: str, budget: TenantBudget) -> Amounts:
        """Return what the API server counts in a namespace, by key of the ledger."""
        ceilings = budget.ceilings.get(namespace, {})
        counted = self._quotas.used((namespace,), {**budget.hard, **ceilings})
        within = {
            str(LedgerKey(key, f"{NAMESPACE}{namespace}")): amount
            for key, amount in counted.items()
            if key in ceilings
        }
        return {key: v for key, v in counted.items() if key in budget.hard} | within

    def _taken(self, tenant: str, namespaces: Iterable[str]) -> tuple[Taken, ...]:
        source = self._ledgers.taken if self._ledgers else self._quotas.taken
        return tuple(one for name in namespaces for one in source(tenant, name))

    def _is_going(self, namespace: str) -> bool:
        found = self._context.surroundings.namespace(namespace)
        return found is not None and found.metadata.deletion_timestamp is not None


def _pressing(use: BudgetUse) -> tuple[object, ...]:
    """Return what is told at once when it is different."""
    going = {one.name for one in use.namespaces if one.terminating}
    return use.hard, use.over.keys(), use.counting, use.namespaces_total, going
