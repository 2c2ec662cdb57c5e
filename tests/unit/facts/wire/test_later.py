"""What few ask for is kept as bytes where it was read from bytes, and is the same in the end."""

import json
from typing import Any

import msgspec
import pytest

from aup.facts.wire.later import Later, postponed, value_of
from aup.facts.wire.shape import Shape, Wire, fit


class Step(Wire, frozen=True):
    """A part with a field that few ask for."""

    some_name: str | None = None
    its_values: Later = None


class Steps(Wire, frozen=True):
    """Something that has it at some depth."""

    first: Step | None = None
    many_steps: list[Step | None] | None = None
    by_name: dict[str, Step] | None = None


class Plain(Wire, frozen=True):
    """Something without."""

    text: str | None = None


STEPS = Shape(Steps)


@pytest.mark.parametrize("value", [None, "a", 1.5, True, [{"a": [None]}], {"": {}}, 10**400])
def test_bytes_and_decoded_values_give_the_same(value: Any) -> None:
    step = {"someName": "x", "itsValues": value}
    whole = {"first": step, "manySteps": [None, step], "byName": {"a": step}}
    read, problems = STEPS.read(json.dumps(whole).encode())
    fitted, others = fit(whole, Steps)
    assert (problems, others) == ((), ())
    for found in (read, fitted):
        assert found.first is not None
        assert found.many_steps is not None
        assert found.many_steps[0] is None
        assert found.many_steps[1] is not None
        assert found.by_name is not None
        for each in (found.first, found.many_steps[1], found.by_name["a"]):
            assert (each.some_name, value_of(each.its_values)) == ("x", value)


def test_bytes_stay_bytes_until_they_are_asked_for() -> None:
    read, _ = STEPS.read(b'{"first": {"itsValues": [ 1 ]}}')
    assert read.first is not None
    assert isinstance(read.first.its_values, msgspec.Raw)
    assert bytes(read.first.its_values) == b"[ 1 ]"


def test_what_is_not_there_is_none() -> None:
    read, _ = STEPS.read(b'{"first": {}}')
    assert read.first is not None
    assert read.first.its_values is None


def test_around_a_misfit_the_rest_is_read() -> None:
    read, problems = STEPS.read(b'{"first": {"itsValues": [1]}, "manySteps": 7}')
    assert [problem.path for problem in problems] == ["manySteps"]
    assert read == Steps(first=Step(its_values=[1]))


@pytest.mark.parametrize("value", [b'"\xff"', b"[1e999]", b"1" * 5000])
def test_what_is_no_json_that_we_can_hold_is_none(value: bytes) -> None:
    read, problems = STEPS.read(b'{"first": {"someName": "x", "itsValues": %s}}' % value)
    assert problems == ()
    assert read.first is not None
    assert (read.first.some_name, value_of(read.first.its_values)) == ("x", None)


def test_a_type_in_which_nothing_comes_later_is_decoded_by_itself() -> None:
    assert postponed(Plain) is Plain
    assert issubclass(postponed(Steps), Steps)
    assert postponed(Steps) is postponed(Steps)
