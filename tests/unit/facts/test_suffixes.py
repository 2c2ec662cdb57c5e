"""The Public Suffix List: what is nobody's to claim, and what somebody may own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.hostname import parse_hostname
from aup.facts.suffixes import is_public_suffix, is_top_level_domain


@pytest.mark.parametrize(
    "name",
    [
        "com",
        "co.uk",
        "github.io",
        "any.ck",  # the list says *.ck
        "kawasaki.jp",  # and *.kawasaki.jp
        "xn--p1ai",
        "xn--55qx5d.cn",
        "example",
        "internal",
        "xn--dk9h",  # the A-label of an emoji, which IDNA 2008 does not decode
    ],
)
def test_nobody_owns_a_name_under_which_strangers_register(name: str) -> None:
    assert is_public_suffix(name)


@pytest.mark.parametrize(
    "name",
    [
        "acme.example",
        "acme.co.uk",
        "acme.github.io",
        "www.ck",  # the list says !www.ck
        "city.kawasaki.jp",
        "xn--e1afmkfd.xn--p1ai",
        "a.b.c.d.e.f.g.h",
    ],
)
def test_what_is_registered_below_a_suffix_may_be_owned(name: str) -> None:
    assert not is_public_suffix(name)


@pytest.mark.parametrize(
    ("label", "real"),
    [("com", True), ("dev", True), ("xn--p1ai", True), ("example", False), ("acme-prod", False)],
)
def test_a_top_level_domain_is_one_of_a_registry(label: str, *, real: bool) -> None:
    assert is_top_level_domain(label) is real


@given(st.text(alphabet="abcxn-ü。.*_1", max_size=30))
def test_any_canonical_name_gets_an_answer(text: str) -> None:
    if name := parse_hostname(text).name:
        assert is_public_suffix(name.rpartition(".")[2])
        assert not is_public_suffix(f"no-suffix-is-called-so.a.b.c.d.{name}")
