"""Traefik's rules: which names they are bound to, if to any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.routes.traefik_rule import HostRule, parse_rule


def hosts(text: str) -> tuple[list[str], bool]:
    found = parse_rule(text)
    assert found.problem == ""
    return [host.value for host in found.hosts], found.bounded


@pytest.mark.parametrize(
    ("text", "names", "bounded"),
    [
        ("Host(`a.example`)", ["a.example"], True),
        ('Host("a.example")', ["a.example"], True),
        ("Host(`a.example`, `b.example`)", ["a.example", "b.example"], True),
        ("host ( `a.example` )", ["a.example"], True),
        ("HOST(`a.example`)", ["a.example"], True),
        ("HostHeader(`a.example`)", ["a.example"], True),
        ("HostSNI(`*`)", ["*"], True),
        ("Host(`a.example`) && PathPrefix(`/x`)", ["a.example"], True),
        ("PathPrefix(`/x`) && Host(`a.example`)", ["a.example"], True),
        ("Host(`a.example`) || Host(`b.example`)", ["a.example", "b.example"], True),
        ("Host(`a.example`) || PathPrefix(`/x`)", ["a.example"], False),
        ("Host(`a.example`) && PathPrefix(`/`) || Method(`GET`)", ["a.example"], False),
        (
            "Host(`a.example`) && (PathPrefix(`/`) || Host(`b.example`))",
            ["a.example", "b.example"],
            True,
        ),
        ("(Host(`a.example`))", ["a.example"], True),
        ("!Host(`a.example`)", [], False),
        ("Host(`a.example`) && !Host(`b.example`)", ["a.example"], True),
        ("!(Host(`a.example`) || Host(`b.example`))", [], False),
        ("PathPrefix(`/`)", [], False),
        ("ClientIP(`203.0.113.0/24`) && Header(`Host`, `a.example`)", [], False),
        ("Host()", [], False),
        ("Host(``)", [""], True),
        (r'HostRegexp("^.+\\.a\\.example$")', [r"^.+\.a\.example$"], True),
        ("HostRegexp(`{sub:[a-z]+}.a.example`)", ["{sub:[a-z]+}.a.example"], True),
    ],
)
def test_a_rule_is_bound_to_the_names_that_every_match_has(
    text: str, names: list[str], *, bounded: bool
) -> None:
    assert hosts(text) == (names, bounded)


def test_what_is_cited_stands_in_the_rule_as_it_is_written() -> None:
    text = r'HostRegexp("^.+\\.a\\.example$")'
    (host,) = parse_rule(text).hosts
    assert host.text in text
    assert host.is_pattern


@pytest.mark.parametrize(
    "text",
    [
        *("", "Host", "Host(", "Host(`a`", "Host(`a` `b`)", "Host(a.example)", "Host('a.example')"),
        *("Host(`a`) &&", "&& Host(`a`)", "Host(`a`) | Host(`b`)", "Host(`a`) Host(`b`)"),
        *(
            "Host(`a`))",
            "((Host(`a`))",
            "Host(`a`,)",
            r'Host("\x61.example")',
            'Host("a',
            "Höst(`a`)",
        ),
        *("!" * 70 + "Host(`a`)", "(" * 70 + "Host(`a`)" + ")" * 70, "Höst(`a`)"),
        "Host(Host(`a`))",
    ],
)
def test_what_is_no_rule_is_a_problem(text: str) -> None:
    assert parse_rule(text) == HostRule(problem="is not a rule of Traefik that can be read")


def test_a_rule_without_end_is_a_problem() -> None:
    assert "longer than" in parse_rule("Host(`a`) || " * 10_000).problem


@given(st.text(alphabet="Host(SNI)`\"'!&|, ab.*\\\n", max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    found = parse_rule(text)
    assert not (found.problem and found.hosts)


LEAVES = st.sampled_from(
    [("Host(`a`)", True), ("Host(`b`)", True), ("Path(`/`)", False), ("Method(`GET`)", False)]
)
RULES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(
            lambda parts: (
                " && ".join(f"({text})" for text, _ in parts),
                any(bound for _, bound in parts),
            )
        )
        | st.lists(inner, min_size=2, max_size=3).map(
            lambda parts: (
                " || ".join(f"({text})" for text, _ in parts),
                all(bound for _, bound in parts),
            )
        )
        | inner.map(lambda part: (f"!({part[0]})", False))
    ),
    max_leaves=8,
)


@given(RULES)
def test_a_rule_is_bounded_as_its_parts_are(rule: tuple[str, bool]) -> None:
    text, bounded = rule
    assert parse_rule(text).bounded is bounded
