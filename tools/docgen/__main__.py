"""Write docs/reference, and what the chart holds of the code (`python -m docgen`)."""

from pathlib import Path

from docgen import (
    api,
    chart,
    clauses,
    cli,
    coverage,
    index,
    kinds,
    metrics,
    monitoring,
    rules,
    settings,
    twins,
    values,
    vectors,
)

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
WRITERS = (
    index.pages,
    api.pages,
    rules.pages,
    clauses.pages,
    coverage.pages,
    twins.pages,
    vectors.pages,
    monitoring.pages,
    metrics.pages,
    cli.pages,
    settings.pages,
    values.pages,
)


def main() -> None:
    """Write the pages; each writer returns path below docs/reference → text."""
    pages = {name: text for writer in WRITERS for name, text in writer(ROOT).items()}
    for name, text in pages.items():
        target = REFERENCE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for stale in REFERENCE.rglob("*.md"):
        if stale.relative_to(REFERENCE).as_posix() not in pages:
            stale.unlink()
    chart.write(ROOT)
    kinds.write(ROOT)
    twins.write(ROOT)
    monitoring.write(ROOT)
    print(f"docs/reference: {len(pages)} pages")


if __name__ == "__main__":
    main()
