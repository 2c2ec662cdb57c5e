"""JSON in strings, read as Go reads it, and what Go would not read refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.cni.go_json import (
    LONGEST,
    Members,
    UnreadableJSONError,
    elements,
    objects,
    read_json,
    strings,
)


def found(text: str) -> Members:
    value = read_json(text)
    assert isinstance(value, Members)
    return value


def test_a_member_is_found_by_any_case_that_go_takes_for_it() -> None:
    """The long s and the Kelvin sign are letters of the alphabet to Go's comparison."""
    value = found('{"ips": "a", "IPS": "b", "ip\\u017f": "c", "ip": "d", "net\\u212aey": "e"}')
    assert list(value.all("ips")) == ["a", "b", "c"]
    assert list(value.all("netkey")) == ["e"]
    assert value.names == ("ips", "IPS", "ip\u017f", "ip", "net\u212aey")


def test_every_one_of_two_members_of_a_name_is_kept() -> None:
    value = found('{"ips": ["a"], "ips": ["b", null]}')
    assert list(elements(value.all("ips"))) == ["a", "b"]


def test_null_is_no_member() -> None:
    assert list(found('{"ips": null}').all("ips")) == []


def test_numbers_stay_as_they_are_written() -> None:
    """A float would round, and a million digits would take their time."""
    assert read_json("[010]".replace("010", "10.50")) == ["10.50"]
    assert read_json(f"[{'9' * 50000}]") == ["9" * 50000]


def test_half_a_character_becomes_a_replacement() -> None:
    """A lone half could be written into no answer."""
    text = '["\\ud83d\\ude00", "\\ud800", "\\\\ud800", "\\uDC00x"]'
    assert read_json(text) == ["\N{GRINNING FACE}", "\ufffd", "\\ud800", "\ufffdx"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *(
            (text, "is not JSON")
            for text in ("", "{", "[1,]", "{'a': 1}", "[NaN]", "[] []", "\ufeff[]")
        ),
        ("[01]", "is not JSON"),
        ("[" * 50000, "is nested too deeply"),
        (" " * (LONGEST + 1), f"is longer than {LONGEST} characters"),
    ],
)
def test_what_go_does_not_read_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UnreadableJSONError, match=problem):
        read_json(text)


def test_objects_are_found_in_lists_and_alone() -> None:
    alone, listed = read_json('{"a": 1}'), read_json('[{"a": 1}, 2, null, {"b": 2}]')
    assert [o.names for o in objects([alone])] == [("a",)]
    assert [o.names for o in objects([listed])] == [("a",), ("b",)]


def test_strings_are_told_with_the_name_that_they_stand_under() -> None:
    value = read_json('{"A": ["x", {"b": "y"}], "c": true, "d": "z"}')
    assert list(strings(value)) == [("a", "x"), ("b", "y"), ("d", "z")]


def test_depth_that_could_be_read_is_walked() -> None:
    text = "[" * 400 + '"x"' + "]" * 400
    assert list(strings(read_json(text))) == [("", "x")]


def problem_of(text: str) -> str:
    try:
        read_json(text)
    except UnreadableJSONError as error:
        return str(error)
    return ""


@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    assert problem_of(text) in {"", "is not JSON"}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_no_string_of_json_is_lost(value: object) -> None:
    text = json.dumps(value)

    def all_strings(part: object) -> list[str]:
        match part:
            case str():
                return [part]
            case list():
                return [s for item in part for s in all_strings(item)]
            case dict():
                return [s for item in part.values() for s in all_strings(item)]
            case _:
                return []

    assert [text for _, text in strings(read_json(text))] == all_strings(value)
