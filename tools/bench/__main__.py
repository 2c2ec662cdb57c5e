"""``make bench``: a table for people, and the same as JSON in ``bench.json``.

``make bench ONLY=engine`` leaves the API server out.
"""

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bench import engine


def main() -> int:
    """Measure and print."""
    print("Engine alone, microseconds for one object of 8 KB, reading included")
    costs, compiled = engine.measure()
    table(costs)
    print(f"({engine.rules()} rules; best median of {engine.ROUNDS} rounds)\n")
    print("Worlds, compiled once")
    table(compiled)
    found: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "engine": [asdict(cost) for cost in costs],
        "worlds": [asdict(one) for one in compiled],
    }
    if os.environ.get("ONLY", "") != "engine":
        from bench import admission

        print("\nServer-side dry run of one Pod on a real API server; times in milliseconds")
        rows = admission.measure()
        table(rows)
        print(f"(medians of {admission.ROUNDS} rounds in which all modes take turns)")
        found["admission"] = [asdict(row) for row in rows]
    Path("bench.json").write_text(json.dumps(found, indent=2) + "\n")
    print("\nThe same as JSON: bench.json")
    return 0


def table(rows: Iterable[Any]) -> None:
    """Print dataclasses as a table, a column for each field."""
    listed = list(rows)
    names = [field.name for field in fields(listed[0])]
    cells: Sequence[Sequence[str]] = [
        [name.replace("_", " ") for name in names],
        *([_cell(getattr(row, name)) for name in names] for row in listed),
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    for line in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
