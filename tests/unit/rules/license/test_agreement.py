"""When a declared licence says nothing against a known one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.policy.spdx import AllOf, AnyOf, Expression, License, SpdxProblem, parse
from aup.rules.license.agreement import agrees


def spdx(text: str) -> Expression:
    """Read an expression that must be one."""
    found = parse(text)
    assert not isinstance(found, SpdxProblem), found
    return found


@pytest.mark.parametrize(
    ("declared", "known", "agreed"),
    [
        pytest.param("MIT", "MIT", True, id="the-same"),
        pytest.param("mit and isc", "ISC AND MIT", True, id="in-another-order"),
        pytest.param("MIT", "MIT OR SSPL-1.0", True, id="one-of-the-alternatives"),
        pytest.param("MIT AND ISC", "MIT", True, id="more-than-is-known"),
        pytest.param("MIT", "MIT AND ISC", False, id="less-than-is-known"),
        pytest.param("MIT OR SSPL-1.0", "SSPL-1.0", False, id="a-way-out-that-is-not-known"),
        pytest.param("MIT", "SSPL-1.0", False, id="another"),
        pytest.param("MIT AND ISC", "MIT AND (ISC OR SSPL-1.0)", True, id="a-choice-within"),
        pytest.param("(MIT AND ISC) OR (MIT AND Zlib)", "MIT AND (ISC OR Zlib)", True, id="spread"),
        pytest.param("GPL-2.0-only", "GPL-2.0-or-later", True, id="a-version-that-is-left-open"),
        pytest.param("GPL-2.0-or-later", "GPL-2.0-only", False, id="a-version-that-is-not"),
        pytest.param("GPL-2.0", "GPL-2.0-only", True, id="a-deprecated-id"),
        pytest.param(
            "GPL-2.0-only",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            False,
            id="without-its-exception",
        ),
        pytest.param("LicenseRef-a", "LicenseRef-b", False, id="other-references"),
    ],
)
def test_agreement(declared: str, known: str, *, agreed: bool) -> None:
    assert agrees(spdx(declared), spdx(known)) is agreed


KEYS = ("MIT", "ISC", "Zlib")
TREES = st.recursive(
    st.sampled_from(KEYS).map(License),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3)
        .map(tuple)
        .flatmap(lambda branches: st.sampled_from([AnyOf(branches), AllOf(branches)]))
    ),
    max_leaves=6,
)


def kept(tree: Expression, by: frozenset[str]) -> bool:
    """Tell whether somebody who keeps these licences keeps an expression."""
    match tree:
        case License(key):
            return key in by
        case AnyOf(branches):
            return any(kept(branch, by) for branch in branches)
        case AllOf(branches):
            return all(kept(branch, by) for branch in branches)


@given(TREES, TREES)
def test_whoever_keeps_what_agrees_keeps_what_is_known(
    declared: Expression, known: Expression
) -> None:
    """Compared with the truth of every way to keep licences."""
    if agrees(declared, known):
        for chosen in range(2 ** len(KEYS)):
            by = frozenset(key for bit, key in enumerate(KEYS) if chosen >> bit & 1)
            assert kept(known, by) or not kept(declared, by)


@given(TREES)
def test_an_expression_agrees_with_itself(tree: Expression) -> None:
    assert agrees(tree, tree)
