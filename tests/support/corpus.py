"""The shared corpus: every case is a file, denied cases have their exact message beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aup.documents import read_documents
from support.certificate_requests import members

CASES = Path(__file__).parent.parent / "cases"
SECTIONS = (
    "network",
    "host",
    "license",
    "export",
    "mail",
    "security",
    "conduct",
    "tenancy",
    "resources",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One object and what must be said of it."""

    rule: str
    verdict: str
    """``allowed`` or ``denied``."""
    path: Path

    @property
    def id(self) -> str:
        """Return ``network/assigned-address/denied/external-ip``."""
        return f"{self.rule}/{self.verdict}/{self.path.stem}"

    @property
    def golden(self) -> Path:
        """Return the file with the exact message."""
        return self.path.with_suffix(".txt")

    def load(self) -> dict[str, Any]:
        """Read the one object of the case."""
        (obj,) = documents(self.path)
        return obj


def cases(verdict: str | None = None) -> list[Case]:
    """Return all cases, sorted by path."""
    return [case for case in _all() if verdict in {None, case.verdict}]


def _all() -> Iterator[Case]:
    for section in SECTIONS:
        for path in sorted((CASES / section).glob("*/*/*.yaml")):
            yield Case(f"{section}/{path.parts[-3]}", path.parts[-2], path)


def documents(path: Path) -> list[dict[str, Any]]:
    """Read all objects of a file, ``List`` kinds unpacked."""
    return list(read_documents(path.read_text()))


def resolve(obj: Any, path: str) -> Any:
    """Follow a cited path: ``spec.ports[1].hostPort``, ``metadata.annotations["a.b/c"]``.

    What a path goes on into, past a text, is a certificate request.
    """
    at = 0
    while at < len(path):
        if isinstance(obj, str):
            obj = members(obj)
        if path[at] == ".":
            at += 1
        elif path.startswith('["', at):
            end = path.index('"]', at)
            obj = obj[path[at + 2 : end]]
            at = end + 2
        elif path[at] == "[":
            end = path.index("]", at)
            obj = obj[int(path[at + 1 : end])]
            at = end + 1
        else:
            end = min((i for i in (path.find(c, at) for c in ".[") if i >= 0), default=len(path))
            obj = obj[path[at:end]]
            at = end
    return obj


def as_json(obj: Any) -> bytes:
    """Encode an object as the API server would send it."""
    return json.dumps(obj).encode()
