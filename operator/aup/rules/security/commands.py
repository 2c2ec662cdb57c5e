"""The programs that a container starts, as far as its command line says.

The image's own entry point is not known here. Of a shell's script the first word of each command
counts, whatever the command is made of: a script is not interpreted.
"""

import re
from collections.abc import Iterator
from typing import Final

from aup.facts.model import Container

SHELLS: Final = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_BEFORE: Final = frozenset(
    {
        *("!", "do", "else", "if", "then", "until", "while"),
        *("env", "exec", "nice", "nohup", "sudo", "time", "timeout", "tini", "dumb-init"),
    }
)
"""Words before the program that a command starts; options, numbers and settings may follow."""
_ENDS: Final = re.compile(r"[\n;&|(){}`]")
"""Where in a script a command ends and the next one begins."""
_NOT_YET: Final = re.compile(r"-|\d|\w+=")
MAX_SCRIPT: Final = 64 * 1024
"""Characters of a script that are looked at."""
_MAX_WORDS: Final = 32
"""Of one command, before its program."""


def started(container: Container) -> Iterator[tuple[str, str]]:
    """Yield path and name of each program: ``spec.containers[0].command[2]``, ``nmap``."""
    words = [
        *((f"{container.path}.command[{i}]", word) for i, word in enumerate(container.command)),
        *((f"{container.path}.args[{i}]", word) for i, word in enumerate(container.args)),
    ]
    first = _program([word for _, word in words])
    if first is None:
        return
    path, word = words[first]
    name = _name(word)
    yield path, name
    if name in SHELLS and (script := _script(words[first + 1 :])):
        path, text = script
        for command in _ENDS.split(text[:MAX_SCRIPT]):
            parts = command.split(maxsplit=_MAX_WORDS)
            at = _program(parts)
            if at is not None:
                yield path, _name(parts[at])


def _program(words: list[str]) -> int | None:
    """Return which of a command's words names the program; ``None`` when none does."""
    before = False
    for i, word in enumerate(words[:_MAX_WORDS]):
        if _name(word) in _BEFORE:
            before = True
        elif not (before and _NOT_YET.match(word)) and "=" not in word:
            return i
    return None


def _script(words: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Return path and text of what a shell is told to run: the word after ``-c``."""
    for i, (_, word) in enumerate(words[:-1]):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[i + 1]
    return None


def _name(word: str) -> str:
    """Return the name of a program without the folder that it lies in."""
    return word.rpartition("/")[2].strip("\"'")
