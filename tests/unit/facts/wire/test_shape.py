"""Decoding around misfits: each is named by its path, and the rest is still read."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import Problem
from aup.facts.wire.shape import MAX_PROBLEMS, WHOLE, Shape, Wire, fit


class Item(Wire, frozen=True):
    """An element of a list."""

    claim: Any = None
    count: int | None = None


class Thing(Wire, frozen=True):
    """A kind with every sort of field."""

    text: str | None = None
    is_set: bool | None = None
    many_items: list[Item | None] | None = None
    table: dict[str, Any] | None = None
    inner: Item | None = None


THING = Shape(Thing)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "isSet", "manyItems", "table", "inner", "claim", "count"]),
            inner,
        )
    ),
    max_leaves=12,
)


def read(value: object) -> tuple[Thing, tuple[Problem, ...]]:
    return THING.read(json.dumps(value).encode())


def test_what_fits_is_decoded_and_unknown_fields_are_left_alone() -> None:
    thing, problems = read({"text": "a", "inner": {"claim": [1], "count": 2, "other": 3}})
    assert (thing.text, thing.inner, problems) == ("a", Item(claim=[1], count=2), ())


def test_null_is_accepted_everywhere() -> None:
    nulls = {"text": None, "isSet": None, "manyItems": [None], "table": None, "inner": None}
    thing, problems = read(nulls)
    assert (thing, problems) == (Thing(many_items=[None]), ())


def test_every_misfit_is_named_and_the_rest_is_read() -> None:
    thing, problems = read(
        {
            "text": 7,
            "isSet": "yes",
            "manyItems": [{"claim": "first"}, "second", {"claim": "third", "count": 1.5}],
            "table": [],
            "inner": {"count": True},
        }
    )
    assert set(problems) == {
        Problem("text", "7", "is a number where a string belongs"),
        Problem("isSet", "yes", "is a string where a boolean belongs"),
        Problem("manyItems[1]", "second", "is a string where an object belongs"),
        Problem("manyItems[2].count", "1.5", "is a number where an integer belongs"),
        Problem("table", "", "is a list where an object belongs"),
        Problem("inner.count", "true", "is a boolean where an integer belongs"),
    }
    assert thing == Thing(many_items=[Item(claim="first"), None, Item(claim="third")], inner=Item())


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b'{"text":"\xff"}', "is not UTF-8"),
        (b'{"text":"\\ud800"}', "is not JSON"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}", None),
        (b"[]", "is a list where an object belongs"),
        (b"null", "is null where an object belongs"),
        (b"3", "is a number where an object belongs"),
        (
            b'{"inner":{"claim":' + b"9" * 5000 + b"}}",
            "has a number that is out of range",
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_object_is_one_problem(raw: bytes, detail: str | None) -> None:
    thing, problems = THING.read(raw)
    assert thing == Thing()
    (problem,) = problems
    assert (problem.path, problem.detail) == (WHOLE, detail or "is nested too deeply")
    assert problem.hides


def test_problems_are_bounded_and_past_the_bound_nothing_is_read() -> None:
    thing, problems = read({"text": "a", "manyItems": [1] * (MAX_PROBLEMS + 5)})
    assert (thing, len(problems)) == (Thing(), MAX_PROBLEMS)
    assert all(problem.hides for problem in problems)


@given(JSON)
def test_every_cited_path_leads_to_the_cited_value(value: object) -> None:
    _, problems = read(value)
    for problem in problems:
        if problem.path == WHOLE:
            continue
        found: Any = value
        for step in problem.path.replace("[", ".[").split("."):
            found = found[int(step[1:-1]) if step.startswith("[") else step]
        assert problem.value in {str(found), str(found).lower(), ""}


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_an_answer(raw: bytes) -> None:
    thing, problems = THING.read(raw)
    assert isinstance(thing, Thing)
    assert len(problems) <= MAX_PROBLEMS


@given(JSON)
def test_a_decoded_value_is_read_as_its_bytes_are(value: Any) -> None:
    raw = msgspec.json.encode(value)
    assert fit(msgspec.json.decode(raw), Thing) == THING.read(raw)
