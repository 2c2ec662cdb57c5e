"""Parties: which facts about a tenant are hits, and which only together."""

import pytest

from aup.api.sections.choice import Unknown
from aup.api.sections.export import Sector
from aup.api.tenant import Establishment, Owner
from aup.policy.countries import CountryRules
from aup.policy.parties import party_hits, sector_terms
from aup.policy.terms import PartyHit
from support.provider import end_user, owner, tenant
from support.replacing import replace

RULES = CountryRules(
    deny=frozenset({"KP", "IR"}),
    deny_subdivisions=frozenset({"UA-43"}),
    aliases={"UK": "GB"},
    unknown=Unknown.REVIEW,
    ownership_threshold=50,
)


def owned(*owners: Owner, rules: CountryRules = RULES) -> tuple[PartyHit, ...]:
    return party_hits(tenant(ownership=owners).spec, rules)


def test_a_tenant_of_an_ordinary_country_has_no_hit() -> None:
    assert owned(owner("DK", "100")) == ()


def test_establishment() -> None:
    spec = tenant(establishment=Establishment(country="KP")).spec
    assert party_hits(spec, RULES) == (PartyHit("establishment", "KP", review=False),)


def test_every_end_user_is_looked_at() -> None:
    users = (end_user("Kyiv", "UA"), end_user("Port", "UA", "UA-43"), end_user("?", "XX"))
    assert party_hits(tenant(end_users=users).spec, RULES) == (
        PartyHit('end user "Port"', "UA-43", review=False),
        PartyHit('end user "?"', "XX", review=True),
    )


@pytest.mark.parametrize(
    ("owners", "value"),
    [
        pytest.param((owner("IR", "50"),), "IR (50 %)", id="the-threshold-itself"),
        pytest.param((owner("IR", "30"), owner("IR", "20.5")), "IR (50.5 %)", id="several-hands"),
        pytest.param(
            (owner("IR", "30"), owner("KP", "25")), "IR and KP (55 %)", id="two-countries"
        ),
        pytest.param((owner("UA", "60", "UA-43"),), "UA-43 (60 %)", id="denied-part"),
    ],
)
def test_shares_of_denied_places_add_up(owners: tuple[Owner, ...], value: str) -> None:
    assert owned(*owners) == (PartyHit("owners", value, review=False),)


@pytest.mark.parametrize(
    "owners",
    [
        (owner("IR", "49.999"), owner("DK", "50.001")),
        (owner("UA", "100"),),
        (owner("XX", "49"),),
        (),
    ],
)
def test_shares_below_the_threshold_are_no_hit(owners: tuple[Owner, ...]) -> None:
    assert owned(*owners) == ()


@pytest.mark.parametrize(
    ("unknown", "hits"),
    [
        (Unknown.REVIEW, (PartyHit("owners", "IR and XX (60 %)", review=True),)),
        (Unknown.DENY, (PartyHit("owners", "IR and XX (60 %)", review=False),)),
        (Unknown.ALLOW, ()),
    ],
)
def test_shares_of_unknown_origin_may_tip_the_scales(
    unknown: Unknown, hits: tuple[PartyHit, ...]
) -> None:
    rules = replace(RULES, unknown=unknown)
    assert owned(owner("IR", "30"), owner("XX", "30"), rules=rules) == hits


@pytest.mark.parametrize(
    ("unknown", "review"), [(Unknown.REVIEW, True), (Unknown.DENY, False), (Unknown.ALLOW, None)]
)
def test_an_unknown_country_is_what_the_terms_make_of_it(
    unknown: Unknown, *, review: bool | None
) -> None:
    spec = tenant(establishment=Establishment(country="Denmark")).spec
    hits = party_hits(spec, replace(RULES, unknown=unknown))
    assert [hit.review for hit in hits] == ([] if review is None else [review])


@pytest.mark.parametrize(
    ("owners", "because"),
    [
        pytest.param((owner("RU", "30"), owner("RU", "20")), ("owners",), id="several-hands"),
        pytest.param(
            (owner("RU", "30"), owner("RU", "20", "RU-MOW")), ("owners",), id="part-and-whole"
        ),
        pytest.param((owner("RU", "30"), owner("SU", "20")), ("owners",), id="alias"),
        pytest.param((owner("RU", "30"), owner("BY", "20")), (), id="two-countries"),
        pytest.param((owner("RU", "30"), owner("RU", "19.99", "RU-MOW")), (), id="less"),
        pytest.param((), (), id="nobody"),
    ],
)
def test_owners_in_a_country_of_a_sector_count_together(
    owners: tuple[Owner, ...], because: tuple[str, ...]
) -> None:
    rules = replace(RULES, aliases={"SU": "RU"})
    sector = Sector(country="RU", workload_classes=("erp",))
    found = sector_terms(tenant(ownership=owners).spec, rules, (sector,))
    assert tuple(term.because for term in found) == because
