"""Section license, compiled: the provider's rules and the tenant's entitlements."""

from collections import defaultdict
from collections.abc import Mapping

from aup.policy.edition import Edition
from aup.policy.sections.moment import Moment
from aup.policy.terms import EntitlementTerm, LicenseTerms
from aup.policy.validity import day_after, entitlement_state
from aup.policy.world import Account, World


def license_terms(world: World, account: Account, edition: Edition, moment: Moment) -> LicenseTerms:
    """Return the section license."""
    terms = edition.spec.license
    support_ends = world.catalog.support_ends
    return LicenseTerms(
        tenant=account.tenant.metadata.name,
        verification=terms.verification,
        deny=edition.license.deny,
        allow=edition.license.allow,
        exceptions=edition.license.exceptions,
        unknown=terms.unknown,
        references=edition.license.references,
        on_expiry=terms.on_expiry,
        catalog=world.catalog,
        entitlements=_entitlements(account, moment),
        non_production=frozenset(account.tenant.spec.non_production_namespaces),
        contact=edition.ref.contact,
        trusted=edition.license.trusted,
        require_support=terms.require_vendor_support,
        windows=terms.windows,
        windows_product=terms.windows_product,
        support_ended=frozenset(d for d in support_ends if moment.reached(day_after(d))),
    )


def _entitlements(account: Account, moment: Moment) -> Mapping[str, tuple[EntitlementTerm, ...]]:
    """Return the tenant's entitlements by product, each where it stands now."""
    by_product: defaultdict[str, list[EntitlementTerm]] = defaultdict(list)
    for entitlement in account.entitlements:
        spec = entitlement.spec
        state, changes_at = entitlement_state(spec, moment.now)
        moment.changes(changes_at)
        ends = day_after(spec.support_until) if spec.support_until else None
        by_product[spec.product].append(
            EntitlementTerm(
                name=entitlement.metadata.name,
                product=spec.product,
                state=state,
                valid_from=spec.valid_from,
                valid_until=spec.valid_until,
                regions=frozenset(spec.regions),
                production=spec.production,
                support_until=spec.support_until,
                supported=not moment.reached(ends),
                metric=spec.metric,
                quantity=spec.quantity,
            )
        )
    return {product: tuple(found) for product, found in by_product.items()}
