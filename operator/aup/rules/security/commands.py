"""The programs that a container starts, as far as its command lines say.

Those are its own, and those of its probes and hooks. The image's entry point is not known here. Of
a shell's script the program of each command counts: a script is read and not interpreted, so that
variables stand for nothing and branches that are never taken count.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from aup.facts.model import Container
from aup.rules.security.script import lines

SHELLS: Final = frozenset(
    {"ash", "bash", "dash", "ksh", "runuser", "script", "sg", "sh", "su", "zsh"}
)
"""What runs the script that follows ``-c``."""


_Word = tuple[str, str]
"""A word, or a script, after the path of where it stands."""


class _Starter(NamedTuple):
    """What starts the program that is named after it."""

    valued: str = ""
    """Letters of its options that take the next word."""
    operands: int = 0
    """Words of its own before the program."""
    asks: str = ""
    """Letters of its options with which it only says where the program is."""
    long: str = ""
    """Its long options that take the next word, where none is joined to them."""


_KEYWORDS: Final = (
    "!",
    "builtin",
    "coproc",
    "do",
    "elif",
    "else",
    "if",
    "then",
    "until",
    "while",
    "{",
)
_PLAIN: Final = (
    "busybox",
    "catatonit",
    "fakeroot",
    "nohup",
    "proxychains",
    "proxychains4",
    "setsid",
    "torsocks",
)
_BEFORE: Final[Mapping[str, _Starter]] = {
    **dict.fromkeys((*_KEYWORDS, *_PLAIN), _Starter()),
    "chroot": _Starter(operands=1),
    "chrt": _Starter("pTPD", operands=1),
    "command": _Starter(asks="vV"),
    "doas": _Starter("uC"),
    "dumb-init": _Starter("r", long="rewrite"),
    "env": _Starter("uC", long="unset chdir"),
    "exec": _Starter("a"),
    "flock": _Starter("Ew", operands=1, long="conflict-exit-code timeout wait"),
    "function": _Starter(operands=1),
    "gosu": _Starter(operands=1),
    "ionice": _Starter("cn", long="class classdata"),
    "nice": _Starter("n", long="adjustment"),
    "nsenter": _Starter("tSGW", long="target setuid setgid wdns"),
    "parallel": _Starter("jSN", long="jobs sshlogin max-args"),
    "s6-setuidgid": _Starter(operands=1),
    "setpriv": _Starter(
        long="reuid regid groups bounding-set inh-caps ambient-caps securebits pdeathsig"
    ),
    "stdbuf": _Starter("ioe", long="input output error"),
    "strace": _Starter("abeEIoOpPsSuUX"),
    "su-exec": _Starter(operands=1),
    "sudo": _Starter("CDgpRrTtuU", long="chdir chroot close-from group host prompt user"),
    "taskset": _Starter(operands=1),
    "time": _Starter("fo", long="format output"),
    "timeout": _Starter("ks", operands=1, long="kill-after signal"),
    "tini": _Starter("ep"),
    "unshare": _Starter("RwSG", long="root wd setuid setgid"),
    "watch": _Starter("n", long="interval"),
    "xargs": _Starter("adEILnPs", long="arg-file delimiter max-args max-procs max-chars"),
}
"""Words before the program that a command starts."""
_EVAL: Final = frozenset({"eval", "trap"})
"""What runs the words, or the first of them, that follow."""
_FINDS: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
"""Options of ``find`` before a program."""
_GIVEN: Final[Mapping[str, int]] = {"$0": 0, "$@": 1, "$*": 1, "$1": 1, "${1}": 1, "${@}": 1}
"""How a script names the words that follow it on the command line."""
_DEEPEST: Final = 4
"""Commands within commands that are read; of what lies deeper each word counts as a program."""
MAX_SCRIPT: Final = 16 * 1024
"""Characters of scripts that are read as commands: of one in each container of a pod that names a
tool, together. Millions of commands would keep all other requests waiting."""
_LONGEST_NAME: Final = 255
"""Of a file, in bytes (NAME_MAX of Linux)."""
_MAX_WORDS: Final = 32
"""Of one command, before its program."""


def words(container: Container) -> Iterator[str]:
    """Yield every word of a container's command lines."""
    return chain(container.command, container.args, *(line.words for line in container.executed))


