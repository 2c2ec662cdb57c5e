"""Where things live: the rules of STYLE.md that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from support.repository import ROOT, SOURCE, is_python, modules, text, tracked

EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
UNIT = Path("tests/unit")
# Written so that this file does not match itself.
ELSEWHERE = re.compile(
    rf"{re.escape(str(ROOT))}\b|/[r]oot/|/tmp/[a]up\b|\.\./[s]hared|\.[l]ibrary/"
)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions and methods of a module."""
    nodes = ast.walk(ast.parse(text(path)))
    return [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from `def` on, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def mirrored(test: Path) -> list[Path]:
    """Return the sources that a unit test may stand beside: ``test_<module>[_<aspect>].py``."""
    folder = SOURCE / test.relative_to(UNIT).parent
    words = test.stem.removeprefix("test_").split("_")
    stems = ["_".join(words[:end]) for end in range(len(words), 0, -1)]
    return [folder / f"{stem}.py" for stem in stems] + [folder / stem for stem in stems]


def test_operator_is_a_source_root_and_no_package() -> None:
    """An ``operator/__init__.py`` would shadow the standard library's ``operator``."""
    assert not (ROOT / "operator" / "__init__.py").exists()
    assert [p.name for p in (ROOT / "operator").iterdir() if p.name != "__pycache__"] == ["aup"]


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_fits_a_reader(path: Path) -> None:
    """At most 300 lines a module and 40 a function, and a name that says what is inside."""
    assert len(text(path).splitlines()) <= 300
    assert path.stem not in EMPTY_NAMES
    assert {f.name: code_lines(f) for f in functions(path) if code_lines(f) > 40} == {}


def test_no_folder_has_an_empty_name() -> None:
    """Nor has a module of the tests or the tools."""
    named = {part for path in tracked() if is_python(path) for part in (*path.parts, path.stem)}
    assert named & EMPTY_NAMES == set()


def test_a_unit_test_stands_where_its_module_stands() -> None:
    """A reader finds the test of a module by its path alone."""
    tests = [p for p in tracked() if p.is_relative_to(UNIT) and p.name.startswith("test_")]
    assert tests
    assert [str(t) for t in tests if not any(source.exists() for source in mirrored(t))] == []


def test_no_file_names_the_machine_that_it_was_written_on() -> None:
    """Paths of a home, a scratch folder or a neighbour of the repository help nobody else."""
    assert [str(path) for path in tracked() if ELSEWHERE.search(text(path))] == []
