"""Section export, compiled: what the terms say of this tenant, its owners and its users."""

from collections.abc import Iterator

from aup.policy.edition import Edition
from aup.policy.parties import party_hits, sector_terms, served_hits
from aup.policy.sections.moment import Moment
from aup.policy.terms import AuthorisationTerm, ExportTerms
from aup.policy.world import Account, World


def export_terms(world: World, account: Account, edition: Edition, moment: Moment) -> ExportTerms:
    """Return the section export."""
    tenant, terms = account.tenant, edition.spec.export
    return ExportTerms(
        tenant=tenant.metadata.name,
        categories=edition.categories,
        known_regions=edition.regions,
        unconstrained=terms.unconstrained_placement,
        catalog=world.catalog,
        party=party_hits(tenant.spec, edition.countries),
        contact=edition.ref.contact,
        authorised=tuple(_authorised(account, moment)),
        sectors=sector_terms(tenant.spec, edition.countries, terms.sectoral),
        other_classes=terms.other_classes,
        prohibited_end_uses=frozenset(use.casefold() for use in terms.prohibited_end_uses),
        end_uses=tenant.spec.end_use,
        served=served_hits(tenant.spec, edition.countries),
    )


def _authorised(account: Account, moment: Moment) -> Iterator[AuthorisationTerm]:
    """Yield the authorisations that are in force."""
    for found in account.tenant.spec.export_authorisations:
        if not moment.reached(found.expires_at):
            yield AuthorisationTerm(found.category, frozenset(found.regions), found.reference)
