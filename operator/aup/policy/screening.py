"""What the result of a sanctions screening means for a tenant.

Screening itself is the provider's: names are compared elsewhere, and a person decides. Scores of
names mislead both ways, so a name that looks alike never stops a customer.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from aup.api.sections.choice import Unknown
from aup.api.sections.export import FuzzyMatch
from aup.api.sections.export import Screening as ScreeningRules
from aup.api.tenant import ScreeningStatus, TenantSpec
from aup.policy.terms import PartyHit

SUBJECT = "sanctions screening"
NOT_CLEARED = "not cleared"
"""All that a tenant is told: which name on which list is for the provider's people."""


def screening_hits(
    tenant: TenantSpec, rules: ScreeningRules, reached: Callable[[datetime | None], bool]
) -> Iterator[PartyHit]:
    """Yield what the last screening asks for.

    Args:
        tenant: what the provider knows about it.
        rules: the policy's terms of screening.
        reached: whether an instant has come.

    """
    screening = tenant.screening
    if screening and screening.status is ScreeningStatus.CONFIRMED:
        yield PartyHit(SUBJECT, NOT_CLEARED, review=False)
    elif screening and screening.status is not ScreeningStatus.POTENTIAL_MATCH:
        if reached(screening.expires_at):
            yield from _open(tenant, rules)
    else:
        yield from _open(tenant, rules)


def before_service(
    tenant: TenantSpec, hits: Iterable[PartyHit], rules: ScreeningRules
) -> tuple[PartyHit, ...]:
    """Return hits as they count for this tenant.

    What a person must look at while a customer is served, such as a country that is no code, must
    be settled before somebody becomes one.
    """
    if not tenant.onboarding or rules.during_onboarding is not Unknown.DENY:
        return tuple(hits)
    return tuple(replace(h, review=False, at_once=True) if h.review else h for h in hits)


def _open(tenant: TenantSpec, rules: ScreeningRules) -> Iterator[PartyHit]:
    """Yield what becomes of a tenant of whom it is not known whether it may be served."""
    if tenant.onboarding:
        if rules.during_onboarding is not Unknown.ALLOW:
            review = rules.during_onboarding is Unknown.REVIEW
            yield PartyHit(SUBJECT, NOT_CLEARED, review=review, at_once=not review)
    elif tenant.screening is not None and rules.potential_match is FuzzyMatch.REVIEW:
        # Who was never screened is a customer from before; nothing is known against it.
        yield PartyHit(SUBJECT, NOT_CLEARED, review=True)
