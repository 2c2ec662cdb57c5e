"""The repository as the conformance tests see it: its root and its tracked files."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "operator" / "aup"


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that git knows or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


@cache
def text(path: Path) -> str:
    """Return the text of a tracked file; bytes that are no UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def modules() -> list[Path]:
    """Return the product's Python modules, relative to the root."""
    return [path for path in tracked() if path.parts[:2] == ("operator", "aup") and is_python(path)]


def is_python(path: Path) -> bool:
    """Tell whether a file is Python source."""
    return path.suffix == ".py"
