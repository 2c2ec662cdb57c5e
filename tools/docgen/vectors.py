"""The page of vectors: every known way around a check, and the cases that show it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from docgen.markdown import page, table

ROWS = Path(__file__).with_name("vectors.yaml")
MARK = "# vectors:"
FAMILIES = {"W": "Kinds and operations", "L": "Licences", "X": "Export", "M": "Mail"}
FAMILIES |= {"SEC": "Security", "C": "Conduct", "T": "Tenancy"}
"""Rows of these families are whatever cases call themselves."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way around a check."""

    id: str
    about: str
    why: str = ""
    """Why nothing of it can be judged; empty where cases show it."""
    elsewhere: str = ""
    """Folder of cases that show it under other names."""


def rows() -> tuple[Row, ...]:
    """Return the rows, in the order of the page."""
    return tuple(Row(**row) for row in yaml.safe_load(ROWS.read_text())["rows"])


def shown(root: Path) -> Mapping[str, list[str]]:
    """Return for each row the cases that say that they show it, as rule/verdict/name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    cases = root / "tests" / "cases"
    for path in sorted(cases.glob("*/*/*/*.yaml")):
        first = path.read_text().partition("\n")[0]
        if first.startswith(MARK):
            for row in first.removeprefix(MARK).split(","):
                found["".join(row.split())].append(path.relative_to(cases).as_posix())
    return found


def pages(root: Path) -> dict[str, str]:
    """Return the page."""
    found = shown(root)
    listed = [(row.id, row.about, _shown(row, found)) for row in rows()]
    known = {row.id for row in rows()}
    more = [
        table(
            ["Row", "Cases"],
            [(row, str(len(found[row]))) for row in sorted(found) if _family(row) == family],
        ).join((f"## {title}\n\n", ""))
        for family, title in FAMILIES.items()
        if any(_family(row) == family and row not in known for row in found)
    ]
    return {
        "vectors.md": page(
            "Vectors",
            "Every known way around an address, hostname, host or workload check, and the cases "
            "of `tests/cases` that show that it is closed and that what looks like it passes. "
            "What cannot be judged here says why.",
            table(["Row", "About", "Shown by"], listed),
            *more,
        )
    }


def _family(row: str) -> str:
    return row.partition(":")[0] if ":" in row else ""


def _shown(row: Row, found: Mapping[str, list[str]]) -> str:
    """Return how many cases show a row, or why none can."""
    if row.why:
        return f"Out of reach: {row.why}"
    if row.elsewhere:
        return f"`{row.elsewhere}`"
    return ", ".join(_counts(found.get(row.id, [])))


def _counts(cases: list[str]) -> Iterator[str]:
    """Yield ``3 denied`` and ``2 allowed``."""
    for verdict in ("denied", "allowed"):
        if number := sum(f"/{verdict}/" in case for case in cases):
            yield f"{number} {verdict}"
