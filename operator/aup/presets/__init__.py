"""Presets: documents of providers as AcceptableUsePolicies that are ready to be applied.

They are data of this package, so that the command line reads them without a cluster; the chart
carries a copy (``make sync``).
"""

from importlib.resources import files
from typing import Any

from aup.documents import read_documents
from aup.errors import AupError

DEFAULT = "asergo"


class UnknownPresetError(AupError):
    """There is no preset of that name."""

    def __init__(self, *, name: str) -> None:
        super().__init__(f"there is no preset {name!r}; the presets are: {', '.join(names())}")
        self.name = name


def names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    found = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def load(name: str = DEFAULT) -> dict[str, Any]:
    """Return a preset's manifest; raise `UnknownPresetError` for a name without one."""
    # Compared with the list, so that a name can never become a path.
    if name not in names():
        raise UnknownPresetError(name=name)
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    (manifest,) = read_documents(text)
    return dict(manifest)
