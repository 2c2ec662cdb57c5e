"""The hostname reader: one name has one canonical form, and lookalikes have another."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from aup.facts.hostname import MAX_LABEL, MAX_NAME, parse_hostname

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("text", "name", "wildcard"),
    [
        pytest.param("acme.example", "acme.example", False, id="canonical"),
        pytest.param("ACME.Example", "acme.example", False, id="case"),
        pytest.param("acme.example.", "acme.example", False, id="one-trailing-dot"),
        pytest.param("*.acme.example", "acme.example", True, id="wildcard"),
        pytest.param("*.ACME.example.", "acme.example", True, id="wildcard-case-and-dot"),
        pytest.param("_acme-challenge.acme.example", "_acme-challenge.acme.example", False),
        pytest.param("acme。example", "acme.example", False, id="ideographic-full-stop"),
        pytest.param("acme．example。", "acme.example", False, id="other-full-stops"),
        pytest.param("ａｃｍｅ.example", "acme.example", False, id="full-width-letters"),
        pytest.param("bücher.example", "xn--bcher-kva.example", False, id="u-label"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", False, id="u-label-upper-case"),
        pytest.param("XN--BCHER-KVA.example", "xn--bcher-kva.example", False, id="a-label"),
        pytest.param("exаmple.com", "xn--exmple-4nf.com", False, id="cyrillic-lookalike"),
        pytest.param("faß.example", "xn--fa-hia.example", False, id="sharp-s-is-not-ss"),
        pytest.param("xn--dk9h.example", "xn--dk9h.example", False, id="a-label-of-an-emoji"),
        pytest.param("r3---cache.acme.example", "r3---cache.acme.example", False, id="hyphens"),
        pytest.param("localhost", "localhost", False, id="single-label"),
        pytest.param("1and1.example", "1and1.example", False, id="label-with-digits"),
        pytest.param("a" * MAX_LABEL + ".example", "a" * MAX_LABEL + ".example", False),
    ],
)
def test_a_hostname_is_read(text: str, name: str, *, wildcard: bool) -> None:
    parsed = parse_hostname(text)
    assert (parsed.name, parsed.wildcard, parsed.problem) == (name, wildcard, "")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (True, "is a boolean where a hostname belongs"),
        (8, "is a number where a hostname belongs"),
        (None, "is null where a hostname belongs"),
        ([], "is a list where a hostname belongs"),
        ("", "is empty where a hostname belongs"),
        ("*.", "is empty where a hostname belongs"),
        (".", "has an empty label"),
        ("acme..example", "has an empty label"),
        (".acme.example", "has an empty label"),
        ("acme.example..", "has an empty label"),
        ("*", "is not a hostname"),
        ("*.*.acme.example", "is not a hostname"),
        ("w*.acme.example", "is not a hostname"),
        ("＊.acme.example", "is not a hostname"),
        ("*。acme.example", "is not a hostname"),
        ("acme.example:443", "is not a hostname"),
        ("https://acme.example", "is not a hostname"),
        (" acme.example", "is not a hostname"),
        ("acme.example\n", "is not a hostname"),
        ("-acme.example", "is not a hostname"),
        ("acme-.example", "is not a hostname"),
        ("2001:db8::1", "is not a hostname"),
        ("203.0.113.9", "ends in a number, as no hostname does"),
        ("acme.0203", "ends in a number, as no hostname does"),
        ("℀.example", "is not a hostname"),
        ("🎉.example", "has characters that no hostname may have"),
        ("acme\u202eelpmaxe", "has characters that no hostname may have"),
        ("a\u200db.example", "has characters that no hostname may have"),
        ("a" * (MAX_LABEL + 1) + ".example", "has a label of more than 63 characters"),
        (".".join(["a" * 50] * 6), "is too long for a hostname"),
        (".".join(["é" * 20] * 10), "is too long for a hostname"),
        ("a" * 100_000, "is too long for a hostname"),
    ],
)
def test_what_is_no_hostname_says_why(value: object, problem: str) -> None:
    parsed = parse_hostname(value)
    assert (parsed.name, parsed.problem) == ("", problem)


@given(st.text() | st.text(alphabet="aаß。．.*-_xn XÜ٠\u200d\u00ad\u0378", max_size=20))
@example("\u1e9e.example")
@example("xn--\x7f")
def test_any_text_gets_either_a_canonical_name_or_a_problem(text: str) -> None:
    parsed = parse_hostname(text)
    assert bool(parsed.name) is not bool(parsed.problem)
    if parsed.name:
        assert parsed.name.isascii()
        assert parsed.name == parsed.name.lower()
        assert len(parsed.name) <= MAX_NAME
        assert all(0 < len(label) <= MAX_LABEL for label in parsed.name.split("."))


@given(st.text(alphabet="abcаüß。.-_A1*", max_size=30))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    once = parse_hostname(text)
    assume(once.name)
    again = parse_hostname(once.name)
    assert (again.name, again.wildcard) == (once.name, False)


@given(NAMES, st.data())
def test_case_trailing_dot_and_kind_of_full_stop_do_not_matter(
    name: str, data: st.DataObject
) -> None:
    assume(not name.rpartition(".")[2].isdigit())
    stops = data.draw(st.lists(st.sampled_from(".。．｡"), min_size=5, max_size=5))
    spelt = "".join(stops.pop() if c == "." else c for c in name)
    spelt = data.draw(st.sampled_from([spelt, spelt.upper(), f"{spelt}.", f"{spelt}。"]))
    assert parse_hostname(spelt).name == name


@given(NAMES)
def test_a_wildcard_is_its_parent_and_says_so(name: str) -> None:
    parsed = parse_hostname(f"*.{name}")
    assert (parsed.name, parsed.wildcard) == (name, True)


@given(NAMES, st.integers(min_value=0))
def test_a_lookalike_letter_makes_another_name(name: str, at: int) -> None:
    """A Cyrillic letter in place of a Latin one never gives the Latin name."""
    places = [i for i, c in enumerate(name) if c in "aeopcyx"]
    assume(places)
    place = places[at % len(places)]
    swap = dict(zip("aeopcyx", "аеорсух", strict=True))
    spoof = name[:place] + swap[name[place]] + name[place + 1 :]
    assert parse_hostname(spoof).name != name
