"""Command lines of a container: its own, and those of its probes and hooks.

``$(NAME)`` stands for what ``env`` gives the name, ``$$`` for a dollar: the kubelet replaces both
before anything runs (k8s.io/kubernetes ``third_party/forked/golang/expansion``), but for hooks,
which are run as they are written.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aup.facts.connections import handlers
from aup.facts.model import CommandLine
from aup.facts.wire import workload as wire
from aup.facts.wire.later import value_of

_REFERENCE: Final = re.compile(r"\$(?:(\$)|\(([^)]*)\))")
_MOST: Final = 256
"""References of one command line that are replaced: what takes their place is longer."""
_LONGEST: Final = 256
"""Characters of a value that takes the place of a name."""
_HOOKS: Final = "lifecycle"
_SHEBANG: Final = re.compile(r"#![ \t]*(?:\S*/env[ \t]+(?:-\S+[ \t]+)*)?(\S+)")
_Value = tuple[str, str]
"""A text, and the path of where it stands."""


def words(found: Any) -> tuple[str, ...]:
    """Return the words of a command line as they are written."""
    if not isinstance(found, list):
        return ()
    return tuple(word if isinstance(word, str) else "" for word in found)


def executed(container: wire.Container, path: str) -> tuple[CommandLine, ...]:
    """Return what the container at ``path`` runs beside its own command as it is written.

    That is what its probes and hooks run, its own command where names in it stand for values, and
    its script, which a step of a workflow has in place of args.
    """
    found: tuple[CommandLine, ...] = ()
    command, args = words(container.command), words(container.args)
    if _refers(command) or _refers(args):
        own = CommandLine((*command, *args), f"{path}.command", _paths(path, command, args))
        found += (_expanded(own, container, path),)
    for handler, name in handlers(container):
        if handler.exec is None or not (said := words(handler.exec.command)):
            continue
        line = CommandLine(said, f"{path}.{name}.exec.command")
        hook = name.startswith(_HOOKS)
        found += (line if hook or not _refers(said) else _expanded(line, container, path),)
    for text, name in ((container.script, "script"), (container.source, "source")):
        if isinstance(text, str) and text:
            said = (_interpreter(text, command), "-c", text)
            found += (CommandLine(said, f"{path}.{name}", (f"{path}.{name}",) * 3),)
    return found


def _interpreter(script: str, command: Sequence[str]) -> str:
    """Return what runs a script: what its first line names, else the command, else a shell."""
    if named := _SHEBANG.match(script):
        return named[1]
    return command[0] if command else "sh"


def _paths(path: str, command: Sequence[str], args: Sequence[str]) -> tuple[str, ...]:
    """Return where the words of a container's command, and those of its args, stand."""
    return (
        *(f"{path}.command[{i}]" for i in range(len(command))),
        *(f"{path}.args[{i}]" for i in range(len(args))),
    )


def _refers(said: Sequence[str]) -> bool:
    """Tell whether a word may stand for another one."""
    return any("$(" in word for word in said)


def _expanded(line: CommandLine, container: wire.Container, path: str) -> CommandLine:
    """Return a command line with values in the place of names."""
    values = _values(value_of(container.env), path)
    left = _MOST
    words: list[str] = []
    paths: list[str] = []
    for at, word in line.located():
        text, where = _replaced(word, at, values) if left > 0 else (word, at)
        left -= word.count("$(")
        words.append(text)
        paths.append(where)
    return CommandLine(tuple(words), line.path, tuple(paths))


def _values(env: Any, path: str) -> Mapping[str, _Value]:
    """Return the values that an environment spells out; later ones may refer to those before."""
    values: dict[str, _Value] = {}
    for i, entry in enumerate(env if isinstance(env, list) else ()):
        if not isinstance(entry, dict):
            continue
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, str) and isinstance(value, str):
            at = f"{path}.env[{i}].value"
            value, _ = _replaced(value, at, values)
            if len(value) <= _LONGEST:
                values[name] = value, at
            else:
                values.pop(name, None)
    return values


def _replaced(text: str, at: str, values: Mapping[str, _Value]) -> _Value:
    """Return text with values in the place of their names, and where it stands.

    What holds nothing of its own stands where the last of its values does.
    """
    if "$(" not in text:
        return text, at
    where = at

    def meant(reference: re.Match[str]) -> str:
        nonlocal where
        dollar, name = reference.groups()
        if dollar or name not in values:
            return dollar or reference[0]
        value, where = values[name]
        return value

    replaced = _REFERENCE.sub(meant, text, count=_MOST)
    own = _REFERENCE.sub("", text).strip("/")
    return replaced, at if own else where
