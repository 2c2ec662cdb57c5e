"""The programs that a container starts, as far as its command lines say.

Those are its own, and those of its probes and hooks. The image's entry point is not known here. Of
a shell's script the first word of each command counts, whatever the command is made of: a script is
not interpreted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from aup.facts.model import Container

SHELLS: Final = frozenset({"ash", "bash", "dash", "ksh", "runuser", "sh", "su", "zsh"})
"""What runs the script that follows ``-c``."""


class _Starter(NamedTuple):
    """What starts the program that is named after it."""

    valued: str = ""
    """Letters of its options that take the next word."""
    operands: int = 0
    """Words of its own before the program."""


_KEYWORDS: Final = ("!", "builtin", "command", "do", "elif", "else", "eval", "if", "then", "until")
_BEFORE: Final[Mapping[str, _Starter]] = {
    **dict.fromkeys((*_KEYWORDS, "while", "busybox", "nohup", "setsid"), _Starter()),
    "chroot": _Starter(operands=1),
    "doas": _Starter("uC"),
    "dumb-init": _Starter("r"),
    "env": _Starter("uC"),
    "exec": _Starter("a"),
    "gosu": _Starter(operands=1),
    "ionice": _Starter("cn"),
    "nice": _Starter("n"),
    "stdbuf": _Starter("ioe"),
    "su-exec": _Starter(operands=1),
    "sudo": _Starter("CDgpRrTtuU"),
    "taskset": _Starter(operands=1),
    "time": _Starter("fo"),
    "timeout": _Starter("ks", operands=1),
    "tini": _Starter("ep"),
    "watch": _Starter("n"),
    "xargs": _Starter("adEILnPs"),
}
"""Words before the program that a command starts."""
_ENDS: Final = re.compile(r"[\n;&|(){}`]")
"""Where in a script a command ends and the next one begins."""
MAX_SCRIPT: Final = 64 * 1024
"""Characters of scripts that are read as commands: of one in each container of a pod that names a
tool, together. Millions of commands would keep all other requests waiting."""
_LONGEST_NAME: Final = 255
"""Of a file, in bytes (NAME_MAX of Linux)."""
_MAX_WORDS: Final = 32
"""Of one command, before its program."""


def words(container: Container) -> Iterator[str]:
    """Yield every word of a container's command lines."""
    return chain(container.command, container.args, *(line.words for line in container.executed))


def started(container: Container, most: int = MAX_SCRIPT) -> Iterator[tuple[str, str]]:
    """Yield path and name of each program: ``spec.containers[0].command[2]``, ``nmap``.

    Of each script so many characters are looked at.
    """
    for line in _lines(container):
        yield from _programs(line, most)


def unread(container: Container, most: int) -> Iterator[tuple[str, str]]:
    """Yield path and text of the ends of words that are too long to be looked at as a script.

    Each begins early enough for a name that lies across the bound.
    """
    for line in _lines(container):
        for path, word in line:
            if len(word) > most:
                yield path, word[max(0, most - _LONGEST_NAME) :]


def _lines(container: Container) -> Iterator[list[tuple[str, str]]]:
    """Yield the command lines of a container, each word with its path."""
    yield [
        *_located(container.command, f"{container.path}.command"),
        *_located(container.args, f"{container.path}.args"),
    ]
    for line in container.executed:
        yield list(_located(line.words, line.path))


def _located(words: Sequence[str], path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each word, and the word."""
    return ((f"{path}[{i}]", word) for i, word in enumerate(words))


def _programs(words: list[tuple[str, str]], most: int) -> Iterator[tuple[str, str]]:
    """Yield the programs of one command line."""
    first = _program([word for _, word in words])
    if first is None:
        return
    path, word = words[first]
    name = _name(word)
    yield path, name
    if name in SHELLS and (script := _script(words[first + 1 :])):
        path, text = script
        for command in _ENDS.split(text[:most]):
            for program in _of_script(command.split(maxsplit=_MAX_WORDS)):
                yield path, program


def _of_script(words: list[str]) -> Iterator[str]:
    """Yield the program of one command of a script, and that of a shell's script within it."""
    at = _program(words)
    if at is not None:
        yield (name := _name(words[at]))
        if name in SHELLS and (script := _script([("", word) for word in words[at + 1 :]])):
            yield _name(script[1])


def _program(words: list[str]) -> int | None:
    """Return which of a command's words names the program; ``None`` when none does."""
    at = 0
    while at < min(len(words), _MAX_WORDS):
        if "=" in words[at]:
            at += 1
        elif starter := _BEFORE.get(_name(words[at])):
            at = _after(words, at + 1, starter)
        else:
            return at
    return None


def _after(words: list[str], at: int, starter: _Starter) -> int:
    """Return where the program may stand for whose start these options and operands are."""
    operands = starter.operands
    while at < len(words):
        word = words[at]
        if word.startswith("-"):
            takes_next = not word.startswith("--") and word[-1] in starter.valued
            at += 2 if takes_next else 1
        elif operands and "=" not in word:
            operands -= 1
            at += 1
        else:
            break
    return at


def _script(words: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Return path and text of what a shell is told to run: the word after ``-c``."""
    for i, (_, word) in enumerate(words[:-1]):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[i + 1]
    return None


def _name(word: str) -> str:
    """Return the name of a program without the folder that it lies in."""
    return word.rpartition("/")[2].strip("\"'")
