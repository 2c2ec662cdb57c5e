"""The import contracts are kept, and each of them can be broken."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.repository import ROOT, SOURCE

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {c["name"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}
LAYERS = "Imports point down only, and every module has its place"
KOPF = "kopf lives in handlers only"
CLIENT = "The Kubernetes client lives in kube only"
PURE = "The core is pure: no I/O, no clock, no chance, no logging"
OFFLINE = "The offline commands need no cluster"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the copy in a folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "operator"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the product that may be broken."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        SOURCE, tmp_path / "operator" / "aup", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def test_the_contracts_are_kept() -> None:
    """Also those that a copy breaks below."""
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert {LAYERS, KOPF, CLIENT, PURE, OFFLINE} == set(CONTRACTS)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("facts/stray.py", "import aup.engine", LAYERS, id="upward-import"),
        pytest.param("audit/stray.py", "import aup.admission", LAYERS, id="sideways-import"),
        pytest.param("stray.py", "", LAYERS, id="module-without-a-place"),
        pytest.param("kube/stray.py", "import kopf", KOPF, id="kopf-outside-handlers"),
        pytest.param("controller/stray.py", "import kubernetes.aio", CLIENT, id="second-client"),
        pytest.param("rules/stray.py", "import time", PURE, id="a-rule-with-a-clock"),
        pytest.param("engine/stray.py", "import logging", PURE, id="an-engine-that-logs"),
        pytest.param("cli/check.py", "import aup.kube", OFFLINE, id="offline-command-with-cluster"),
    ],
)
def test_a_broken_contract_is_found(copy: Path, module: str, line: str, contract: str) -> None:
    """A contract that nothing can break would guard nothing."""
    stray = copy / "operator" / "aup" / module
    stray.parent.mkdir(exist_ok=True)
    with stray.open("a") as file:
        file.write(f"\n{line}\n")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_everything_below_the_client_counts_as_core() -> None:
    """A package that is new in a pure layer is held to purity too."""
    layers: list[str] = CONTRACTS[LAYERS]["layers"]
    named = [{n.strip() for n in layer.split("|")} for layer in layers]
    edge = next(i for i, names in enumerate(named) if "settings" in names)
    pure = {f"aup.{name}" for names in named[edge + 1 :] for name in names}
    assert set(CONTRACTS[PURE]["source_modules"]) == pure
