"""YAML as kubectl reads it: many documents, lists unpacked, and only JSON's own types.

PyYAML follows YAML 1.1, where ``2024-05-01`` is a date, ``10:30`` is 630 and ``yes`` is true. The
first two reach an API server as strings, since kubectl goes through JSON.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from aup.errors import AupError

INTEGER = re.compile(r"^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$")
"""YAML 1.1 without its numbers to the base of sixty."""
FLOAT = re.compile(
    r"^(?:[-+]?(?:[0-9][0-9_]*)?\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*\."
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)


class InvalidDocumentError(AupError):
    """A text is not YAML, or not the manifest of an object."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """A safe loader that resolves the scalars of JSON and nothing else."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag
        not in {
            "tag:yaml.org,2002:timestamp",
            "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float",
        }
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", INTEGER, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", FLOAT, list("-+0123456789."))


def read_documents(text: str | bytes) -> Iterator[Any]:
    """Yield every object of a text; the items of a List each by itself.

    Raises:
        InvalidDocumentError: the text is not YAML; objects before the mistake were yielded.

    """
    try:
        for document in yaml.load_all(text, Loader=_Loader):
            yield from _unpacked(document)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidDocumentError(problem=" ".join(str(error).split())) from error


def _unpacked(document: Any) -> Iterator[Any]:
    """Yield an object, or what is in it if it is a List; an empty document is nothing."""
    match document:
        case None:
            return
        case {"kind": str(kind), "items": list(items)} if kind.endswith("List"):
            yield from items
        case _:
            yield document
