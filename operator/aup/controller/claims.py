"""Whose each namespace is, kept current: computed once for all tenants, after each change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from aup import metrics
from aup.api.meta import TENANT_LABEL, ObjectMeta
from aup.controller.context import Context
from aup.policy.world import World
from aup.tenancy.claims import Claims, claim


@dataclass(frozen=True, slots=True)
class Ownership:
    """Claims, and the stamps that the namespaces carry."""

    claims: Claims
    stamped: Mapping[str, tuple[str, ...]]
    """Tenant to the namespaces that carry its stamp, sorted."""

    def tenants(self) -> frozenset[str]:
        """Return every tenant that has, claims or claimed anything."""
        disputed = (tenant for c in self.claims.conflicts for tenant in c.claimants)
        return frozenset((*self.claims.by_tenant, *self.stamped, *disputed))

    def of(self, tenant: str) -> tuple[object, ...]:
        """Return all that concerns one tenant, to be compared."""
        return (
            self.claims.by_tenant.get(tenant),
            self.stamped.get(tenant),
            self.claims.absent.get(tenant),
            self.claims.refused.get(tenant),
            self.claims.conflicts_of(tenant),
        )


NOTHING = Ownership(Claims({}, {}, (), {}, {}), {})


class LiveClaims:
    """The present ownership; call `refresh` after something has changed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world: World | None = None
        self.current = NOTHING

    @property
    def stale(self) -> bool:
        """Whether there is a newer world than the one that was computed for."""
        return self._world is not self._context.world.world

    def refresh(self) -> frozenset[str]:
        """Compute anew; return the tenants for which anything is different now."""
        before, self._world = self.current, self._context.world.world
        namespaces = self._context.surroundings.namespaces.items.values()
        metas = [
            ObjectMeta(name=ns.metadata.name, labels=ns.metadata.labels or {})
            for ns in namespaces
            if ns.metadata.deletion_timestamp is None
        ]
        stamped: defaultdict[str, list[str]] = defaultdict(list)
        for meta in metas:
            if tenant := meta.labels.get(TENANT_LABEL):
                stamped[tenant].append(meta.name)
        self.current = Ownership(
            claims=claim(self._world, metas),
            stamped={tenant: tuple(sorted(names)) for tenant, names in stamped.items()},
        )
        nobodys = {m.name for m in metas} - self.current.claims.owners.keys()
        metrics.UNCLAIMED_NAMESPACES.set(len(nobodys - self._context.platform_namespaces))
        tenants = before.tenants() | self.current.tenants()
        return frozenset(t for t in tenants if before.of(t) != self.current.of(t))
