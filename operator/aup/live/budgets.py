"""What each tenant with a budget is held to, as the present objects say."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aup.budget.keys import split, step
from aup.budget.measure import resource_of
from aup.budget.meter import Meter, meter
from aup.facts.quantity import floor
from aup.kube.wire import ObjectKey
from aup.ledger.amounts import Amounts, steps
from aup.live.counted import OF_KIND, Stored
from aup.live.world import LiveWorld

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A tenant's budget, as far as a ledger counts it."""

    meter: Meter
    hard: Amounts
    """By key of the ledger, in its steps; zero, too."""

    def takes(self, namespace: str, found: Stored) -> Amounts:
        """Return what an object takes of it."""
        return steps(self.meter.takes(namespace, found.measured))


class Budgets:
    """The budgets of all tenants, compiled anew with the world."""

    def __init__(self, world: LiveWorld) -> None:
        self._world = world
        self._held: dict[str, Held] = {}
        self._listeners: list[Callable[[str, Held | None], None]] = []
        world.on_compiled(self._compile)

    def of(self, tenant: str) -> Held | None:
        """Return a tenant's budget; ``None`` when it has none that a ledger counts."""
        return self._held.get(tenant)

    def subscribe(self, listener: Callable[[str, Held | None], None]) -> None:
        """Tell of each budget that comes, changes or goes; of the present ones at once."""
        self._listeners.append(listener)
        for tenant, held in self._held.items():
            listener(tenant, held)

    def _compile(self) -> None:
        """Read all budgets anew, and tell what is different."""
        found = {
            key.name: held
            for key in self._world.tenants.items
            if (held := self._read(key)) is not None
        }
        before, self._held = self._held, found
        for tenant in before.keys() | found.keys():
            if before.get(tenant) != found.get(tenant):
                for listener in self._listeners:
                    listener(tenant, found.get(tenant))

    def _read(self, key: ObjectKey) -> Held | None:
        terms = self._world.terms(key.name, datetime.now(UTC))
        if terms is None:
            # What cannot be compiled keeps its last budget: a mistake in a policy frees nobody.
            return self._held.get(key.name)
        found, problems = meter(terms, self._world.tenants.items[key].spec.budget)
        for problem in problems:
            log.warning("budget not read", extra={"tenant": key.name, "problem": problem})
        hard = {
            text: floor(amount, step(text))
            for text, amount in found.limits.items()
            if resource_of(split(text).key) in OF_KIND
        }
        return Held(found, hard) if hard or found.asks else None
