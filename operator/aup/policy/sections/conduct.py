"""Sections mail, security, conduct and tenancy, compiled."""

from collections.abc import Iterable, Iterator
from typing import Final

from aup.api.sections.choice import Enforcement, Permission
from aup.api.support import SupportAccessGrant
from aup.policy.consent import consenting
from aup.policy.edition import Edition
from aup.policy.sections.moment import Moment
from aup.policy.sections.network import allowed_capabilities
from aup.policy.terms import (
    ConductTerms,
    ExemptionTerm,
    GrantTerm,
    MailTerms,
    SecurityTerms,
    TenancyTerms,
)
from aup.policy.validity import day_after
from aup.policy.world import Account, World

DUTIES: Final = "mail/sender-duties"
"""Rule by which a contract asks senders of mail for duties; off where it asks for none."""


def mail_terms(world: World, account: Account, edition: Edition) -> MailTerms:
    """Return the section mail."""
    terms, sender = edition.spec.mail, account.tenant.spec.mail
    duties = (
        ("mail.privacyPolicyURL", sender.privacy_policy_url),
        ("mail.abuseContact", sender.abuse_contact),
    )
    missing = tuple(name for name, value in duties if not value)
    approved = sender.direct_smtp or terms.direct_smtp is Permission.ALLOWED
    asked = edition.modes.get(DUTIES, edition.spec.enforcement) is not Enforcement.OFF
    return MailTerms(
        tenant=account.tenant.metadata.name,
        direct=_permission(given=approved),
        servers=_permission(given=approved or (asked and not missing)),
        relay=terms.relay or "",
        relays=edition.relays,
        ports=frozenset(terms.ports),
        missing_duties=missing,
        catalog=world.catalog,
        contact=edition.ref.contact,
    )


def _permission(*, given: bool) -> Permission:
    return Permission.ALLOWED if given else Permission.FORBIDDEN


def security_terms(
    world: World,
    account: Account,
    edition: Edition,
    exemptions: tuple[ExemptionTerm, ...],
    moment: Moment,
) -> SecurityTerms:
    """Return the section security; ``exemptions`` are those that are in force."""
    terms = edition.spec.security
    return SecurityTerms(
        tenant=account.tenant.metadata.name,
        level=terms.pod_security,
        capabilities=allowed_capabilities(edition),
        net_raw_must_be_dropped=edition.spec.network.require_drop_net_raw,
        tools=terms.security_tools,
        tool_commands=frozenset(terms.tool_commands),
        consents=consenting(exemptions),
        malware=frozenset(digest.lower() for digest in terms.malware_digests),
        staff_access=terms.staff_access,
        staff_groups=frozenset(terms.staff_groups),
        grants=tuple(grants_in_force(world.grants, moment)),
        catalog=world.catalog,
        contact=edition.ref.contact,
    )


def conduct_terms(world: World, account: Account, edition: Edition, moment: Moment) -> ConductTerms:
    """Return the section conduct."""
    licences = account.tenant.spec.gambling_licences
    return ConductTerms(
        tenant=account.tenant.metadata.name,
        high_risk_use=edition.spec.conduct.high_risk_use,
        gambling=edition.spec.export.gambling,
        gambling_licences=tuple(
            found.reference
            for found in licences
            if not moment.reached(day_after(found.valid_until))
        ),
        end_uses=account.tenant.spec.end_use,
        catalog=world.catalog,
        contact=edition.ref.contact,
    )


def tenancy_terms(account: Account, edition: Edition) -> TenancyTerms:
    """Return the section tenancy."""
    acceptance = account.tenant.spec.acceptance
    return TenancyTerms(
        tenant=account.tenant.metadata.name,
        revision=edition.ref.revision,
        accepted=acceptance.revision if acceptance else None,
        acceptance_required=edition.spec.tenancy.require_acceptance,
        later_editions=edition.spec.tenancy.later_editions,
        contact=edition.ref.contact,
    )


def grants_in_force(grants: Iterable[SupportAccessGrant], moment: Moment) -> Iterator[GrantTerm]:
    """Yield the grants of access that are in force."""
    for grant in grants:
        spec = grant.spec
        if moment.reached(spec.expires_at):
            continue
        if spec.starts_at is None or moment.reached(spec.starts_at):
            yield GrantTerm(
                namespace=grant.metadata.namespace or "",
                users=frozenset(spec.users),
                groups=frozenset(spec.groups),
                pods=frozenset(spec.pods),
            )
