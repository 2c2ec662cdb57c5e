"""One object of a text, and where in the text its parts are written."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

from aup.errors import AupError

_PLAIN = re.compile(r"[^.\[\]/]+")
"""Keys that stand in a path without quotes."""


class InvalidDocumentError(AupError):
    """A text is not YAML, or not the manifest of an object."""

    def __init__(self, *, problem: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"line {line}, column {column}: {problem}" if line else problem)
        self.problem = problem
        self.line = line
        """From 1; 0 where no line is to blame."""
        self.column = column
        """From 1, in characters."""


@dataclass(frozen=True, slots=True)
class Document:
    """One object of a text."""

    value: Any
    line: int
    """Where the object begins, from 1; of JSON, where the text begins that it stands in."""
    offset: int
    """Lines of the text before the one that the marks of the tree call 0."""
    node: yaml.Node | None = None
    """What the value was made of, merge keys and aliases led back to where they are written."""
    compose: Callable[[], yaml.Node | None] = lambda: None
    """Returns the same, where it was not needed to read the value."""
    repeats: bool = False
    """Whether some object in it, or in what it was part of, has a key more than once."""

    @property
    def tree(self) -> yaml.Node | None:
        """Return the nodes of the value; ``None`` where they cannot be told."""
        return self.node or self.compose()

    def below(self, step: str | int) -> "Document":
        """Return the document of what is under a key or an index, still with the whole value."""
        found = child(self.node, step)
        line = found[0].start_mark.line + self.offset + 1 if found else self.line

        def compose() -> yaml.Node | None:
            composed = child(self.compose(), step)
            return composed[0] if composed else None

        return replace(self, node=found[0] if found else None, line=line, compose=compose)


def child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node | None] | None:
    """Return the value under a key or an index, and the key's own node; ``None`` without one."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return (node.value[step], None) if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        # From the end: what a merge key brings comes first, and what is written twice counts last.
        for key, value in reversed(node.value):
            if key.value == step:
                return value, key
    return None


def repeated(node: yaml.Node | None, path: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """Yield path and node of each key that its object has already: the last one counts."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from repeated(item, f"{path}[{index}]")
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            # What a merge key brings was written elsewhere, and may be written again here.
            if not node.start_mark.index <= key.start_mark.index < node.end_mark.index:
                continue
            name = str(key.value)
            plain = f"{path}.{name}" if path else name
            at = plain if _PLAIN.fullmatch(name) else f'{path}["{name}"]'
            if name in seen:
                yield at, key
            seen.add(name)
            yield from repeated(value, at)


def after(text: str, line: int = 1, column: int = 1) -> tuple[int, int]:
    """Return line and column of what comes after a text that begins at these."""
    *before, last = f"{text}x".splitlines()
    return line + len(before), (len(last) if before else column + len(last) - 1)
