"""From JSON to typed structs: what rules read and nothing else, fast where all is well.

Two kinds of fields. *Structure* is typed, so that decoding checks it. *Claims*, the leaves that a
rule judges, are ``Any``: their reader says what is wrong with each of them. Every field accepts
null, as the API server does, and has a default.
"""

import re
from typing import Any, Generic, TypeVar, cast

import msgspec
from msgspec.structs import replace

from aup.facts.json_value import text_of, type_of
from aup.facts.model import Problem
from aup.facts.wire.later import postponed


class Wire(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Base of wire types: immutable, unknown to the garbage collector, names as in JSON."""


W = TypeVar("W", bound=Wire)

MAX_PROBLEMS = 16
"""Problems reported of one object: each costs another pass over it."""

WHOLE = "object"
"""Path of an object that cannot be read at all."""

_AT = re.compile(r"(?P<text>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_EXPECTED = re.compile(r"Expected `(\w+)")
_WORDS = {
    "object": "an object",
    "array": "a list",
    "str": "a string",
    "bool": "a boolean",
    "int": "an integer",
}


class Shape(Generic[W]):
    """How one kind is read: its wire type, with the decoder built once."""

    def __init__(self, wire: type[W]) -> None:
        self._wire = wire
        self._decoder = msgspec.json.Decoder(cast("type[W]", postponed(wire)))

    def read(self, raw: bytes) -> tuple[W, tuple[Problem, ...]]:
        """Decode an object; what cannot be read is left out and named.

        The facts of the rest are still there, so that one answer carries all findings.
        """
        try:
            return self._decoder.decode(raw), ()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._read_around(raw)

    def _read_around(self, raw: bytes) -> tuple[W, tuple[Problem, ...]]:
        """Decode again, taking out one misfit after the other."""
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._wire(), (unreadable(error),)
        return fit(value, self._wire)


def fit(value: Any, wire: type[W]) -> tuple[W, tuple[Problem, ...]]:
    """Read a decoded value as a wire type, taking out (of the value) one misfit after the other."""
    problems: list[Problem] = []
    while len(problems) < MAX_PROBLEMS:
        try:
            return msgspec.convert(value, wire), tuple(problems)
        except msgspec.ValidationError as error:
            problem, taken_out = _take_out(value, str(error))
            problems.append(problem)
            if not taken_out:
                break
    return wire(), tuple(replace(problem, hides=True) for problem in problems)


def too_many(path: str, most: int, what: str) -> Problem:
    """Return the problem of an object that holds more than is looked at."""
    detail = f"has more than {most} {what}"
    return Problem(path, "", detail, hides=True, remedy="spread them over several objects")


def unreadable(error: Exception) -> Problem:
    """Return the problem of bytes that are no JSON object we can hold."""
    match error:
        case RecursionError():
            detail = "is nested too deeply"
        case UnicodeDecodeError():
            detail = "is not UTF-8"
        case msgspec.ValidationError():  # without types only this: an integer of >4300 digits
            detail = "has a number that is out of range"
        case _:
            detail = "is not JSON"
    return Problem(WHOLE, "", detail, hides=True)


def _take_out(value: Any, message: str) -> tuple[Problem, bool]:
    """Replace the misfit that msgspec complains of by null; tell whether that could be done."""
    path, text = _located(message)
    parent: Any = None
    found = value
    for step in path:
        parent, found = found, found[step]
    problem = Problem(_dotted(path) or WHOLE, text_of(found), misfit(found, text))
    if parent is None or found is None:
        return problem, False
    parent[path[-1]] = None
    return problem, True


def _located(message: str) -> tuple[list[str | int], str]:
    """Split msgspec's sentence into the steps to the value and the complaint."""
    match = _AT.fullmatch(message)
    path, text = (match["path"] or "", match["text"]) if match else ("", message)
    steps: list[str | int] = [
        s["name"] if s["name"] is not None else int(s["index"]) for s in _STEP.finditer(path)
    ]
    return steps, text


def misfit(found: object, text: str) -> str:
    """Say what stands where something else belongs.

    Args:
        found: what stands there.
        text: msgspec's complaint, without the place.

    """
    if missing := _MISSING.match(text):
        return f"has no {missing[1]}"
    expected = _EXPECTED.match(text)
    if expected and (word := _WORDS.get(expected[1])) and word != type_of(found):
        return f"is {type_of(found)} where {word} belongs"
    return f"cannot be read: {text[:1].lower()}{text[1:]}"


def _dotted(path: list[str | int]) -> str:
    """Return steps as a path: ``spec.listeners[0].port``."""
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path).removeprefix(".")
