"""What each tenant with a budget is held to, as the present objects say."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from aup.api.tenant import Budget
from aup.budget.figures import Taken
from aup.budget.keys import LedgerKey, is_quota_key, split, step
from aup.budget.measure import Measure, resource_of
from aup.budget.meter import NAMESPACE, Meter, meter
from aup.budget.planner import NO_BUDGET, TenantBudget, given_to, read_budget
from aup.budget.usage import Defaults
from aup.facts.quantity import add, floor
from aup.kube.wire import ObjectKey
from aup.ledger.amounts import Amounts, steps
from aup.live.counted import OF_KIND, Stored
from aup.live.world import LiveWorld
from aup.policy.terms import Terms

log = logging.getLogger(__name__)

MOST_TAKEN: Final = 4096
"""Amounts of a tenant that are kept to be shared."""


@dataclass(frozen=True, slots=True)
class Held:
    """A tenant's budget, as far as a ledger counts it."""

    meter: Meter
    hard: Amounts
    """By key of the ledger, in its steps; zero, too."""
    native: TenantBudget = NO_BUDGET
    """The same as native quotas hold it, and what containers are given beside them."""
    _taken: dict[tuple[str, Measure], Amounts] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Objects that are alike take the same."""

    @property
    def by_quota(self) -> Mapping[str, Decimal]:
        """Return the limits that native quotas hold, too: of the whole and of namespaces."""
        return {text: limit for text, limit in self.meter.limits.items() if _by_quota(split(text))}

    def gives(self, namespace: str, *, enforcing: bool) -> Defaults:
        """Return what our LimitRange gives in a namespace, as far as can be told from here."""
        return given_to(self.native, namespace, enforcing=enforcing)

    def takes(self, namespace: str, found: Stored) -> Amounts:
        """Return what an object takes of it."""
        alike = self.meter.place(namespace), found.measured
        taken = self._taken.get(alike)
        if taken is None:
            if len(self._taken) >= MOST_TAKEN:
                self._taken.clear()
            taken = self._taken[alike] = steps(self.meter.takes(*alike))
        return taken

    def taken(self, namespace: str, owned: Iterable[tuple[str, Stored]]) -> Iterator[Taken]:
        """Yield what each owner takes in a namespace.

        Args:
            namespace: its name.
            owned: all that is in it, with kind and name of the owner.

        """
        found = [(owner, stored.measured) for owner, stored in owned]
        alike = Counter((owner, id(measured)) for owner, measured in found)
        measures = {id(measured): measured for _, measured in found}
        taken: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for (owner, which), count in alike.items():
            whole = taken[owner]
            for key, amount in self.meter.takes(namespace, measures[which]).items():
                whole[key] = add(whole.get(key, Decimal(0)), amount * count)
        return (Taken(namespace, owner, amounts) for owner, amounts in taken.items())


@dataclass(frozen=True, slots=True)
class _Read:
    """What a budget was read from, and what came of it."""

    terms: Terms
    spec: Budget
    held: Held | None


class Budgets:
    """The budgets of all tenants; a new world is read only as far as it is another one."""

    def __init__(self, world: LiveWorld) -> None:
        self._world = world
        self._read: dict[str, _Read] = {}
        self._listeners: list[Callable[[str, Held | None], None]] = []
        world.on_compiled(self._compile)

    @property
    def tenants(self) -> tuple[str, ...]:
        """Return the tenants that have a budget which a ledger counts."""
        return tuple(tenant for tenant, read in self._read.items() if read.held is not None)

    def of(self, tenant: str) -> Held | None:
        """Return a tenant's budget; ``None`` when it has none that a ledger counts."""
        read = self._read.get(tenant)
        return read.held if read is not None else None

    def subscribe(self, listener: Callable[[str, Held | None], None]) -> None:
        """Tell of each budget that comes, changes or goes from now on."""
        self._listeners.append(listener)

    def _compile(self) -> None:
        """Read what is different in a new world, and tell of it."""
        found = {
            key.name: read for key in self._world.tenants.items if (read := self._renewed(key))
        }
        before, self._read = self._read, found
        for tenant in before.keys() | found.keys():
            old, new = (at[tenant].held if tenant in at else None for at in (before, found))
            if old is not new and old != new:
                for listener in self._listeners:
                    listener(tenant, new)

    def _renewed(self, key: ObjectKey) -> _Read | None:
        """Return a tenant's budget as of now."""
        before = self._read.get(key.name)
        terms = self._world.terms(key.name, datetime.now(UTC))
        if terms is None:
            # What cannot be compiled keeps its last budget: a mistake in a policy frees nobody.
            return before
        spec = self._world.tenants.items[key].spec.budget
        if before is not None and before.terms is terms and before.spec == spec:
            return before
        found, problems = meter(terms, spec)
        for problem in problems:
            log.warning("budget not read", extra={"tenant": key.name, "problem": problem})
        hard = {
            text: floor(amount, step(text))
            for text, amount in found.limits.items()
            if resource_of(split(text).key) in OF_KIND
        }
        held = Held(found, hard, self._native(key.name, spec)) if hard or found.asks else None
        if before is not None and before.held == held:
            # What others go by stays the same, with all that was worked out for it.
            held = before.held
        return _Read(terms, spec, held)

    def _native(self, tenant: str, spec: Budget) -> TenantBudget:
        edition = self._world.world.edition_of(tenant)
        return read_budget(spec, edition.spec.resources)[0] if edition else NO_BUDGET


def _by_quota(key: LedgerKey) -> bool:
    whole = not key.within or key.within.startswith(NAMESPACE)
    return whole and key.parts == 1 and is_quota_key(key.key)
