"""Countries: codes and aliases are read, names and contradictions are not known."""

from importlib.resources import files

import pytest

from aup.api.sections.choice import Unknown
from aup.policy.countries import ISO_3166, CountryRules

RULES = CountryRules(
    deny=frozenset({"KP", "IR"}),
    deny_subdivisions=frozenset({"UA-43"}),
    aliases={"UK": "GB", "EL": "GR"},
    unknown=Unknown.REVIEW,
    ownership_threshold=50,
)


def test_the_list_is_that_of_the_time_zone_database() -> None:
    """An independent copy of ISO 3166-1, kept current by others."""
    table = files("tzdata") / "zoneinfo" / "iso3166.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    assert {line[:2] for line in lines if line and not line.startswith("#")} == ISO_3166


@pytest.mark.parametrize(
    ("text", "code"),
    [("DK", "DK"), ("UK", "GB"), ("EL", "GR"), ("XK", "XK"), ("XX", ""), ("SU", ""), ("Iran", "")],
)
def test_code(text: str, code: str) -> None:
    assert RULES.code(text) == code


@pytest.mark.parametrize(
    ("country", "subdivision", "denied"),
    [
        pytest.param("KP", None, True, id="denied-country"),
        pytest.param("UA", None, False, id="a-denied-part-does-not-deny-the-whole"),
        pytest.param("UA", "UA-43", True, id="denied-part"),
        pytest.param("UA", "UA-30", False, id="another-part"),
        pytest.param("KP", "KP-01", True, id="part-of-a-denied-country"),
        pytest.param("RU", "UA-43", True, id="denied-part-under-another-flag"),
        pytest.param("UK", "UK-ENG", False, id="alias-in-both"),
        pytest.param("DK", "Crimea", False, id="a-name-is-not-known"),
    ],
)
def test_denies(country: str, subdivision: str | None, *, denied: bool) -> None:
    assert RULES.denies(RULES.place(country, subdivision)) is denied


@pytest.mark.parametrize(
    ("country", "subdivision"), [("XX", None), ("DK", "Crimea"), ("DK", "SE-AB"), ("DK", "DK-")]
)
def test_contradictions_and_names_are_not_known(country: str, subdivision: str | None) -> None:
    assert RULES.place(country, subdivision).country == ""


def test_an_alias_counts_in_the_subdivision_too() -> None:
    assert RULES.place("UK", "UK-ENG").subdivision == "GB-ENG"
