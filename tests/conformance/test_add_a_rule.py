"""The how-to about adding a rule, followed word for word in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.repository import ROOT

PAGE = ROOT / "docs" / "how-to" / "add-a-rule.md"
BLOCK = re.compile(r"```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
FILE = re.compile(r"# (?P<path>(?:operator|tests)/\S+)\n")
SECTION = Path("operator/aup/rules/security/__init__.py")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the page speaks of, and do what it says."""
    there = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("operator", "tests", "crds", "tools"):
        shutil.copytree(ROOT / folder, there / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", there)
    for block in BLOCK.finditer(PAGE.read_text()):
        text = block["text"]
        if named := FILE.match(text):
            target = there / named["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text[named.end() :])
        elif block["language"] == "text":
            (there / SECTION).write_text((there / SECTION).read_text() + text)
    return there


def run(copy: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the copy, with the copy's own package."""
    paths = os.pathsep.join(str(copy / name) for name in ("operator", "tests", "tools"))
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_new_rule_refuses_through_every_door_that_reads_the_catalogue(copy: Path) -> None:
    """The corpus writes its words, holds it to them, and finds its allowed case allowed."""
    corpus = ("pytest", "tests/conformance/test_corpus.py", "-q", "-k", "latest-tag")
    wrote = run(copy, *corpus, "-p", "no:cacheprovider", UPDATE_GOLDEN="1")
    assert wrote.returncode == 0, wrote.stdout + wrote.stderr
    held = run(copy, *corpus, "-p", "no:cacheprovider")
    assert held.returncode == 0, held.stdout
    words = copy / "tests/cases/security/latest-tag/denied/no-tag.txt"
    assert (
        "spec.containers[0].image registry.example/web/app is whatever latest means when the pod "
        "starts; name a version or a digest." in words.read_text()
    )


def test_the_command_line_explains_it(copy: Path) -> None:
    told = run(copy, "aup", "explain", "security/latest-tag")
    assert told.returncode == 0, told.stderr
    assert "Images are named by version" in told.stdout
