"""What a container starts, by its command line and by the script that a shell is given."""

from typing import Any

import pytest
from msgspec.structs import replace

from aup.facts.model import CommandLine, Container, ContainerKind
from aup.rules.security.commands import MAX_SCRIPT, Reading, started


def container(command: tuple[str, ...] = (), args: tuple[str, ...] = ()) -> Container:
    return Container(ContainerKind.CONTAINER, "c", "at", None, command=command, args=args)


def names(*lines: Any) -> list[str]:
    return [name for _, name in started(container(*lines), Reading())]


@pytest.mark.parametrize(
    ("command", "args", "expected"),
    [
        pytest.param((), (), [], id="nothing-is-said"),
        pytest.param(("nmap", "-sS"), (), ["nmap"], id="command"),
        pytest.param(("/usr/bin/nmap",), (), ["nmap"], id="path"),
        pytest.param((), ("nmap", "-sS"), ["nmap"], id="args-alone"),
        pytest.param(("web",), ("nmap",), ["web"], id="args-of-another-program"),
        pytest.param(("sudo", "-u", "nmap", "id"), (), ["id"], id="option-with-a-value"),
        pytest.param(("xargs", "-n1", "-I", "{}", "nmap"), (), ["nmap"], id="joined-value"),
        pytest.param(("timeout", "-s", "KILL", "60s", "nmap"), (), ["nmap"], id="operand"),
        pytest.param(("gosu", "app:app", "nmap"), (), ["nmap"], id="operand-alone"),
        pytest.param(("sudo", "env", "A=1", "nice", "nmap"), (), ["nmap"], id="one-after-another"),
        pytest.param(("busybox", "sh", "-c", "nmap"), (), ["sh", "nmap"], id="shell-of-busybox"),
        pytest.param(("su", "-", "app", "-c", "nmap x"), (), ["su", "nmap"], id="su"),
        pytest.param(("timeout", "60", "nmap"), (), ["nmap"], id="timeout"),
        pytest.param(
            ("timeout", "--signal", "KILL", "60", "nmap"), (), ["nmap"], id="long-option-and-value"
        ),
        pytest.param(
            ("timeout", "--signal=KILL", "60", "nmap"), (), ["nmap"], id="long-option-with-value"
        ),
        pytest.param(("script", "-qc", "nmap x"), (), ["script", "nmap"], id="typescript"),
        pytest.param(("sh", "-c", "coproc nmap x"), (), ["sh", "nmap"], id="coprocess"),
        pytest.param(
            ("sh", "-c", "function f { nmap x; }; f"), (), ["sh", "nmap", "}", "f"], id="function"
        ),
        pytest.param(("env", "A=1", "B=2", "nmap"), (), ["nmap"], id="env"),
        pytest.param(("tini", "--", "nmap"), (), ["nmap"], id="init"),
        pytest.param(("sudo",), (), [], id="no-program"),
        pytest.param(("sh",), (), ["sh"], id="shell-without-script"),
        pytest.param(("sh", "run.sh"), (), ["sh"], id="script-of-the-image"),
        pytest.param(("sh", "--rcfile", "nmap"), (), ["sh"], id="long-option"),
        pytest.param(("sh", "-c"), ("nmap x",), ["sh", "nmap"], id="script-in-args"),
        pytest.param(("bash", "-euxc", "nmap x"), (), ["bash", "nmap"], id="joined-options"),
        pytest.param(("sh", "-c", "a; b && c|d"), (), ["sh", *"abcd"], id="several-commands"),
        pytest.param(
            ("sh", "-c", "if a; then b; else X=1 c; fi"), (), ["sh", *"abc", "fi"], id="keywords"
        ),
        pytest.param(("sh", "-c", "x=$(nmap y)"), (), ["sh", "nmap"], id="substitution"),
        pytest.param(("sh", "-c", "echo nmap"), (), ["sh", "echo"], id="word-of-another-command"),
        pytest.param(("sh", "-c", "'nmap' x"), (), ["sh", "nmap"], id="quotes"),
        pytest.param(
            ("sh", "-c", "bash -c 'nmap x'"), (), ["sh", "bash", "nmap"], id="shell-in-a-script"
        ),
        pytest.param(("sh", "-c", "a | xargs nmap"), (), ["sh", "a", "nmap"], id="pipe-to-xargs"),
        pytest.param(("sh", "-c", " \n;; "), (), ["sh"], id="nothing-but-ends"),
        pytest.param(("sh", "-c", "command -v nmap"), (), ["sh"], id="only-asked-for"),
        pytest.param(("sh", "-c", "--", "nmap x"), (), ["sh", "nmap"], id="end-of-options"),
        pytest.param(("bash", "-c", "-e", "nmap x"), (), ["bash", "nmap"], id="option-behind-it"),
        pytest.param(
            ("bash", "-c", "-o", "pipefail", "nmap x"), (), ["bash", "nmap"], id="value-behind-it"
        ),
        pytest.param(("bash", "-c"), (), ["bash"], id="no-script-at-all"),
        pytest.param(("sh", "-c", "command nmap"), (), ["sh", "nmap"], id="no-function"),
        pytest.param(
            ("sh", "-c", "$(which nmap) x"), (), ["sh", "which", "nmap"], id="asked-and-started"
        ),
        pytest.param(("sh", "-c", "echo 'a; nmap'"), (), ["sh", "echo"], id="end-in-a-text"),
        pytest.param(("sh", "-c", 'exec "$@"', "-", "nmap"), (), ["sh", "nmap"], id="all-given"),
        pytest.param(("sh", "-c", "$0 x", "nmap"), (), ["sh", "nmap"], id="first-given"),
        pytest.param(
            ("sh", "-c", '"$@"', "-", "timeout", "5", "nmap"),
            (),
            ["sh", "nmap"],
            id="given-starter",
        ),
        pytest.param(("sh", "-c", "eval nmap x"), (), ["sh", "eval", "nmap"], id="eval"),
        pytest.param(("sh", "-c", "trap 'nmap x' EXIT"), (), ["sh", "trap", "nmap"], id="trap"),
        pytest.param(
            ("find", "/", "-exec", "nmap", "{}", ";"), (), ["find", "nmap"], id="for-each-file"
        ),
        pytest.param(("find", "-exec", "nmap", ";"), (), ["find", "nmap"], id="for-each-at-once"),
        pytest.param(("env", "-S", "nmap x"), (), ["nmap"], id="split-by-env"),
        pytest.param(("env", "-vS", "nmap x", "y"), (), ["nmap"], id="split-with-words-behind"),
        pytest.param(("flock", "/l", "-c", "nmap x"), (), ["nmap"], id="script-under-a-lock"),
        pytest.param(("watch", "-n", "5", "a; nmap x"), (), ["a", "nmap"], id="watched"),
        pytest.param(("sg", "staff", "nmap x"), (), ["nmap"], id="group"),
        pytest.param(
            ("runuser", "-u", "nobody", "--", "nmap"), (), ["runuser", "nmap"], id="user-alone"
        ),
        pytest.param(("proxychains", "-f", "x.conf", "nmap"), (), ["nmap"], id="configured"),
        pytest.param(("timeout", "-k5s", "10", "nmap"), (), ["nmap"], id="value-without-a-space"),
        pytest.param(("sudo", "-uroot", "nmap"), (), ["nmap"], id="user-without-a-space"),
        pytest.param(("sudo", "-nu", "root", "nmap"), (), ["nmap"], id="letters-and-a-value"),
        pytest.param(
            ("find", ".", "-exec", "true", ";", "-exec", "nmap", ";"),
            (),
            ["find", "true", "nmap"],
            id="for-each-again",
        ),
        pytest.param(
            ("sh", "-c", "coproc n { nmap x; }"), (), ["sh", "nmap", "}"], id="named-coprocess"
        ),
        pytest.param(("sh", "-c", "cat > x <<E\nnmap\nE"), (), ["sh", "cat"], id="written-file"),
        pytest.param(
            ("sh", "-c", "bash <<E\nnmap\nE"), (), ["sh", "bash", "nmap"], id="script-that-is-fed"
        ),
        pytest.param(
            ("sh", "-c", "case $1 in\nnmap) a;;\nesac"), (), ["sh", "a"], id="pattern-of-a-case"
        ),
    ],
)
def test_programs_are_found(
    command: tuple[str, ...], args: tuple[str, ...], expected: list[str]
) -> None:
    assert names(command, args) == expected


