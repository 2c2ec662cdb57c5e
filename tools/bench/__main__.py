"""``make bench``: a table for people, and the same as JSON in ``bench.json``.

``make bench ONLY=engine`` leaves the API server out, ``ONLY=admission`` the engine alone;
``ONLY=flood`` measures what one tenant's flood costs another one, ``ONLY=scale`` what a large
cluster costs, and ``ONLY=budget`` what each way of holding a budget costs and lets through.
``make bench PEERS=1`` measures Gatekeeper and Kyverno in the same run.
"""

import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bench import engine


def main() -> int:
    """Measure and print."""
    only = os.environ.get("ONLY", "")
    if only == "flood":
        return _flood()
    found: dict[str, Any] = {"machine": _machine()}
    if only == "scale":
        return _written(found | _scale())
    if only == "budget":
        return _written(found | _budget())
    if only != "admission":
        found |= _engine()
    if only != "engine":
        found |= _admission(peers=os.environ.get("PEERS", "") not in {"", "0"})
    return _written(found)


def _written(found: Mapping[str, Any]) -> int:
    """Write the same as JSON."""
    Path("bench.json").write_text(json.dumps(found, indent=2) + "\n")
    print("\nThe same as JSON: bench.json")
    return 0


def _flood() -> int:
    """Measure what one tenant's flood costs another one; that is nothing to compare runs by."""
    from bench import flood

    print("Beside a flood of another tenant, straight at one replica; milliseconds")
    table(flood.measure())
    return 0


def _scale() -> dict[str, Any]:
    """Measure starts, rest and admission in a large cluster."""
    from bench import scale

    found = scale.measure()
    print("\nWhat there is; seconds")
    table([found.made])
    print("\nStarts with all of it there; seconds, MiB, milliseconds")
    table(found.starts)
    print("\nAsked of the API server while nothing happens")
    table(found.rest)
    print("\nServer-side dry run of one Pod, one client; milliseconds")
    table(found.admission)
    return asdict(found)


def _budget() -> dict[str, Any]:
    """Measure the ways in which a budget is held, side by side."""
    from bench import budget

    rows = budget.measure()
    print("\nA budget, and writers who want less of it, or more than there is; milliseconds")
    table(rows)
    print(f"({budget.ROUNDS} rounds of {budget.SECONDS:g} s in which all take turns)")
    return budget.as_json(rows)


def _machine() -> dict[str, Any]:
    """Say on what it is measured."""
    python = f"{platform.python_version()} ({' '.join(platform.python_build())})"
    return {"cores": os.cpu_count(), "python": python}


def _engine() -> dict[str, Any]:
    print("Engine alone, microseconds for one object of 8 KB, reading included")
    costs, compiled = engine.measure()
    table(costs)
    print(f"({engine.rules()} rules; best median of {engine.ROUNDS} rounds)\n")
    print("Worlds, compiled once")
    table(compiled)
    return {"engine": [asdict(cost) for cost in costs], "worlds": [asdict(one) for one in compiled]}


def _admission(*, peers: bool) -> dict[str, Any]:
    from bench import admission, goals

    rows = admission.measure(peers=peers)
    print("\nServer-side dry run of one Pod on a real API server; times in milliseconds")
    table(rows)
    print(f"(medians of {admission.ROUNDS} rounds in which all take turns)")
    found = {"admission": [asdict(row) for row in rows]}
    if peers:
        judged = goals.judge(rows)
        print("\nGoals")
        table(judged)
        found["goals"] = [asdict(goal) for goal in judged]
    return found


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
