"""The command starts with what it needs and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aup.cli.main import COMMANDS, parser
from support.commands import FOREIGN, REPORT, service, write
from support.repository import SOURCE

HEAVY = frozenset(
    {
        *("kopf", "kubernetes", "aiohttp", "uvloop", "httptools", "cryptography", "ssl"),
        *("asyncio", "prometheus_client", "jsonschema", "shtab", "logging.config"),
        *("aup.kube", "aup.live", "aup.controller", "aup.server", "aup.handlers", "aup.metrics"),
    }
)
"""What takes long to import and serves another command."""

PROBE = """
import json, sys
from aup.cli.main import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
print(json.dumps(sorted(set(sys.modules) & set(json.loads(sys.argv[1])))))
"""


def imported(among: frozenset[str], *arguments: str) -> set[str]:
    """Return the modules that a command imports, of some."""
    said = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(sorted(among)), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE.parent), "PATH": "/usr/bin:/bin"},
        timeout=60,
    ).stdout
    return set(json.loads(said.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["version"], ["check", "--help"]], ids=" ".join)
def test_help_and_version_import_nothing_of_the_engine(arguments: list[str]) -> None:
    engine = {"aup.engine", "aup.rules", "aup.policy", "aup.facts", "msgspec", "license_expression"}
    assert imported(HEAVY | engine, *arguments) == set()


def test_a_check_imports_the_engine_and_no_cluster(tmp_path: Path) -> None:
    file = write(tmp_path, "web.yaml", service(FOREIGN))
    bundle = write(tmp_path, "report.yaml", REPORT)
    seen = imported(HEAVY | {"aup.engine"}, "check", "--bundle", bundle, file)
    assert seen == {"aup.engine"}


def test_a_command_does_not_import_another() -> None:
    others = frozenset(module for module, _ in COMMANDS.values() if module)
    assert imported(others, "explain") == {"aup.cli.explain"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        parser([name], program="aup").parse_args([name, "--help"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: aup {name}")


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        parser([], program="aup").parse_args([])
    assert raised.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
