"""JSON, and what YAML's parser tells about where its values are written."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import yaml

from aup.documents.document import Document, after

_SPACE = re.compile(r"[ \t\r\n]*")
_NOT_YAML = re.compile(r"\\u[0-9a-fA-F]{4}|\t")
"""What JSON may hold and YAML may not, or not always."""
_SURROGATES = re.compile(
    r"(?P<well>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\[^u])"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""Halves of a character: in pairs, or (without ``well``) alone, where they are no text."""


def read_json(text: str) -> list[Document] | None:
    """Read JSON, also several objects one after the other; ``None`` when it is something else.

    JSON is YAML, but for tabs between its tokens and for characters in two escapes. Half a
    character becomes what an API server stores in its place.
    """
    if r"\u" in text:
        text = _SURROGATES.sub(lambda match: match["well"] or r"\ufffd", text)
    decoder = _Decoder()
    start, line, column = 0, 1, 1
    found: list[Document] = []
    while True:
        at = start + len(_SPACE.match(text, start)[0])  # type: ignore[index] # matches nothing, too
        line, column = after(text[start:at], line, column)
        if at == len(text):
            return found or None
        if text[at] not in "{[":
            return None
        try:
            value, start = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        compose = _composer(text[at:start], column)
        found.append(Document(value, line, line - 1, compose=compose, repeats=decoder.repeats))
        line, column = after(text[at:start], line, column)


class _Decoder(json.JSONDecoder):
    """Reads JSON by the letter, and notes whether an object has a key twice."""

    def __init__(self) -> None:
        super().__init__(parse_constant=_no_constant, object_pairs_hook=self._object)
        self.repeats = False

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.repeats = self.repeats or len(found) < len(pairs)
        return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _composer(text: str, column: int) -> Callable[[], yaml.Node | None]:
    """Return what composes JSON as YAML: changed where YAML differs, with every place kept."""

    @cache
    def compose() -> yaml.Node | None:
        changed = _NOT_YAML.sub(lambda match: " " if match[0] == "\t" else "_" * 6, text)
        try:
            return yaml.compose(" " * (column - 1) + changed, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, RecursionError):
            return None

    return compose
