"""The programs that a container starts, as far as its command lines say.

Those are its own, and those of its probes and hooks. The image's entry point is not known here. Of
a shell's script the program of each command counts: a script is read and not interpreted, so that
variables stand for nothing and branches that are never taken count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from aup.facts.model import CommandLine, Container
from aup.rules.security.quoting import unquoted
from aup.rules.security.script import lines
from aup.rules.security.starters import name_of, program

SHELLS: Final = frozenset({"ash", "bash", "dash", "ksh", "runuser", "script", "sh", "su", "zsh"})
"""What runs the script that follows ``-c``."""


_Word = tuple[str, str]
"""A word, or a script, after the path of where it stands."""


_BEHIND: Final[Mapping[str, tuple[frozenset[str], int]]] = {
    "find": (frozenset({"-exec", "-execdir", "-ok", "-okdir"}), 0),
    "runuser": (frozenset({"-u", "--user"}), 1),
}
"""Programs that start others behind some of their options, and after how many words of theirs."""
_EVAL: Final = frozenset({"eval", "trap"})
"""What runs the words, or the first of them, that follow."""
_GIVEN: Final[Mapping[str, int]] = {"$0": 0, "$@": 1, "$*": 1, "$1": 1, "${1}": 1, "${@}": 1}
"""How a script names the words that follow it on the command line."""
_DEEPEST: Final = 4
"""Commands within commands that are read; of what lies deeper each word counts as a program."""
MAX_SCRIPT: Final = 16 * 1024
"""Characters of scripts that are read as commands, in all containers of a pod that name a tool
together. Millions of commands would keep all other requests waiting."""
_LONGEST_NAME: Final = 255
"""Of a file, in bytes (NAME_MAX of Linux)."""


@dataclass(slots=True)
class Reading:
    """What is read of a container's command lines, and what is not for its length."""

    left: int = MAX_SCRIPT
    """Characters of scripts, and words handed on by them or by ``find``, that are still read."""
    unread: dict[_Word, None] = field(default_factory=dict)
    """Texts after their paths: ends of scripts, or whole command lines."""

    def take(self, script: _Word) -> str:
        """Return as much of a script as is read."""
        path, text = script
        read = text[: self.left]
        if len(read) < len(text):
            # Early enough for a name that lies across the bound.
            self.unread[path, text[max(0, len(read) - _LONGEST_NAME) :]] = None
        self.left -= len(read)
        return read

    def spend(self, words: int) -> None:
        """Take words for read that are handed on, which may be again and again."""
        if words > self.left:
            self.left = 0
            raise _SpentError
        self.left -= words


class _SpentError(Exception):
    """Too much is to be read; never leaves this module."""


def words(container: Container) -> Iterator[str]:
    """Yield every word of a container's command lines."""
    return chain(container.command, container.args, *(line.words for line in container.executed))


def started(container: Container, reading: Reading) -> Iterator[_Word]:
    """Yield path and name of each program: ``spec.containers[0].command[2]``, ``nmap``."""
    for line in _lines(container):
        try:
            yield from _programs(line, reading)
        except _SpentError:
            reading.unread.update(dict.fromkeys(line))


def _lines(container: Container) -> Iterator[list[_Word]]:
    """Yield the command lines of a container, each word with its path."""
    yield [
        *CommandLine(container.command, f"{container.path}.command").located(),
        *CommandLine(container.args, f"{container.path}.args").located(),
    ]
    yield from (list(line.located()) for line in container.executed)


def _programs(
    words: Sequence[_Word], reading: Reading, given: Sequence[_Word] = (), depth: int = 0
) -> Iterator[_Word]:
    """Yield the programs of one command, and those of the scripts that it runs.

    Args:
        words: with the path of each; words of a script have the script's.
        reading: how much is read.
        given: what the script around the command was started with.
        depth: how many scripts lie around it.

    """
    if depth > _DEEPEST:
        yield from ((path, name_of(word)) for path, word in words)
        return
    first, is_script = program([word for _, word in words])
    if first is None:
        return
    (path, word), rest = words[first], words[first + 1 :]
    if (index := _GIVEN.get(word, len(given))) < len(given):
        expanded = [*given[index:], *rest]
        reading.spend(len(expanded))
        yield from _programs(expanded, reading, depth=depth + 1)
        return
    if is_script:
        yield from _of_script(_joined(words[first:]), reading, rest, depth)
        return
    name = name_of(word)
    yield path, name
    options, skipped = _BEHIND.get(name, (frozenset(), 0))
    for at, (_, option) in enumerate(rest):
        if option in options:
            begins = at + 1 + skipped
            reading.spend(len(rest) - begins)
            yield from _programs(rest[begins:], reading, depth=depth + 1)
    for script, arguments in _scripts(name, rest):
        yield from _of_script(script, reading, arguments, depth)


def _scripts(name: str, rest: Sequence[_Word]) -> Iterator[tuple[_Word, Sequence[_Word]]]:
    """Yield each script that the words behind a program hold, and the words that it is given."""
    if name in SHELLS:
        at = next((i for i, (_, word) in enumerate(rest) if _is_script_option(word)), len(rest))
        # Options go on behind -c: the script is the first word that is none.
        for i, script in enumerate(rest[at + 1 :], at + 1):
            if not script[1].startswith("-") and not rest[i - 1][1].endswith("o"):
                yield script, rest[i + 1 :]
                return
    elif name in _EVAL and rest:
        yield _joined(rest[:1] if name == "trap" else rest), ()


def _joined(words: Sequence[_Word]) -> _Word:
    """Return words as one script."""
    return words[0][0], " ".join(word for _, word in words)


def _is_script_option(word: str) -> bool:
    """Tell whether a word is the option of a shell that brings a script: ``-c``, ``-euxc``."""
    return word.startswith("-") and not word.startswith("--") and "c" in word


def _of_script(
    script: _Word, reading: Reading, given: Sequence[_Word], depth: int
) -> Iterator[_Word]:
    """Yield the programs of a script."""
    path, text = script[0], reading.take(script)
    if depth == _DEEPEST:
        yield from ((path, name_of(word)) for word in unquoted(text).split())
        yield from ((where, name_of(word)) for where, word in given)
        return
    for line in lines(text):
        shells = False
        for command in line.commands:
            at = [(path, word) for word in command]
            for where, name in _programs(at, reading, given, depth + 1):
                shells |= name in SHELLS
                yield where, name
        for fed in line.fed if shells else ():
            yield from _of_script((path, fed), reading, (), depth + 1)
