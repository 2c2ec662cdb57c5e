"""Fields by their paths: what is there, what is not, and what has another shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import Problem
from aup.facts.wire.shape import MAX_PROBLEMS, WHOLE, too_many
from aup.facts.wire.tree import MAX_ITEMS, Tree, read_tree

ROUTES: Any = {
    "spec": {"routes": [{"hosts": ["a", None, "b"]}, None, {"hosts": None}, {"hosts": []}]}
}

EXHAUSTED = too_many(WHOLE, MAX_ITEMS, "entries and fields to look at")


def tree(value: Any) -> Tree:
    return read_tree(json.dumps(value).encode())


def test_a_path_leads_to_every_element_with_its_place() -> None:
    found = tree(ROUTES)
    assert list(found.each("spec.routes[].hosts[]")) == [
        ("spec.routes[0].hosts[0]", "a"),
        ("spec.routes[0].hosts[2]", "b"),
    ]
    assert found.problems == ()


def test_a_part_knows_where_it_stands() -> None:
    (first, *others) = tree(ROUTES).objects("spec.routes[]")
    assert [path for path, _ in first.each("hosts[]")] == [
        "spec.routes[0].hosts[0]",
        "spec.routes[0].hosts[2]",
    ]
    assert (first.at("name"), first.one("name")) == ("spec.routes[0].name", None)
    assert [other.path for other in others] == ["spec.routes[2]", "spec.routes[3]"]


@pytest.mark.parametrize("value", [{}, {"spec": None}, {"spec": {"routes": None}}])
def test_what_is_not_there_is_no_problem(value: Any) -> None:
    found = tree(value)
    assert list(found.each("spec.routes[].hosts[]")) == []
    assert found.problems == ()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"spec": "x"}, Problem("spec", "x", "is a string where an object belongs")),
        ({"spec": {"routes": {}}}, Problem("spec.routes", "", "is an object where a list belongs")),
        (
            {"spec": {"routes": [7]}},
            Problem("spec.routes[0]", "7", "is a number where an object belongs"),
        ),
        (
            {"spec": {"routes": [{"hosts": "a"}]}},
            Problem("spec.routes[0].hosts", "a", "is a string where a list belongs"),
        ),
    ],
)
def test_another_shape_is_a_problem_told_once(value: Any, problem: Problem) -> None:
    found = tree(value)
    for _ in range(2):
        assert list(found.each("spec.routes[].hosts[]")) == []
        assert [list(part.each("hosts[]")) for part in found.objects("spec.routes[]")] in ([], [[]])
    assert found.problems == (problem,)


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{]", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_a_problem_of_the_whole(raw: bytes) -> None:
    found = read_tree(raw)
    assert list(found.each("spec")) == []
    assert [problem.path for problem in found.problems] == [WHOLE]


def test_only_so_many_problems_are_told() -> None:
    found = tree({"spec": {"routes": list(range(100))}})
    assert list(found.objects("spec.routes[]")) == []
    assert len(found.problems) == 16


@given(
    st.recursive(
        st.none() | st.text(max_size=2) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["spec", "routes", "hosts"]), inner, max_size=3)
        ),
    )
)
def test_any_value_gets_an_answer(value: Any) -> None:
    found = tree(value)
    assert all(isinstance(path, str) for path, _ in found.each("spec.routes[].hosts[]"))


def test_a_star_leads_to_every_field_of_a_map() -> None:
    found = tree({"spec": {"roles": {"Worker": {"n": 1}, "a.b/c": {"n": 2}, "none": None}}})
    assert list(found.each("spec.roles.*.n")) == [
        ("spec.roles.Worker.n", 1),
        ('spec.roles["a.b/c"].n', 2),
    ]
    assert found.problems == ()
    assert list(tree({"spec": [1]}).each("spec.*")) == []


def test_no_more_is_walked_than_anybody_writes() -> None:
    half = MAX_ITEMS // 2 - 1
    whole = tree({"rows": [[1]] * half})
    assert len(list(whole.each("rows[][]"))) == half
    assert whole.problems == ()
    for value, path in (
        ([None] * (MAX_ITEMS + 1), "a[]"),
        ({str(i): 1 for i in range(MAX_ITEMS + 1)}, "a.*"),
    ):
        found = tree({"a": value})
        assert list(found.each(path)) == []
        assert found.problems == (EXHAUSTED,)


def test_parts_of_an_object_share_what_may_be_looked_at_of_the_whole() -> None:
    """Each look counts, by whatever path: thousands of empty objects have dozens of fields each."""
    found = tree({"a": [{}] * (MAX_ITEMS // 2)})
    looks = sum(1 for part in found.objects("a[]") for _ in range(3) if part.one("b") is None)
    assert MAX_ITEMS // 2 - 3 <= looks <= MAX_ITEMS // 2 + 3
    assert found.problems == (EXHAUSTED,)
    assert list(found.each("a[]")) == []


def test_that_the_rest_was_not_looked_at_is_told_beside_any_number_of_other_problems() -> None:
    found = tree({"a": [*range(MAX_PROBLEMS + 1), *[{}] * (MAX_ITEMS - 100)]})
    for part in found.objects("a[]"):
        part.one("b")
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert found.problems[-1] == EXHAUSTED
