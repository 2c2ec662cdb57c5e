"""For whom a world differs from the one before: the others need not be looked at again."""

from aup.policy.world import World


def altered(before: World, after: World) -> frozenset[str]:
    """Return the tenants, gone ones too, for whom anything may be different in another world."""
    tenants = before.accounts.keys() | after.accounts.keys()
    shared = ("catalog", "platform_namespaces", "grants")
    if any(getattr(before, name) != getattr(after, name) for name in shared):
        return frozenset(tenants)
    editions = {
        name for name, found in after.editions.items() if found != before.editions.get(name)
    }
    return frozenset(
        tenant
        for tenant in tenants
        if after.in_force.bindings.get(tenant) in editions
        or _own(before, tenant) != _own(after, tenant)
    )


def _own(world: World, name: str) -> tuple[object, ...] | None:
    """Return all that is one tenant's alone, to be compared; not what we write of it ourselves."""
    account = world.accounts.get(name)
    if account is None:
        return None
    tenant = account.tenant
    return (
        tenant.metadata.uid,
        tenant.metadata.creation_timestamp,
        tenant.spec,
        account.domains,
        account.entitlements,
        account.exemptions,
        world.registry.by_tenant.get(name),
        world.in_force.bindings.get(name),
        world.troubles_of(tenant),
    )
