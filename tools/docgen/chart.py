"""The chart's README, as helm-docs would write it, and its list of the rules."""

from pathlib import Path

import yaml

from aup.rules import CATALOGUE
from docgen.values import VALUES, values_table

TEMPLATE = Path("charts/aup-operator/README.md.gotmpl")
RULES = Path("charts/aup-operator/files/rules.yaml")
RULES_HEAD = "# Ids of the rules: made by `make docs`, not to be edited.\n"
MARK = '{{ template "chart.valuesTable" . }}'


def readme(root: Path) -> str:
    """Return the README of the chart."""
    table = values_table((root / VALUES).read_text())
    return (root / TEMPLATE).read_text().replace(MARK, table.rstrip())


def rules() -> str:
    """Return the list of the ids of rules."""
    return RULES_HEAD + yaml.safe_dump({"rules": [rule.id for rule in CATALOGUE]})


def write(root: Path) -> None:
    """Write the README beside its template, and the list."""
    (root / TEMPLATE).with_suffix("").write_text(readme(root), encoding="utf-8")
    (root / RULES).write_text(rules(), encoding="utf-8")
