"""Sanctions screening: what its result means, and for whom."""

import pytest

from aup.api.sections.choice import Unknown
from aup.api.sections.export import FuzzyMatch
from aup.api.sections.export import Screening as Rules
from aup.api.tenant import Screening, ScreeningStatus
from aup.policy.screening import NOT_CLEARED, SUBJECT, before_service, screening_hits
from aup.policy.sections.moment import Moment
from aup.policy.terms import PartyHit
from support.provider import DAY, at, tenant

REFUSED = PartyHit(SUBJECT, NOT_CLEARED, review=False)
REVIEWED = PartyHit(SUBJECT, NOT_CLEARED, review=True)
AT_ONCE = PartyHit(SUBJECT, NOT_CLEARED, review=False, at_once=True)
CLEAR, FUZZY = ScreeningStatus.CLEAR, ScreeningStatus.POTENTIAL_MATCH
LAX = Rules(potential_match=FuzzyMatch.ALLOW, during_onboarding=Unknown.ALLOW)
CAREFUL = Rules(during_onboarding=Unknown.REVIEW)


def hits(
    status: ScreeningStatus | None,
    rules: Rules | None = None,
    *,
    onboarding: bool = False,
    expired: bool = False,
) -> tuple[PartyHit, ...]:
    """Return what the terms make of a screening."""
    ends = at("2026-11-20" if expired else "2027-01-01")
    screening = Screening(status=status, expires_at=ends) if status else None
    spec = tenant(screening=screening, onboarding=onboarding).spec
    return tuple(screening_hits(spec, rules or Rules(), Moment(DAY).reached))


@pytest.mark.parametrize("onboarding", [False, True])
@pytest.mark.parametrize("rules", [Rules(), LAX])
def test_a_confirmed_match_is_refused_whatever_the_terms_say(
    rules: Rules, *, onboarding: bool
) -> None:
    assert hits(ScreeningStatus.CONFIRMED, rules, onboarding=onboarding) == (REFUSED,)


@pytest.mark.parametrize("status", [CLEAR, ScreeningStatus.FALSE_POSITIVE])
def test_who_is_cleared_is_left_alone(status: ScreeningStatus) -> None:
    assert hits(status) == hits(status, onboarding=True) == ()


def test_a_name_that_looks_alike_never_refuses_a_customer() -> None:
    assert hits(FUZZY) == (REVIEWED,)
    assert hits(FUZZY, LAX) == ()


def test_an_expired_screening_is_looked_at_again() -> None:
    assert hits(CLEAR, expired=True) == (REVIEWED,)
    assert hits(CLEAR, onboarding=True, expired=True) == (AT_ONCE,)


def test_a_customer_from_before_the_first_screening_is_left_alone() -> None:
    assert hits(None) == ()


@pytest.mark.parametrize("status", [None, FUZZY])
def test_nobody_is_taken_on_who_is_not_cleared(status: ScreeningStatus | None) -> None:
    assert hits(status, onboarding=True) == (AT_ONCE,)
    assert hits(status, CAREFUL, onboarding=True) == (REVIEWED,)
    assert hits(status, LAX, onboarding=True) == ()


@pytest.mark.parametrize(
    ("onboarding", "rules", "expected"),
    [
        (True, Rules(), (REFUSED, AT_ONCE)),
        (False, Rules(), (REFUSED, REVIEWED)),
        (True, CAREFUL, (REFUSED, REVIEWED)),
    ],
)
def test_what_is_to_be_reviewed_is_settled_before_somebody_becomes_a_customer(
    rules: Rules, expected: tuple[PartyHit, ...], *, onboarding: bool
) -> None:
    spec = tenant(onboarding=onboarding).spec
    assert before_service(spec, (REFUSED, REVIEWED), rules) == expected
