"""The settings of a process, from ``aup.settings``."""

from pathlib import Path

from aup.options import options
from docgen.markdown import code, page, prose, table


def pages(_root: Path) -> dict[str, str]:
    """Return the page of the settings."""
    rows = [
        (
            code(option.flag),
            code(option.variable),
            code(shown(option.default)),
            prose(option.description),
        )
        for option in options()
    ]
    return {
        "settings.md": page(
            "Settings of a process",
            "`aup run` reads each setting once: from its flag, else its environment variable, else "
            "the default. The chart sets the variables; see [Chart values](values.md).",
            table(["Flag", "Variable", "Default", "Meaning"], rows),
        )
    }


def shown(default: object) -> str:
    """Return a default as one writes it."""
    if isinstance(default, tuple):
        return ",".join(str(part) for part in default)
    return "" if default is None else str(default)
