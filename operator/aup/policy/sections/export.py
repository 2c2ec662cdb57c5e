"""Section export, compiled: what the terms say of this tenant, its owners and its users."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from aup.api.tenant import ExportAuthorisation
from aup.policy.declaration import canonical_use
from aup.policy.edition import Edition
from aup.policy.parties import party_hits, sector_terms, served_hits
from aup.policy.screening import before_service, screening_hits
from aup.policy.sections.moment import Moment
from aup.policy.terms import ExportCategory, ExportTerms
from aup.policy.world import Account, World


def export_terms(world: World, account: Account, edition: Edition, moment: Moment) -> ExportTerms:
    """Return the section export."""
    tenant, terms, countries = account.tenant, edition.spec.export, edition.countries
    places = party_hits(tenant.spec, countries)
    served = served_hits(tenant.spec, countries)
    authorised = [a for a in tenant.spec.export_authorisations if not moment.reached(a.expires_at)]
    return ExportTerms(
        tenant=tenant.metadata.name,
        categories=_categories(edition.categories, authorised),
        known_regions=edition.regions,
        unconstrained=terms.unconstrained_placement,
        catalog=world.catalog,
        party=(
            *before_service(tenant.spec, places, terms.screening),
            *screening_hits(tenant.spec, terms.screening, moment.reached),
        ),
        contact=edition.ref.contact,
        sectors=sector_terms(tenant.spec, countries, terms.sectoral),
        other_classes=terms.other_classes,
        prohibited_end_uses=frozenset(map(canonical_use, terms.prohibited_end_uses)),
        end_uses=tenant.spec.end_use,
        served=before_service(tenant.spec, served, terms.screening),
    )


def _categories(
    categories: tuple[ExportCategory, ...], authorised: Iterable[ExportAuthorisation]
) -> tuple[ExportCategory, ...]:
    """Return the categories with the regions that authorisations open to the tenant."""
    opened: defaultdict[str, set[str]] = defaultdict(set)
    for found in authorised:
        opened[found.category.casefold()].update(found.regions)
    return tuple(
        replace(category, regions=category.regions | opened[category.id.casefold()])
        for category in categories
    )
