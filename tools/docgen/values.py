"""The values of the chart, from the comments in its ``values.yaml``.

A comment that starts with ``# --`` describes the key under it, as helm-docs reads it too.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docgen.markdown import code, page, prose, table

VALUES = Path("charts/aup-operator/values.yaml")


def pages(root: Path) -> dict[str, str]:
    """Return the page of the chart's values."""
    return {
        "values.md": page(
            "Chart values",
            "Every value of the chart `aup-operator`; `values.schema.json` refuses all others.",
            values_table((root / VALUES).read_text()),
        )
    }


def values_table(text: str) -> str:
    """Return the table of the values in a values file."""
    tree = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(tree, yaml.MappingNode):
        raise TypeError("values.yaml must hold a map")
    rows = list(described(tree, text.splitlines(), ""))
    return table(
        ["Value", "Default", "Meaning"], ((code(k), code(v), prose(t)) for k, v, t in rows)
    )


def described(
    node: yaml.MappingNode, lines: list[str], prefix: str
) -> Iterator[tuple[str, str, str]]:
    """Yield path, default and description of each described key; its children follow it."""
    for key, value in node.value:
        path = f"{prefix}{key.value}"
        text = comment_above(lines, key.start_mark.line)
        deeper = isinstance(value, yaml.MappingNode) and bool(value.value)
        below = list(described(value, lines, f"{path}.")) if deeper else []
        if text:
            yield path, "" if below else json.dumps(plain(value)), text
        yield from below


def plain(node: yaml.Node) -> Any:
    """Return the value that a node holds."""
    return yaml.safe_load(yaml.serialize(node))


def comment_above(lines: list[str], line: int) -> str:
    """Return the description above a line: from the last ``# --`` on."""
    above: list[str] = []
    for text in reversed(lines[:line]):
        if not text.strip().startswith("#"):
            return ""
        above.insert(0, text.strip().lstrip("#").strip())
        if above[0].startswith("--"):
            return " ".join(above).removeprefix("--").strip()
    return ""
