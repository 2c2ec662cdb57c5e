"""The texts that a command is to read: files, folders, standard input.

In a folder every file is read that looks like a manifest; what must be rendered first is not
guessed at: the way to render it is told.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from aup.documents import InvalidDocumentError, decode

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
"""Of the files that are read in a folder."""

CHART: Final = "Chart.yaml"
KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
TEMPLATE_MARK: Final = "# Source: "
"""What ``helm template`` writes above each document, with the path of the template."""


@dataclass(frozen=True)
class Source:
    """A text and where it comes from."""

    name: str
    text: str
    named: bool = True
    """Whether somebody asked for this very file, not only for a folder above it."""

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines as YAML counts them."""
        return self.text.splitlines()

    def template_of(self, line: int) -> str:
        """Return the template that a document was rendered from; empty when nothing says so.

        Args:
            line: where the document begins, from 1.

        """
        for above in reversed(self.lines[max(0, line - 20) : line - 1]):
            if above.startswith(TEMPLATE_MARK):
                return above.removeprefix(TEMPLATE_MARK).strip()
            if above.strip() and not above.startswith("#"):
                break
        return ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or a part of one that cannot be judged, and why."""

    name: str
    problem: str
    line: int = 0
    column: int = 0
    text: str = ""
    """The line, where there is one."""


def read_sources(names: Iterable[str]) -> Iterator[Source | Unreadable]:
    """Yield every text once; one that cannot be read does not stop the others."""
    for name in dict.fromkeys(names):
        if name == STDIN:
            yield _stdin()
        elif not name:
            # The folder where the command runs would be read: a variable of a script was empty.
            yield Unreadable("''", "names no file")
        elif (path := Path(name)).is_dir():
            found = list(_folder(path))
            yield from found or [Unreadable(name, "holds no *.yaml, *.yml or *.json file")]
        else:
            yield _rendering(path) or _file(path, named=True)


def _stdin() -> Source | Unreadable:
    """Read standard input: none at all is no yes, since what should write it may have failed."""
    if sys.stdin is None:
        return Unreadable(STDIN_NAME, "is closed")
    content = sys.stdin.buffer.read()
    if not content.strip():
        return Unreadable(STDIN_NAME, "is empty; did the command that writes it fail?")
    return _decoded(STDIN_NAME, content, named=True)


def _folder(folder: Path) -> Iterator[Source | Unreadable]:
    """Yield the texts in a folder and below it; a chart or kustomization is one thing."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Unreadable(str(folder), error.strerror or str(error))
        return
    names = {entry.name for entry in entries}
    for name in (CHART, *KUSTOMIZATIONS):
        if name in names:
            yield _to_render(folder, name)
            return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        # A link to a folder may lead back up.
        if entry.is_dir() and not entry.is_symlink():
            yield from _folder(entry)
        elif entry.suffix in SUFFIXES and (entry.is_file() or not entry.exists()):
            # A link that leads nowhere is told.
            yield _file(entry, named=False)


def _rendering(path: Path) -> Unreadable | None:
    """Say how to render what a file is the head of."""
    if path.name not in {CHART, *KUSTOMIZATIONS}:
        return None
    return _to_render(path.parent, path.name)


def _to_render(folder: Path, head: str) -> Unreadable:
    """Say how the manifests of a chart or a kustomization come about."""
    if head == CHART:
        what, how = "a Helm chart", f"helm template {folder}"
    else:
        what, how = "a kustomization", f"kubectl kustomize {folder}"
    return Unreadable(str(folder), f"is {what}; judge what it renders: {how} | aup check -")


def _file(path: Path, *, named: bool) -> Source | Unreadable:
    """Read one file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return Unreadable(str(path), error.strerror or str(error))
    return _decoded(str(path), content, named=named)


def _decoded(name: str, content: bytes, *, named: bool) -> Source | Unreadable:
    try:
        return Source(name, decode(content), named=named)
    except InvalidDocumentError as error:
        return Unreadable(name, error.problem, error.line, error.column)
