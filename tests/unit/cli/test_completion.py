"""Shells complete commands, flags, their values and files."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aup.cli import completion
from aup.cli.main import COMMANDS, parser
from support.commands import Commands

# What a shell is given: the words so far, and which may come.
COMPLETE_IN_BASH = """
source "$1"; shift
COMP_WORDS=(aup "$@"); COMP_CWORD=$#
_shtab_aup
printf '%s\\n' "${COMPREPLY[@]}"
"""


def candidates(*words: str) -> tuple[list[str], int]:
    """Return what kubectl is told of a line."""
    found, directive = completion.candidates(parser(words[:1]), words)
    return [word for word, _ in found], directive


@pytest.mark.parametrize(
    ("words", "found", "directive"),
    [
        (("",), list(COMMANDS), 4),
        (("ch",), ["check"], 4),
        (("check", "--bun"), ["--bundle"], 4),
        (("check", "-o", ""), ["text", "json", "sarif"], 4),
        (("check", "--output", "s"), ["sarif"], 4),
        (("check", "--bundle", ""), [], 0),
        (("check", ""), [], 0),
        (("check", "--tenant", ""), [], 4),
        (("check", "--tenant", "acme", "--n"), ["--namespace"], 4),
        (("evidence", ""), ["verify"], 4),
        (("evidence", "verify", "--h"), ["--help", "--head"], 4),
        (("completion", "z"), ["zsh"], 4),
        (("explain", "mail/"), ["mail/direct-smtp", "mail/sender-duties"], 4),
        (("version", ""), [], 4),
        (("nope", ""), list(COMMANDS), 4),
    ],
)
def test_what_may_come_next(words: tuple[str, ...], found: list[str], directive: int) -> None:
    """0 offers files, 4 does not (Cobra's ShellCompDirective)."""
    assert candidates(*words) == (found, directive)


def test_kubectl_is_answered_in_its_protocol(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["kubectl_complete-aup", "evid"])
    assert completion.for_kubectl() == 0
    assert capsys.readouterr().out == "evidence\tcheck evidence of a quarantine\n:4\n"


def bash(tmp_path: Path, script: str, *words: str) -> list[str]:
    """Complete the last of the words in a real bash."""
    file = tmp_path / "aup.bash"
    file.write_text(script)
    return subprocess.run(
        ["bash", "-c", COMPLETE_IN_BASH, "bash", str(file), *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=30,
    ).stdout.split()


def test_bash_completes(tmp_path: Path, aup: Commands) -> None:
    script = aup.run("completion", "bash").out
    (tmp_path / "web.yaml").touch()
    assert set(bash(tmp_path, script, "e")) == {"evidence", "explain", "export"}
    assert bash(tmp_path, script, "check", "--out") == ["--output"]
    assert bash(tmp_path, script, "check", "--output", "j") == ["json"]
    assert bash(tmp_path, script, "check", "we") == ["web.yaml"]


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not here")
def test_fish_completes(tmp_path: Path, aup: Commands) -> None:
    script = tmp_path / "aup.fish"
    script.write_text(aup.run("completion", "fish").out)

    def complete(line: str) -> list[list[str]]:
        """Return each word with what it means."""
        command = ["fish", "--no-config", "-c", f"source {script}; complete -C {shlex.quote(line)}"]
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return [line.split("\t") for line in found.stdout.splitlines()]

    assert ["check", "judge manifests offline"] in complete("aup ")
    assert [word for word, _ in complete("aup check --preset ze")] == ["zenlayer", "zetta"]
    assert [word for word, _ in complete("aup explain host/po")] == ["host/port"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not here")
def test_zsh_takes_its_script(tmp_path: Path, aup: Commands) -> None:
    file = tmp_path / "_aup"
    file.write_text(aup.run("completion", "zsh").out)
    subprocess.run(["zsh", "-n", str(file)], check=True, timeout=30)


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_command_is_in_every_script(aup: Commands, shell: str) -> None:
    script = aup.run("completion", shell).out
    for command in COMMANDS:
        assert command in script


def test_kubectl_finds_the_programs() -> None:
    """Installed beside ``aup``, they answer by their names."""
    folder = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    def run(*command: str) -> str:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    assert run("kubectl-aup", "check", "--help").startswith("usage: kubectl aup check ")
    assert run("aup", "check", "--help").startswith("usage: aup check ")
    assert run("kubectl_complete-aup", "vers") == "version\tprint the version\n:4\n"
