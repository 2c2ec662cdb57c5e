"""The chart's README: its template with the table of values, as helm-docs would put it there."""

from pathlib import Path

from docgen.values import VALUES, values_table

TEMPLATE = Path("charts/aup-operator/README.md.gotmpl")
MARK = '{{ template "chart.valuesTable" . }}'


def readme(root: Path) -> str:
    """Return the README of the chart."""
    table = values_table((root / VALUES).read_text())
    return (root / TEMPLATE).read_text().replace(MARK, table.rstrip())


def write(root: Path) -> None:
    """Write the README beside its template."""
    (root / TEMPLATE).with_suffix("").write_text(readme(root), encoding="utf-8")