def test_what_lies_very_deep_counts_word_by_word() -> None:
    assert "nmap" in names(("sh", "-c", "eval eval eval eval eval eval echo nmap"))


def test_words_that_are_given_to_the_deepest_script_count() -> None:
    handed = ("sh", "-c", '"$@"', "-")
    assert "nmap" in names((*handed, *handed, *handed, "nmap", "x"))


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-c", *(('"$@"\n' * 3000, "-", "sh", "-c") * 3), '"$@"', "-", "nmap"),
        ("find", *(("-exec", "true", ";") * 5000), "-exec", "nmap", ";"),
    ],
    ids=["handed-on-by-every-line", "for-each-very-often"],
)
def test_what_would_take_very_long_is_left_unread_and_told(command: tuple[str, ...]) -> None:
    reading = Reading()
    assert len(list(started(container(command), reading))) < MAX_SCRIPT
    assert "nmap" in {text for _, text in reading.unread}


def test_a_program_is_named_by_where_it_is_written() -> None:
    found = started(container(("sh", "-c"), ("nmap x",)), Reading())
    assert list(found) == [("at.command[0]", "sh"), ("at.args[0]", "nmap")]


def test_probes_and_hooks_start_programs_too() -> None:
    hook = CommandLine(("sh", "-c", "sleep 1; nmap x"), "at.lifecycle.postStart.exec.command")
    found = started(replace(container(("web",)), executed=(hook,)), Reading())
    assert list(found) == [
        ("at.command[0]", "web"),
        ("at.lifecycle.postStart.exec.command[0]", "sh"),
        ("at.lifecycle.postStart.exec.command[2]", "sleep"),
        ("at.lifecycle.postStart.exec.command[2]", "nmap"),
    ]


def test_a_script_is_looked_at_up_to_its_limit() -> None:
    long = "a;" * (MAX_SCRIPT // 2)
    assert "nmap" in names(("sh", "-c", f"{long[:-8]}nmap"))
    assert "nmap" not in names(("sh", "-c", f"{long}nmap"))
