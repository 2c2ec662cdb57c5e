"""What of a budget's plan is in a namespace, and what is to be written next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from aup.api.meta import LIMIT_RANGE_NAME, QUOTA_NAME, BudgetState
from aup.budget.manifests import is_settled, manifests, texts
from aup.budget.planner import Allowance
from aup.budget.transition import Quota, step
from aup.controller.quotas import Limit, LiveQuotas
from aup.kube.client import Cluster
from aup.kube.resource import LIMIT_RANGES, RESOURCE_QUOTAS


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one namespace stands against its allowance."""

    allowance: Allowance | None
    """``None``: it has no budget, and gets no defaults."""
    quota: Quota

    @property
    def settled(self) -> bool:
        """Whether admission goes by the whole allowance."""
        return self._counted is None or is_settled(
            self._counted, texts(self.quota.status) if self.quota.status is not None else None
        )

    @property
    def budget_state(self) -> BudgetState:
        """The stamp: settled as long as something counts under every key, also while it moves."""
        if self._counted is None:
            return BudgetState.NONE
        held = self.quota.holds(self._counted.hard)
        return BudgetState.SETTLED if held else BudgetState.UNSETTLED

    @property
    def _counted(self) -> Allowance | None:
        """What a quota is to count; ``None``: nothing, defaults alone are nothing to wait for."""
        return self.allowance if self.allowance and self.allowance.hard else None


class Allowances:
    """The quotas and limit ranges of one tenant's namespaces, for one run."""

    def __init__(
        self,
        cluster: Cluster,
        live: LiveQuotas,
        plan: Mapping[str, Allowance],
        namespaces: Iterable[str],
    ) -> None:
        self._cluster = cluster
        self._live = live
        self._plan = plan
        self.standing = {name: Standing(plan.get(name), live.quota(name)) for name in namespaces}

    @property
    def state(self) -> BudgetState:
        """Return how the namespaces stand together: one that does not count yet unsettles all."""
        states = {standing.budget_state for standing in self.standing.values()}
        if BudgetState.UNSETTLED in states:
            return BudgetState.UNSETTLED
        return BudgetState.SETTLED

    async def write(self) -> None:
        """Write the next step of every namespace; watches tell when it is in force."""
        now = step(
            {name: allowance.hard for name, allowance in self._plan.items()},
            {name: standing.quota for name, standing in self.standing.items()},
        )
        for name in self.standing:
            planned = self._plan.get(name)
            if planned is None:
                await lift(self._cluster, self._live, name)
            elif planned.hard:
                await self._hold(name, Allowance(now[name], planned.defaults))
            else:
                await self._default(name, planned)

    async def _hold(self, namespace: str, allowance: Allowance) -> None:
        """Bring quota and limit range of a namespace to an allowance."""
        if not allowance.hard:
            # A quota without keys limits nothing; the keys come with a later step.
            return
        wanted = {manifest["kind"]: manifest for manifest in manifests(namespace, allowance)}
        limits = wanted.get("LimitRange")
        if limits is not None and self._live.limits(namespace) != _limits(limits):
            # First the defaults, then the quota that refuses pods without them; the watch that
            # shows them brings us back.
            await self._cluster.apply(LIMIT_RANGES, limits)
            return
        if self._live.is_narrowed(namespace):
            # Scopes are immutable, and an apply would leave them there: a quota of nothing.
            await self._cluster.delete(
                RESOURCE_QUOTAS, QUOTA_NAME, namespace=namespace, missing_ok=True
            )
            return
        if self._live.quota(namespace).spec != dict(allowance.hard):
            await self._cluster.apply(RESOURCE_QUOTAS, wanted["ResourceQuota"])
        if limits is None and self._live.limits(namespace) is not None:
            await _delete_limits(self._cluster, namespace)

    async def _default(self, namespace: str, allowance: Allowance) -> None:
        """Bring a namespace without a quota to what its containers are given."""
        if self._live.has_quota(namespace):
            await self._cluster.delete(
                RESOURCE_QUOTAS, QUOTA_NAME, namespace=namespace, missing_ok=True
            )
        for limits in manifests(namespace, allowance):
            if self._live.limits(namespace) != _limits(limits):
                await self._cluster.apply(LIMIT_RANGES, limits)


async def lift(cluster: Cluster, live: LiveQuotas, namespace: str) -> None:
    """Take quota and limit range away, in the order that refuses no pod in between."""
    if live.has_quota(namespace):
        await cluster.delete(RESOURCE_QUOTAS, QUOTA_NAME, namespace=namespace, missing_ok=True)
    if live.limits(namespace) is not None:
        await _delete_limits(cluster, namespace)


async def _delete_limits(cluster: Cluster, namespace: str) -> None:
    await cluster.delete(LIMIT_RANGES, LIMIT_RANGE_NAME, namespace=namespace, missing_ok=True)


def _limits(manifest: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Read a manifest of ours as the watch reads it."""
    return msgspec.convert(manifest["spec"]["limits"], tuple[Limit, ...])
