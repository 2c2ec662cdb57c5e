"""Write docs/reference and the chart's README (`python -m docgen`); remove stale pages."""

from pathlib import Path

from docgen import api, chart, clauses, cli, coverage, index, metrics, rules, settings, values

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
WRITERS = (
    index.pages,
    api.pages,
    rules.pages,
    clauses.pages,
    coverage.pages,
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
    print(f"docs/reference: {len(pages)} pages")


if __name__ == "__main__":
    main()
