"""World and time in, terms out: what one tenant is held to at one instant."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from aup.api.tenant import Tenant
from aup.policy.addresses import AddressSet
from aup.policy.edition import Edition
from aup.policy.parties import party_hits
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import (
    EntitlementTerm,
    ExemptionTerm,
    ExportTerms,
    HostTerms,
    LicenseTerms,
    NetworkTerms,
    ResourceTerms,
    Terms,
)
from aup.policy.validity import (
    FOREVER,
    assignment_standing,
    entitlement_state,
    exemption_standing,
)
from aup.policy.world import Account, World
from aup.text import printable


def compile_terms(world: World, tenant: str, now: datetime) -> Terms | Trouble:
    """Return what a tenant is held to at an instant, or why that cannot be told.

    The terms are good until ``good_until``; what changes by an edit makes another world.
    """
    account = world.accounts.get(tenant)
    if account is None:
        return Trouble(Reason.UNKNOWN_TENANT, f"There is no Tenant {printable(tenant)}")
    edition = world.edition_of(tenant)
    if edition is None:
        policy = printable(account.tenant.spec.policy)
        message = f"There is no AcceptableUsePolicy {policy} that compiles"
        return Trouble(Reason.UNKNOWN_POLICY, message)
    changes: list[datetime | None] = []
    begins = enforce_from(account.tenant, edition)
    changes.append(begins)
    spec = edition.spec
    return Terms(
        tenant=tenant,
        policy=edition.ref,
        enforcement=spec.enforcement,
        enforcing=begins is None or now >= begins,
        enforce_from=begins,
        network=_network(world, account, edition, now, changes),
        host=HostTerms(host_ports=spec.network.host_ports),
        license=_license(world, account, edition, now, changes),
        export=_export(world, account, edition),
        resources=ResourceTerms(tenant=tenant),
        modes=edition.modes,
        clauses=edition.clauses,
        exemptions=_exemptions(account, now, changes),
        good_until=_next(changes, now),
    )


def enforce_from(tenant: Tenant, edition: Edition) -> datetime | None:
    """Return when Deny begins to mean Deny; ``None`` for a tenant that no cluster has.

    What the provider wrote wins; otherwise notice runs from the creation of the Tenant.
    """
    if tenant.spec.enforce_from is not None:
        return tenant.spec.enforce_from
    claimed = tenant.metadata.creation_timestamp
    if claimed is None:
        return None
    return claimed + timedelta(days=edition.spec.changes.notice_days)


def _network(
    world: World, account: Account, edition: Edition, now: datetime, changes: list[datetime | None]
) -> NetworkTerms:
    """Return the section network: the addresses and names that are the tenant's now."""
    tenant = account.tenant
    network = edition.spec.network
    assigned = []
    for holding in world.registry.by_tenant.get(tenant.metadata.name, ()):
        standing = assignment_standing(holding.spec, now)
        changes.append(standing.changes_at)
        if standing.in_force:
            assigned.append(holding.network)
    return NetworkTerms(
        tenant=tenant.metadata.name,
        addresses=AddressSet.of(assigned),
        domains=account.domains,
        catch_all=network.catch_all_hostnames,
        endpoint_targets=network.endpoint_targets,
        allowed_endpoints=edition.allowed_endpoints,
        platform_writers=frozenset(network.platform_controllers),
        platform_namespaces=world.platform_namespaces,
        resource_ids=frozenset(tenant.spec.resource_ids),
        contact=edition.ref.contact,
        pods=edition.pods,
    )


def _license(
    world: World, account: Account, edition: Edition, now: datetime, changes: list[datetime | None]
) -> LicenseTerms:
    """Return the section license: the provider's rules and the tenant's entitlements."""
    terms = edition.spec.license
    return LicenseTerms(
        tenant=account.tenant.metadata.name,
        deny=edition.license.deny,
        allow=edition.license.allow,
        exceptions=edition.license.exceptions,
        unknown=terms.unknown,
        references=edition.license.references,
        on_expiry=terms.on_expiry,
        catalog=world.catalog,
        entitlements=_entitlements(account, now, changes),
        non_production=frozenset(account.tenant.spec.non_production_namespaces),
        contact=edition.ref.contact,
    )


def _entitlements(
    account: Account, now: datetime, changes: list[datetime | None]
) -> Mapping[str, tuple[EntitlementTerm, ...]]:
    """Return the tenant's entitlements by product, each where it stands now."""
    by_product: defaultdict[str, list[EntitlementTerm]] = defaultdict(list)
    for entitlement in account.entitlements:
        spec = entitlement.spec
        state, changes_at = entitlement_state(spec, now)
        changes.append(changes_at)
        by_product[spec.product].append(
            EntitlementTerm(
                name=entitlement.metadata.name,
                product=spec.product,
                state=state,
                valid_from=spec.valid_from,
                valid_until=spec.valid_until,
                regions=frozenset(spec.regions),
                production=spec.production,
            )
        )
    return {product: tuple(found) for product, found in by_product.items()}


def _export(world: World, account: Account, edition: Edition) -> ExportTerms:
    """Return the section export; it names nothing that time changes."""
    return ExportTerms(
        tenant=account.tenant.metadata.name,
        categories=edition.categories,
        known_regions=edition.regions,
        unconstrained=edition.spec.export.unconstrained_placement,
        catalog=world.catalog,
        party=party_hits(account.tenant.spec, edition.countries),
        contact=edition.ref.contact,
    )


def _exemptions(
    account: Account, now: datetime, changes: list[datetime | None]
) -> tuple[ExemptionTerm, ...]:
    """Return the exemptions that are in force now."""
    found = []
    for consent in account.exemptions:
        if consent.term is None:
            continue
        standing = exemption_standing(consent.spec, now)
        changes.append(standing.changes_at)
        if standing.in_force:
            found.append(consent.term)
    return tuple(found)


def _next(changes: Iterable[datetime | None], now: datetime) -> datetime | None:
    """Return the first of the changes that lies ahead."""
    ahead = (at for at in changes if at is not None and now < at < FOREVER)
    return min(ahead, default=None)
