"""One object of a text, and where in the text its parts are written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml

from aup.errors import AupError


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


def after(text: str, line: int = 1, column: int = 1) -> tuple[int, int]:
    """Return line and column of what comes after a text that begins at these."""
    *before, last = f"{text}x".splitlines()
    return line + len(before), (len(last) if before else column + len(last) - 1)
