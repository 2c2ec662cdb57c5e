"""Where in a text a cited value is written: line and columns, for editors and for the caret."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from aup.documents import Document, child

_STEP = re.compile(r'\.?(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]|\["(?P<key>.*?)"\](?=[.\[]|$)')


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of one line of a text."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    end: int
    """Column after the last character; always past ``column``."""
    text: str
    """The whole line."""


def locate(document: Document, lines: Sequence[str], path: str, value: str = "") -> Spot | None:
    """Return where the value under a path is written, or what is nearest to where it belongs.

    Args:
        document: the object that is spoken of.
        lines: of the text that it was read from.
        path: as facts cite it: ``spec.ports[1].hostPort``, ``metadata.annotations["a.b/c"]``.
        value: the part of what is written there that matters; empty: all of it.

    """
    node = document.tree
    if node is None:
        return None
    key = None
    for step in steps(path):
        found = child(node, step)
        if found is None:
            break
        # An item of a list has no key of its own.
        node, key = found
    if isinstance(node, yaml.ScalarNode):
        return _written(node, lines, document.offset, value)
    mark, end = (key.start_mark, key.end_mark) if key else (node.start_mark, node.start_mark)
    return _spot(lines, mark.line + document.offset, mark.column, end.column)


def written(node: yaml.Node, lines: Sequence[str], offset: int) -> Spot | None:
    """Return where a key or another short node is written.

    Args:
        node: of a text.
        lines: of that text.
        offset: of the document that it is in.

    """
    start, end = node.start_mark, node.end_mark
    return _spot(lines, start.line + offset, start.column, end.column)


def steps(path: str) -> Iterator[str | int]:
    """Yield the keys and indices of a path."""
    for match in _STEP.finditer(path):
        if match["index"] is not None:
            yield int(match["index"])
        else:
            yield match["name"] or match["key"] or ""


def at(lines: Sequence[str], line: int, column: int) -> Spot | None:
    """Return the one character at a line and a column, from 1."""
    return _spot(lines, line - 1, column - 1, column) if line else None


def _written(node: yaml.ScalarNode, lines: Sequence[str], offset: int, value: str) -> Spot | None:
    """Return where a value stands in a scalar that may run over several lines."""
    first, last = node.start_mark.line + offset, node.end_mark.line + offset
    for number in range(first, min(last + 1, len(lines))):
        begin = node.start_mark.column if number == first else 0
        column = lines[number].find(value, begin) if value else -1
        if column >= 0:
            return _spot(lines, number, column, column + len(value))
    end = node.end_mark.column if first == last else len(lines[first]) if first < len(lines) else 0
    return _spot(lines, first, node.start_mark.column, end)


def _spot(lines: Sequence[str], line: int, column: int, end: int) -> Spot | None:
    """Return a spot; line and columns count from 0 here."""
    if not 0 <= line < len(lines):
        return None
    return Spot(line + 1, column + 1, max(end, column + 1) + 1, lines[line])
