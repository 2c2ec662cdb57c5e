"""From JSON to plain values: kinds of other projects, of which rules read a few fields.

A typed struct for each of them would say no more than the paths of these fields. Where the shape
is another than the path says, that is a problem, as it is where fields are typed (see shape.py).
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from aup.facts.json_value import text_of, type_of
from aup.facts.model import Problem
from aup.facts.wire.shape import MAX_PROBLEMS, WHOLE, too_many, unreadable

MAX_ITEMS: Final = 32768
"""Entries of lists and maps, and fields, that are looked at in all of one object, by whatever
path. Each takes about a microsecond; honest objects have hundreds, each looked at a few times."""

T = TypeVar("T")
_STEP: Final = re.compile(r"([^.\[\]]+)|(\[\])")
_DECODER: Final = msgspec.json.Decoder()


class _Allowance:
    """How much of an object may still be looked at: one for it and all of its parts."""

    __slots__ = ("left", "spent")

    def __init__(self) -> None:
        self.left = MAX_ITEMS
        self.spent = False
        """Whether more was wanted: nothing is looked at from then on."""

    def take(self, wanted: int) -> int:
        """Return how many of some entries may be looked at, which are fewer from then on."""
        taken = min(wanted, self.left)
        self.left -= taken
        self.spent = self.spent or taken < wanted
        return taken


class Tree:
    """An object, or a part of it, and what in it is not of the shape that was asked for."""

    def __init__(
        self,
        value: dict[str, Any],
        path: str,
        problems: list[Problem],
        allowance: _Allowance | None = None,
    ) -> None:
        self._value = value
        self.path = path
        """From the object: ``spec.servers[0]``; empty for the whole."""
        self._problems = problems
        self._allowance = allowance or _Allowance()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found so far; complete once all fields have been asked for."""
        return tuple(self._problems)

    @property
    def members(self) -> dict[str, Any]:
        """Its fields, as they were decoded."""
        return self._value

    def each(self, path: str) -> Iterator[tuple[str, Any]]:
        """Yield path and value of each field that a path leads to: ``spec.tls[].hosts[]``.

        Null is absent, in lists as well. ``*`` stands for each field of a map.
        """
        if self._allowance.spent:
            return
        if self._allowance.take(1):
            yield from self._walk(_steps(path), self._value, self.path)
        else:
            self._exhausted()

    def one(self, path: str) -> Any:
        """Return the value of a field, or ``None``."""
        return next((value for _, value in self.each(path)), None)

    def objects(self, path: str) -> "Iterator[Tree]":
        """Yield each object that a path leads to; what is none is a problem."""
        for where, value in self.each(path):
            if isinstance(value, dict):
                yield Tree(value, where, self._problems, self._allowance)
            else:
                self._misfit(where, value, "an object")

    def holding(self, value: dict[str, Any], path: str) -> "Tree":
        """Return what the text of a field was decoded to, as a part of this object."""
        return Tree(value, path, self._problems, self._allowance)

    def refuse(self, problem: Problem) -> None:
        """Take down what is amiss, once."""
        if len(self._problems) < MAX_PROBLEMS and problem not in self._problems:
            self._problems.append(problem)

    def at(self, path: str) -> str:
        """Return the path of a field from the whole object."""
        return f"{self.path}.{path}" if self.path else path

    def _walk(self, steps: tuple[str, ...], value: Any, at: str) -> Iterator[tuple[str, Any]]:
        if value is None:
            return
        if not steps:
            yield at, value
        elif steps[0] == "[]":
            if isinstance(value, list):
                for index, item in enumerate(self._bounded(value)):
                    yield from self._walk(steps[1:], item, f"{at}[{index}]")
            else:
                self._misfit(at, value, "a list")
        elif steps[0] == "*" and isinstance(value, dict):
            for key, item in self._bounded(value.items()):
                below = f"{at}.{key}" if key.isidentifier() else f'{at}["{key}"]'
                yield from self._walk(steps[1:], item, below)
        elif isinstance(value, dict):
            below = f"{at}.{steps[0]}" if at else steps[0]
            yield from self._walk(steps[1:], value.get(steps[0]), below)
        else:
            self._misfit(at, value, "an object")

    def _bounded(self, items: Collection[T]) -> Iterator[T]:
        """Yield items while more may be looked at; none where they are too many themselves."""
        if self._allowance.take(len(items)) < len(items):
            self._exhausted()
        for item in items:
            if self._allowance.spent:
                return
            yield item

    def _exhausted(self) -> None:
        """Take down that the rest of the object is not looked at; beyond all other problems."""
        problem = too_many(WHOLE, MAX_ITEMS, "entries and fields to look at")
        if problem not in self._problems:
            self._problems.append(problem)

    def _misfit(self, at: str, value: Any, wanted: str) -> None:
        """Take down what stands where something else belongs."""
        if len(self._problems) >= MAX_PROBLEMS:
            return  # a list of thousands of misfits is told of in sixteen
        self.refuse(Problem(at, text_of(value), f"is {type_of(value)} where {wanted} belongs"))


def read_tree(raw: bytes) -> Tree:
    """Decode an object; one that cannot be read is empty and has a problem."""
    problems: list[Problem] = []
    value: Any = {}
    try:
        value = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problems.append(unreadable(error))
    if isinstance(value, dict):
        return Tree(value, "", problems)
    detail = f"is {type_of(value)} where an object belongs"
    return Tree({}, "", [Problem(WHOLE, text_of(value), detail)])


@cache
def _steps(path: str) -> tuple[str, ...]:
    """Split a path: names, and ``[]`` for each element of a list."""
    return tuple(name or index for name, index in _STEP.findall(path))
