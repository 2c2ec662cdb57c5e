"""What catalogues say of a program, when there is more than one: the stricter word holds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.catalog import CatalogItem
from aup.api.sections.choice import Unknown
from aup.policy.terms import LicenseTerms
from aup.rules.license import RULES
from support.licences import catalogues, license_terms
from support.replacing import replace
from support.workloads import workload

ENDED = date(2026, 3, 31)
IMAGE = "reg.example/app"
DIGEST = "sha256:" + "1" * 64
TERMS = license_terms(unknown=Unknown.DENY, support_ended=frozenset({ENDED}))


def item(**said: object) -> CatalogItem:
    """Return an item about the image."""
    return CatalogItem(repository=IMAGE, **said)  # type: ignore[arg-type]  # one field of any


def broken(image: str, terms: LicenseTerms) -> set[str]:
    """Return the rules that an image breaks."""
    running = workload(image, continues=False)
    return {rule.id for rule in RULES for _ in rule.check(running, terms)}


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        pytest.param({"license": "MIT"}, {"license": "ISC"}, set(), id="both-allowed"),
        pytest.param(
            {"license": "MIT"}, {"license": "SSPL-1.0"}, {"license/expression"}, id="one-denied"
        ),
        pytest.param(
            {"license": "MIT"}, {"product": "db"}, {"license/entitlement"}, id="a-product"
        ),
        pytest.param(
            {"product": "db"}, {"product": "db"}, {"license/entitlement"}, id="the-same-product"
        ),
        pytest.param(
            {"license": "MIT"}, {"license": "NOASSERTION"}, {"license/unknown"}, id="one-not-sure"
        ),
        pytest.param({"license": "MIT"}, {}, set(), id="one-silent"),
        pytest.param({}, {}, {"license/unknown"}, id="both-silent"),
        pytest.param(
            {"license": "MIT"},
            {"license": "MIT", "support_ends_at": ENDED},
            {"license/vendor-support"},
            id="one-knows-an-end",
        ),
    ],
)
def test_of_two_catalogues_the_stricter_holds(
    one: dict[str, object], other: dict[str, object], rules: set[str]
) -> None:
    for first, second in ((one, other), (other, one)):
        merged = catalogues(a=(item(**first),), b=(item(**second),))
        assert broken(IMAGE, replace(TERMS, catalog=merged)) == rules


ITEMS = st.builds(
    CatalogItem,
    repository=st.sampled_from([IMAGE, "mirror.example/reg/app", "reg.example/other"]),
    versions=st.sampled_from([None, None, ">=2", "<2"]),
    digests=st.sampled_from([(), (), (DIGEST,)]),
    license=st.sampled_from([None, "MIT", "SSPL-1.0", "MIT OR SSPL-1.0", "NOASSERTION"]),
    product=st.sampled_from([None, None, "db"]),
    support_ends_at=st.sampled_from([None, None, ENDED, date(2027, 1, 1)]),
)
CATALOGUE = st.lists(ITEMS, max_size=4).map(tuple)
IMAGES = st.builds(
    "{}{}".format,
    st.sampled_from([IMAGE, "mirror.example/reg/app"]),
    st.sampled_from(["", ":1.0.0", ":2.1.0", f"@{DIGEST}"]),
)


@given(CATALOGUE, CATALOGUE, IMAGES, st.sampled_from("az"))
def test_a_second_catalogue_never_excuses_an_image(
    first: tuple[CatalogItem, ...], second: tuple[CatalogItem, ...], image: str, name: str
) -> None:
    """Whatever a rule found is found still; only that nobody knew an image can change."""
    alone = broken(image, replace(TERMS, catalog=catalogues(m=first)))
    both = {name: second, "m": first}
    assert alone - {"license/unknown"} <= broken(image, replace(TERMS, catalog=catalogues(**both)))
