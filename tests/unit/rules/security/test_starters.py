"""What stands before the program of a command, and when a script stands in its place."""

import pytest

from aup.rules.security.starters import name_of, program


@pytest.mark.parametrize(
    ("words", "found", "is_script"),
    [
        ([], None, False),
        (["nmap"], "nmap", False),
        (["A=1"] * 100 + ["nmap"], "nmap", False),
        (["nice"] * 100 + ["nmap"], "nmap", False),
        (["sudo", "-u"], None, False),
        (["command", "-v", "nmap"], None, False),
        (["env", "-S", "nmap x"], "nmap x", True),
        (["env", "nmap"], "nmap", False),
        (["watch", "nmap", "x"], "nmap", True),
        (["sudo", "watch", "-n", "1", "nmap"], "nmap", True),
        (["flock", "/l", "nmap"], "nmap", False),
    ],
)
def test_the_program_is_the_first_word_that_starts_no_other(
    words: list[str], found: str | None, *, is_script: bool
) -> None:
    at, script = program(words)
    assert (words[at] if at is not None else None, script) == (found, is_script)


def test_a_program_is_called_as_its_file() -> None:
    assert name_of('"/usr/bin/nmap"') == "nmap"
