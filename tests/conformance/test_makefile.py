"""The Makefile: what `make help` shows is what there is, and CI runs what the README says."""

import re
import subprocess
from pathlib import Path

import pytest

from support.repository import ROOT, text

MAKEFILE = text(Path("Makefile"))
RULES = dict(re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", MAKEFILE, flags=re.MULTILINE))
PHONY = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, flags=re.MULTILINE)[0].split())


def make(*arguments: str) -> str:
    """Run make and return what it prints."""
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def test_help_comes_first_and_names_every_target() -> None:
    """Whoever types `make` finds everything."""
    shown = re.findall(r"^  make (\S+) +\S", make(), flags=re.MULTILINE)
    assert shown[0] == "help"
    assert set(shown) == set(RULES) == PHONY


@pytest.mark.parametrize("target", sorted(RULES))
def test_a_target_says_what_it_is_for_and_is_short(target: str) -> None:
    """What needs more than a few lines is a program in tools/ instead."""
    assert re.search(r"## [A-Z].{10,}", RULES[target])
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", MAKEFILE, flags=re.MULTILINE)
    assert recipe is not None
    assert len(recipe[1].splitlines()) <= 3


def test_the_test_command_sets_up_what_it_needs() -> None:
    """From a fresh clone, `make test` alone has to do."""
    assert {"init", "tools"} <= set(RULES["test"].split("##")[0].split())
    assert {"tools"} <= set(RULES["demo"].split("##")[0].split())
    command = make("--dry-run", "test").rstrip().splitlines()[-1]
    assert re.fullmatch(
        r"\S*\.venv/bin/pytest( --(numprocesses|maxprocesses|dist) \w+)*", command
    ), "all tests, whatever their number of processes"


def test_ci_runs_the_command_of_the_readme_last() -> None:
    """So that its closing line is the run's closing line."""
    script = text(Path(".ci/run"))
    subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=True)
    commands = re.findall(r"^make (\S+)$", script, flags=re.MULTILINE)
    assert commands[-1] == "test"
    assert {"lint", "type", "verify"} <= set(commands)
    assert "make test" in text(Path("README.md"))
    assert "set -euo pipefail" in script
