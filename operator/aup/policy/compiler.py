"""World and time in, terms out: what one tenant is held to at one instant."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aup.api.tenant import Tenant
from aup.policy.consent import exempting
from aup.policy.edition import Edition
from aup.policy.problem import Reason, Trouble
from aup.policy.sections.conduct import (
    conduct_terms,
    mail_terms,
    security_terms,
    tenancy_terms,
)
from aup.policy.sections.export import export_terms
from aup.policy.sections.license import license_terms
from aup.policy.sections.moment import Moment
from aup.policy.sections.network import host_terms, network_terms
from aup.policy.sections.resources import resource_terms
from aup.policy.terms import ExemptionTerm, Terms
from aup.policy.validity import exemption_standing
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
    moment = Moment(now)
    begins = enforce_from(account.tenant, edition)
    exemptions = tuple(_exemptions(account, moment))
    network = network_terms(world, account, edition, moment)
    return Terms(
        tenant=tenant,
        policy=edition.ref,
        enforcement=edition.spec.enforcement,
        enforcing=begins is None or moment.reached(begins),
        enforce_from=begins,
        network=network,
        host=host_terms(network, edition),
        license=license_terms(world, account, edition, moment),
        export=export_terms(world, account, edition, moment),
        mail=mail_terms(world, account, edition),
        security=security_terms(world, account, edition, exemptions, moment),
        conduct=conduct_terms(world, account, edition, moment),
        tenancy=tenancy_terms(account, edition),
        resources=resource_terms(account, edition),
        modes=edition.modes,
        clauses=edition.clauses,
        exemptions=exempting(exemptions),
        good_until=moment.good_until,
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


def _exemptions(account: Account, moment: Moment) -> Iterator[ExemptionTerm]:
    """Yield the exemptions that are in force now."""
    for consent in account.exemptions:
        if consent.term is None:
            continue
        standing = exemption_standing(consent.spec, moment.now)
        moment.changes(standing.changes_at)
        if standing.in_force:
            yield consent.term