def started(container: Container, most: int = MAX_SCRIPT) -> Iterator[_Word]:
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


def _programs(
    words: Sequence[_Word], most: int, given: Sequence[_Word] = (), depth: int = 0
) -> Iterator[_Word]:
    """Yield the programs of one command, and those of the scripts that it runs.

    Args:
        words: with the path of each; words of a script have the script's.
        most: characters of a script that are looked at.
        given: what the script around the command was started with.
        depth: how many scripts lie around it.

    """
    if depth > _DEEPEST:
        yield from ((path, _name(word)) for path, word in words)
        return
    first = _program([word for _, word in words])
    if first is None:
        return
    (path, word), rest = words[first], words[first + 1 :]
    if (index := _GIVEN.get(word, len(given))) < len(given):
        yield from _programs([*given[index:], *rest], most, depth=depth + 1)
        return
    name = _name(word)
    yield path, name
    if name == "find":
        at = next((i for i, (_, word) in enumerate(rest) if word in _FINDS), len(rest))
        yield from _programs(rest[at + 1 :], most, depth=depth + 1)
    for script, arguments in _scripts(name, words, first):
        yield from _of_script(script, most, arguments, depth)


def _scripts(
    name: str, words: Sequence[_Word], first: int
) -> Iterator[tuple[_Word, Sequence[_Word]]]:
    """Yield each script that a command's words hold, and the words that it is given."""
    rest = words[first + 1 :]
    if name in SHELLS:
        at = next((i for i, (_, word) in enumerate(rest) if _is_script_option(word)), len(rest))
        # Options go on behind -c: the script is the first word that is none.
        for i, script in enumerate(rest[at + 1 :], at + 1):
            if not script[1].startswith("-") and not rest[i - 1][1].endswith("o"):
                yield script, rest[i + 1 :]
                return
    elif name in _EVAL and rest:
        said = rest[:1] if name == "trap" else rest
        yield (rest[0][0], " ".join(word for _, word in said)), ()
    elif first and words[first - 1][1] == "-S":
        yield words[first], rest


def _is_script_option(word: str) -> bool:
    """Tell whether a word is the option of a shell that brings a script: ``-c``, ``-euxc``."""
    return word.startswith("-") and not word.startswith("--") and "c" in word


def _of_script(script: _Word, most: int, given: Sequence[_Word], depth: int) -> Iterator[_Word]:
    """Yield the programs of a script."""
    path, text = script
    if depth == _DEEPEST:
        yield from ((path, _name(word)) for word in text[:most].split())
        return
    for line in lines(text[:most]):
        shells = False
        for command in line.commands:
            for where, name in _programs([(path, w) for w in command], most, given, depth + 1):
                shells |= name in SHELLS
                yield where, name
        for fed in line.fed if shells else ():
            yield from _of_script((path, fed), most, (), depth + 1)


def _program(words: list[str]) -> int | None:
    """Return which of a command's words names the program; ``None`` when none does."""
    at = 0
    while at < min(len(words), _MAX_WORDS):
        if "=" in words[at]:
            at += 1
        elif starter := _BEFORE.get(_name(words[at])):
            if at + 1 < len(words) and _asks(words[at + 1], starter):
                return None
            at = _after(words, at + 1, starter)
        else:
            return at
    return None


def _asks(option: str, starter: _Starter) -> bool:
    """Tell whether an option makes a starter only say where a program is."""
    return option.startswith("-") and any(letter in option for letter in starter.asks)


def _after(words: list[str], at: int, starter: _Starter) -> int:
    """Return where the program may stand for whose start these options and operands are."""
    operands = starter.operands
    while at < len(words):
        word = words[at]
        if word.startswith("-"):
            at += 2 if _takes_next(word, starter) else 1
        elif operands and "=" not in word:
            operands -= 1
            at += 1
        else:
            break
    return at


def _takes_next(option: str, starter: _Starter) -> bool:
    """Tell whether the word behind an option of a starter belongs to it."""
    if option.startswith("--"):
        return option[2:] in starter.long.split()
    return option[-1] in starter.valued


def _name(word: str) -> str:
    """Return the name of a program without the folder that it lies in."""
    return word.rpartition("/")[2].strip("\"'")
