"""SPDX expressions: what is read, what is refused, and that nothing escapes as an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.policy.spdx import (
    AllOf,
    AnyOf,
    Expression,
    License,
    SpdxProblem,
    parse,
    parse_exception,
    parse_license,
    render,
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("MIT", License("MIT"), id="one-licence"),
        pytest.param(
            "mit or apache-2.0", AnyOf((License("MIT"), License("Apache-2.0"))), id="case"
        ),
        pytest.param("MIT\nOR ISC", AnyOf((License("MIT"), License("ISC"))), id="line-break"),
        pytest.param(
            "MIT AND (SSPL-1.0 OR ISC)",
            AllOf((License("MIT"), AnyOf((License("SSPL-1.0"), License("ISC"))))),
            id="and-binds-tighter-than-or",
        ),
        pytest.param("", License("NOASSERTION"), id="empty-is-unknown"),
        pytest.param(" \n", License("NOASSERTION"), id="blank-is-unknown"),
        pytest.param("NONE", License("NONE"), id="none-is-kept"),
        pytest.param("GPL-2.0", License("GPL-2.0-only"), id="deprecated-only"),
        pytest.param("GPL-2.0+", License("GPL-2.0-or-later"), id="deprecated-or-later"),
        pytest.param("GPL-2.0-only+", License("GPL-2.0-or-later"), id="plus-on-only"),
        pytest.param("MPL-1.1+", License("MPL-1.1+"), id="plus-on-any-other-licence"),
        pytest.param("AGPL-3.0", License("AGPL-3.0-only"), id="deprecated-agpl"),
        pytest.param("Net-SNMP", License("Net-SNMP"), id="listed-though-the-library-renames-it"),
        pytest.param(
            "GPL-2.0-with-classpath-exception",
            License("GPL-2.0-only", "Classpath-exception-2.0"),
            id="deprecated-compound-is-taken-apart",
        ),
        pytest.param(
            "eCos-2.0", License("GPL-2.0-or-later", "eCos-exception-2.0"), id="deprecated-ecos"
        ),
        pytest.param(
            "SSPL-1.0 WITH LLVM-exception",
            License("SSPL-1.0", "LLVM-exception"),
            id="exception-does-not-hide-the-licence",
        ),
        pytest.param("RSALv2", License("RSALv2"), id="in-wide-use-but-not-listed"),
        pytest.param(
            "LicenseRef-GPL-2.0", License("LicenseRef-GPL-2.0"), id="reference-as-written"
        ),
        pytest.param(
            "LicenseRef-MIT-TC", License("LicenseRef-MIT-TC"), id="reference-that-the-library-maps"
        ),
        pytest.param("NOASSERTION", License("NOASSERTION"), id="nobody-looked"),
        pytest.param("none", License("NONE"), id="none-in-any-case"),
        pytest.param(
            "MIT WITH Classpath-exception-2.0",
            License("MIT", "Classpath-exception-2.0"),
            id="exception-of-another-licence-is-read",
        ),
        pytest.param(
            "GPL-2.0-only with AdditionRef-ours",
            License("GPL-2.0-only", "AdditionRef-ours"),
            id="addition-of-ones-own",
        ),
        pytest.param("Nunit", License("zlib-acknowledgement"), id="renamed"),
        pytest.param("bzip2-1.0.5", License("bzip2-1.0.6"), id="merged-into-a-later-version"),
        pytest.param(
            "DocumentRef-bom:LicenseRef-x",
            License("DocumentRef-bom:LicenseRef-x"),
            id="reference-into-another-document",
        ),
    ],
)
def test_parse_reads(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "MIT, Apache-2.0",
        "MIT/Apache-2.0",
        "MIT Apache-2.0",
        "MIT OR",
        "OR",
        "(MIT",
        "()",
        "NOT MIT",
        "MIT & ISC",
        "MIT WITH",
        "МIT",
        "Proprietary",
        "LicenseRef-",
        "LicenseRef-a b",
        "LicenseRef-a_b",
        "NONE+",
        "Classpath-exception-2.0",
        "MIT WITH ISC",
        "GPL-2.0-with-classpath-exception WITH LLVM-exception",
        "M" * 5000,
    ],
)
def test_parse_refuses_what_is_no_expression(text: str) -> None:
    problem = parse(text)

    assert isinstance(problem, SpdxProblem)
    assert len(problem.text) <= 128


def test_problem_names_the_word_that_nobody_knows() -> None:
    assert parse("MIT OR Proprietary") == SpdxProblem(
        "MIT OR Proprietary", "names Proprietary, which SPDX does not list; write LicenseRef-…"
    )


def test_parse_license_wants_exactly_one_licence() -> None:
    assert parse_license("gpl-2.0") == "GPL-2.0-only"
    for text in ("", "MIT OR ISC", "GPL-2.0-only WITH LLVM-exception", "wxWindows"):
        assert isinstance(parse_license(text), SpdxProblem), text


def test_parse_exception_wants_an_exception() -> None:
    assert parse_exception("classpath-exception-2.0") == "Classpath-exception-2.0"
    assert parse_exception("AdditionRef-ours") == "AdditionRef-ours"
    assert isinstance(parse_exception("MIT"), SpdxProblem)
    assert isinstance(parse_exception(""), SpdxProblem)


def test_deep_nesting_is_answered() -> None:
    """An expression that is all parentheses neither hangs nor raises."""
    assert isinstance(parse("(" * 2040 + "MIT" + ")" * 2040), License | SpdxProblem)


_LICENSES = st.builds(
    License,
    st.sampled_from(["MIT", "SSPL-1.0", "GPL-2.0-only", "LicenseRef-Vendor-EULA", "NOASSERTION"]),
    st.sampled_from(["", "", "Classpath-exception-2.0", "LLVM-exception"]),
)


def _any_of(members: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.lists(members, min_size=2, max_size=4).map(lambda found: AnyOf(tuple(found)))


_ALL_OF = st.lists(st.one_of(_LICENSES, _any_of(_LICENSES)), min_size=2, max_size=4).map(
    lambda found: AllOf(tuple(found))
)
_TREES = st.one_of(_LICENSES, _ALL_OF, _any_of(st.one_of(_LICENSES, _ALL_OF)))


@given(_TREES)
def test_what_is_rendered_reads_back(tree: Expression) -> None:
    assert parse(render(tree)) == tree


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(parse(text), Expression | SpdxProblem)


@given(
    st.lists(
        st.sampled_from(["MIT", "GPL-2.0+", "OR", "and", "WITH", "(", ")", "LicenseRef-x", "NONE"]),
        max_size=12,
    )
)
def test_any_sequence_of_words_gets_an_answer(words: list[str]) -> None:
    answer = parse(" ".join(words))

    assert isinstance(answer, Expression | SpdxProblem)
    if not isinstance(answer, SpdxProblem):
        again = parse(render(answer))
        assert not isinstance(again, SpdxProblem)
        assert render(again) == render(answer)
