"""Regular expressions over hostnames: bound to a domain, or refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.host_pattern import HostPattern, parse_host_pattern

UNBOUND = HostPattern(problem="is an expression that no hostname bounds")


@pytest.mark.parametrize(
    ("text", "name", "below"),
    [
        (r"^[a-z0-9-]+\.acme\.example$", "acme.example", True),
        (r".+\.acme\.example$", "acme.example", True),
        (r"(?i)^(www|shop)\.Acme\.example$", "acme.example", True),
        (r"^(.+\.)?acme\.example$", "acme.example", True),
        (r"^(?:[a-z]+\.)*acme\.example$", "acme.example", True),
        (r"(.+\.)acme\.example$", "acme.example", True),
        (r"^acme\.example$", "acme.example", False),
        (r"^www-\d+\.acme\.example$", "acme.example", True),
        (r"^[|$(]x\.acme\.example$", "acme.example", True),
        (r"{sub:[a-z]+}.acme.example", "acme.example", True),
        (r"{a}-{b:\d+}.acme.example", "acme.example", True),
        # The first label may be the end of a longer one, so only what follows it is certain.
        (r"www\.acme\.example$", "acme.example", True),
        (r"acme\.example$", "example", True),
        (r"(.+\.)?acme\.example$", "example", True),
        (r"^x(.+\.)?acme\.example$", "example", True),
        (r"^(evil|.+\.)?acme\.example$", "example", True),
        (r"^(.+\.|evil)?acme\.example$", "example", True),
        (r"^(.+\\.)acme\.example$", "example", True),
        (r"^\macme\.example$", "example", True),
    ],
)
def test_a_bound_expression_stands_for_its_domain(text: str, name: str, *, below: bool) -> None:
    assert parse_host_pattern(text) == HostPattern(name, below)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        ".*",
        r"^.+\.acme\.example",
        r"^.+\.acme\.example\$",
        r"^beta\.example$|\.acme\.example$",
        r"^beta\.example|^acme\.example$",
        r"^(beta\.example|.+\.acme\.example)$",
        r"^(beta)\.(acme\.example)?$",
        r"^.+\.acme.example$",
        r"^.+\.acme\.example$|",
        r"^(*ACCEPT).+\.acme\.example$",
        r"(?s)^.+\.acme\.example$",
        r"(?m)^.+\.acme\.example$",
        r"^(?!x).+\.acme\.example$",
        r"^(?#|).+\.acme\.example$",
        r"^\Qbeta|\E\.acme\.example$",
        r"^beta\K\.acme\.example$",
        r"^.+\.acme\.example $",
        r"^.+; \.acme\.example$",
        r"^)(.+\.acme\.example$",
        r"^((.+)\.acme\.example$",
        # What a bracket opens and nothing closes goes on to the end.
        r"^[a-z.+\.acme\.example$",
        r"^[[:alpha:]\.acme\.example$",
        "[" * 400 + r"\.acme\.example$",
        "^[\\",
        r"a{2}.acme.example",
        r"{a:x|y}.acme.example",
        "a" * 5000 + r"\.acme\.example$",
    ],
)
def test_what_no_domain_bounds_is_refused(text: str) -> None:
    assert parse_host_pattern(text).name in {"", "example"}


HOSTS = st.sampled_from(
    [
        *("acme.example", "www.acme.example", "a.b.acme.example", "evilacme.example"),
        *("beta.example", "acme.example.evil.test", "xacme.example", "www-acme.example"),
    ]
)
PIECES = st.sampled_from(
    [
        *("^", "$", "(", ")", "?", "*", "+", "|", ".", r"\.", ".+", "[a-z]", "[^x]", "(?:", "(?i)"),
        *(r"\d", r"\w", "x", "www", "acme", r"acme\.example", "example", r"\.acme\.example$"),
        *("(.+\\.)?", "{2}", "[|$]", "\\\\"),
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join), HOSTS)
def test_no_name_outside_the_domain_matches_the_expression(text: str, host: str) -> None:
    """Whatever Python's own engine finds to match lies in the domain that was read."""
    found = parse_host_pattern(text)
    if not found.name or found.name == "example":
        return
    try:
        matches = re.search(text, host) is not None
    except re.error:
        return
    if matches:
        assert host == found.name or (found.below and host.endswith(f".{found.name}"))


@given(st.text(alphabet="^$()|?*+.\\[]{}acme:<>!i-", max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    found = parse_host_pattern(text)
    assert bool(found.name) is not bool(found.problem)
