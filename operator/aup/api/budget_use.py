"""How a tenant's budget stands, as its Tenant and its TenantReports tell.

Mirrors ``status.budget`` in crds/aup.asergo.com_tenants.yaml and …_tenantreports.yaml.
"""

from collections.abc import Mapping

import msgspec

from aup.api.meta import Time

Quantities = Mapping[str, str]
"""Canonical quantities by key; of weighted resources whole and parts: ``1 3/7``."""


class NamespaceUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one namespace takes of the budget."""

    name: str
    used: Quantities = msgspec.field(default_factory=dict)
    hard: Quantities = msgspec.field(default_factory=dict)
    """Its own ceilings."""
    terminating: bool = False
    """It is being deleted; what is still in it counts."""


class OwnerUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the objects of one controller take of one key."""

    key: str
    namespace: str
    owner: str
    """Kind and name, for example ``Deployment/web``."""
    used: str


class OutageBound(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What holds while no replica of the admission service answers, in mode ``available``."""

    hard: Quantities = msgspec.field(default_factory=dict)
    """What the native quotas of all namespaces let through together."""
    unlimited: tuple[str, ...] = ()
    """Keys that no native quota counts."""


class BudgetUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A budget over all namespaces, and what became of it."""

    hard: Quantities = msgspec.field(default_factory=dict)
    used: Quantities = msgspec.field(default_factory=dict)
    """By what was seen to exist."""
    in_flight: Quantities = msgspec.field(default_factory=dict)
    """Admitted and not yet seen, or kept ready for what comes next."""
    left: Quantities = msgspec.field(default_factory=dict)
    """Neither used nor in flight."""
    over: Quantities = msgspec.field(default_factory=dict)
    """By how much more is used than there is; nothing of these keys is admitted until it is less.
    ``namespace/acme-dev:pods`` is the ceiling of a namespace."""
    counting: tuple[str, ...] = ()
    """Keys that are new, of which not all that was admitted before is counted yet."""
    namespaces: tuple[NamespaceUse, ...] = ()
    """Those that are being deleted, then the largest; 50 at most."""
    namespaces_total: int | None = None
    owners: tuple[OwnerUse, ...] = ()
    """The three largest of each key, 60 at most."""
    outage: OutageBound | None = None
    updated_at: Time | None = None
    """When these figures were taken."""


def in_words(key: str) -> str:
    """Return a key of a part of a budget in words: ``pods in namespace acme-dev``."""
    part, _, name = key.rpartition(":")
    return f"{name} in {part.replace('/', ' ', 1)}" if part else name
