"""JSON in a string, as the network's programs read it: all of them are written in Go.

Go matches ``"IPS"`` and ``"ipſ"`` to a field named ``ips``, and of a name that comes twice it takes
the last one; a program in another language may take the first. So all of them are kept, and found
by any spelling.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NoReturn

LONGEST = 64 * 1024
"""Characters. A chain of plugins has hundreds; text without a bound costs time without one."""

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape: of a character in two halves, of one half alone, or any other."""


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object with every member that was written, in order."""

    pairs: tuple[tuple[str, object], ...] = ()
    """Names folded as Go compares them."""
    names: tuple[str, ...] = ()
    """As written, in the same order."""

    def all(self, *names: str) -> Iterator[object]:
        """Yield the value of each member that Go would take for one of the names; null is none."""
        for name, value in self.pairs:
            if name in names and value is not None:
                yield value


class UnreadableJSONError(Exception):
    """A text is no JSON that we can hold; the argument completes ``<path>``: ``is not JSON``."""


def read_json(text: str) -> object:
    """Return what a JSON text says: its objects as `Members`, its lists as lists.

    Raises:
        UnreadableJSONError: the text is no JSON, or it is too long or too deep.

    """
    if len(text) > LONGEST:
        raise UnreadableJSONError(f"is longer than {LONGEST} characters")
    try:
        return _DECODER.decode(_ESCAPE.sub(_whole, text))
    except RecursionError as error:
        raise UnreadableJSONError("is nested too deeply") from error
    except ValueError as error:
        raise UnreadableJSONError("is not JSON") from error


def fold(name: str) -> str:
    """Return a member's name as Go compares it: without case, in all of Unicode."""
    return name.casefold()


def elements(values: Iterable[object]) -> Iterator[object]:
    """Yield the elements of lists, and what is no list as one; null is no element."""
    for value in values:
        yield from (e for e in (value if isinstance(value, list) else (value,)) if e is not None)


def objects(values: Iterable[object]) -> Iterator[Members]:
    """Yield the objects among values and in lists of them."""
    return (value for value in elements(values) if isinstance(value, Members))


def strings(value: object) -> Iterator[tuple[str, str]]:
    """Yield every string below a value, with the folded name that it stands under.

    Not by recursion: what `read_json` could hold has no depth that this could not walk.
    """
    left: list[tuple[str, object]] = [("", value)]
    while left:
        name, found = left.pop()
        match found:
            case str():
                yield name, found
            case list():
                left.extend((name, item) for item in reversed(found))
            case Members():
                left.extend(reversed(found.pairs))
            case _:
                continue


def _members(pairs: list[tuple[str, object]]) -> Members:
    folded = tuple((fold(name), value) for name, value in pairs)
    return Members(folded, tuple(name for name, _ in pairs))


def _whole(escape: re.Match[str]) -> str:
    """Replace half a character, as Go does: no message could carry it."""
    return r"\ufffd" if escape["half"] else escape[0]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_constant=_no_constant,  # Go knows no NaN
    parse_int=str,  # a number is compared as it is written, and may have a million digits
    parse_float=str,
)


def all_of(found: Iterable[Members], *names: str) -> Iterator[object]:
    """Yield the values of members of several objects."""
    return chain.from_iterable(members.all(*names) for members in found)
