"""Annotations that the provider lists: whole, or by what they begin with."""

import pytest

from aup.rules.network.known import is_listed
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network, known_annotations=("a.example/x", "b.example/*", "service.cilium.io/global")
)


@pytest.mark.parametrize("key", ["a.example/x", "b.example/", "b.example/y/z"])
def test_a_listed_key_is_known(key: str) -> None:
    assert is_listed(key, TERMS)


@pytest.mark.parametrize("key", ["", "a.example/xy", "A.example/x", "xb.example/y", "b.example"])
def test_any_other_is_not(key: str) -> None:
    assert not is_listed(key, TERMS)


def test_no_key_is_listed_even_where_all_are() -> None:
    """A setting that is no annotation has no key."""
    assert not is_listed("", replace(TERMS, known_annotations=("*",)))
