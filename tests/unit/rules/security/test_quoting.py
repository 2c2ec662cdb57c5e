"""A name is seen however parts of it are quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.rules.security.quoting import spelled, unquoted
from aup.rules.security.script import lines


def commands(text: str) -> list[tuple[str, ...]]:
    """Return the words of each command."""
    return [command for line in lines(text) for command in line.commands]


@pytest.mark.parametrize(
    "text",
    [
        "n'm'ap",
        'n"m"ap',
        "n\\map",
        "n\\\nmap",
        r"$'\x6emap'",
        r"$'\x{6e}map'",
        r"$'\u006emap'",
        r"$'\U0000006emap'",
        r"$'\156map'",
        "$'n'map",
        'n$"map"',
    ],
)
def test_a_name_is_seen_however_it_is_quoted(text: str) -> None:
    assert "nmap" in unquoted(text)
    assert commands(text) == [("nmap",)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (r"\x6e}", "n}"),
        (r"\x{6e", "n"),
        (r"\U00110000a", "a"),
        (r"\400", "\0"),
        (r"\t\q\\", "\tq\\"),
        ("a\\", "a\\"),
    ],
)
def test_escapes_mean_what_bash_makes_of_them(text: str, meaning: str) -> None:
    assert spelled(text) == meaning


@given(st.text("ab \\'\"$\n\t;x61uU{}0"))
def test_what_names_a_program_is_seen_without_its_quotes(text: str) -> None:
    """Where no script names a tool unquoted, none is read: nothing may be lost by that."""
    for command in commands(text):
        if command and command[0].isalnum():
            assert command[0] in unquoted(text)
