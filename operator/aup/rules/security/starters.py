"""What stands before the program in a command: ``sudo -u app nice -n 5 env A=1 nmap``."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aup.rules.security.nesting import KEYWORDS


class _Starter(NamedTuple):
    """What starts the program that is named after it."""

    valued: str = ""
    """Letters of its options that take the next word."""
    operands: int = 0
    """Words of its own before the program."""
    asks: str = ""
    """Letters of its options with which it starts none: it says where one is, or runs a text."""
    long: str = ""
    """Its long options that take the next word, where none is joined to them."""
    scripts: str = ""
    """Letters of its options behind which a script stands instead."""
    script: bool = False
    """Whether a script does in any case."""


_PLAIN: Final = (
    *sorted(KEYWORDS - {"time"}),
    "--",
    "builtin",
    "busybox",
    "catatonit",
    "fakeroot",
    "nohup",
    "setsid",
    "torsocks",
)
_BEFORE: Final[Mapping[str, _Starter]] = {
    **dict.fromkeys(_PLAIN, _Starter()),
    "chroot": _Starter(operands=1),
    "chrt": _Starter("pTPD", operands=1),
    "command": _Starter(asks="vV"),
    "doas": _Starter("uC"),
    "dumb-init": _Starter("r", long="rewrite"),
    "env": _Starter("uC", long="unset chdir", scripts="S"),
    "exec": _Starter("a"),
    "flock": _Starter("Ew", operands=1, long="conflict-exit-code timeout wait", scripts="c"),
    "function": _Starter(operands=1),
    "gosu": _Starter(operands=1),
    "ionice": _Starter("cn", long="class classdata"),
    "nice": _Starter("n", long="adjustment"),
    "nsenter": _Starter("tSGW", long="target setuid setgid wdns"),
    "parallel": _Starter("jSN", long="jobs sshlogin max-args"),
    "perl": _Starter("I", asks="eE"),
    **dict.fromkeys(("proxychains", "proxychains4"), _Starter("f")),
    **dict.fromkeys(("pypy", "python"), _Starter("WX", asks="c")),
    "ruby": _Starter("ICr", asks="e"),
    "s6-setuidgid": _Starter(operands=1),
    "setpriv": _Starter(
        long="reuid regid groups bounding-set inh-caps ambient-caps securebits pdeathsig"
    ),
    "sg": _Starter(operands=1, script=True),
    "stdbuf": _Starter("ioe", long="input output error"),
    "strace": _Starter("abeEIoOpPsSuUX"),
    "su-exec": _Starter(operands=1),
    "sudo": _Starter("CDgpRrTtuU", long="chdir chroot close-from group host prompt user"),
    "taskset": _Starter(operands=1),
    "time": _Starter("fo", long="format output"),
    "timeout": _Starter("ks", operands=1, long="kill-after signal"),
    "tini": _Starter("ep"),
    "unshare": _Starter("RwSG", long="root wd setuid setgid"),
    "watch": _Starter("n", long="interval", script=True),
    "xargs": _Starter("adEILnPs", long="arg-file delimiter max-args max-procs max-chars"),
}
"""Words before the program that a command starts."""
_VERSION: Final = ".0123456789"
ENDINGS: Final = (".exe", ".pl", ".py", ".rb")
"""Of names of programs: ``sqlmap.py`` is sqlmap."""


def program(words: list[str]) -> tuple[int | None, bool]:
    """Return which of a command's words names the program, and whether a script stands there.

    ``None`` where none does.
    """
    at, is_script = 0, False
    while at < len(words):
        if "=" in words[at]:
            at += 1
        elif starter := _starter(words[at]):
            if at + 1 < len(words) and _asks(words[at + 1], starter):
                return None, False
            if words[at] == "coproc" and words[at + 2 : at + 3] == ["{"]:
                at += 1  # It has a name.
            behind = _after(words, at + 1, starter)
            is_script |= starter.script or any(
                _has(option, starter.scripts) for option in words[at + 1 : behind]
            )
            at = behind
        else:
            return at, is_script
    return None, False


def _starter(word: str) -> _Starter | None:
    """Return what a word starts, if it starts another program; ``python3.12`` is ``python``."""
    name = _file(word)
    return _BEFORE.get(name) or _BEFORE.get(name.rstrip(_VERSION))


def _asks(option: str, starter: _Starter) -> bool:
    """Tell whether an option makes a starter start no program."""
    return _has(option, starter.asks)


def _has(option: str, letters: str) -> bool:
    """Tell whether a word is an option with one of these letters."""
    return option.startswith("-") and any(letter in option for letter in letters)


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
    """Tell whether the word behind an option of a starter belongs to it: ``-u root``, ``-k 5``.

    Not where the value is joined to it: ``-uroot``, ``-k5s``.
    """
    if option.startswith("--"):
        return option[2:] in starter.long.split()
    letters = option[1:]
    first = next((i for i, letter in enumerate(letters) if letter in starter.valued), len(letters))
    return first == len(letters) - 1


def name_of(word: str) -> str:
    """Return the name of a program without the folder that it lies in, and without its ending."""
    name = _file(word)
    stem, dot, ending = name.rpartition(".")
    return stem if stem and f"{dot}{ending}" in ENDINGS else name


def _file(word: str) -> str:
    """Return the last part of a path."""
    return word.rpartition("/")[2].strip("\"'")
