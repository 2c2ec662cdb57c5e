"""``aup completion SHELL``, and what completes ``kubectl aup``.

Scripts for shells are made once, out of the parser, and then ask nobody. kubectl asks a program
named ``kubectl_complete-<plugin>`` at every key, in the protocol of Cobra.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path

SHELLS = ("bash", "zsh", "fish")


class Directive(IntEnum):
    """What kubectl's shell is to do with the candidates (Cobra's ShellCompDirective)."""

    FILES = 0
    """Offer files where there is no candidate."""
    NO_FILES = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Print a script that completes commands, flags and their values. bash: source <(aup "
        "completion bash); zsh: aup completion zsh > a file _aup in a folder of $fpath; fish: aup "
        "completion fish > ~/.config/fish/completions/aup.fish. 'kubectl aup' is completed by "
        "kubectl's own completion, with kubectl_complete-aup on PATH."
    )
    parser.add_argument("shell", choices=SHELLS)


def run(options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    import shtab

    from aup.cli.main import parser

    whole = parser(program="aup")
    for action in _actions(whole, deep=True):
        if _is_path(action):
            action.complete = shtab.FILE  # type: ignore[attr-defined] # shtab's way of saying it
        elif isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            # Beside each command a shell has room for a line, not for all of its description.
            for name, meaning in _commands(action):
                action.choices[name].description = meaning
        else:
            action.choices = _words(action)
    print(shtab.complete(whole, options.shell))
    return 0


def for_kubectl() -> int:
    """Answer kubectl: the words after ``kubectl aup``, the last of them unfinished."""
    from aup.cli.main import parser

    words = sys.argv[1:] or [""]
    found, directive = candidates(parser(words[:1], program="kubectl aup"), words)
    for word, meaning in found:
        print(f"{word}\t{meaning}" if meaning else word)
    print(f":{directive:d}")
    return 0


def candidates(
    whole: argparse.ArgumentParser, line: Sequence[str]
) -> tuple[list[tuple[str, str]], Directive]:
    """Return what the last word may become, each with its meaning, and whether files may follow."""
    *before, part = line
    current, expected = _reached(whole, before)
    if expected is None and part.startswith("-"):
        found = [
            (flag, _meaning(action))
            for action in _actions(current)
            for flag in action.option_strings
        ]
        return _beginning(part, found), Directive.NO_FILES
    awaited = expected or next((a for a in _actions(current) if not a.option_strings), None)
    if awaited is None:
        return [], Directive.NO_FILES
    if isinstance(awaited, argparse._SubParsersAction):  # noqa: SLF001
        return _beginning(part, list(_commands(awaited))), Directive.NO_FILES
    if words := _words(awaited):
        return _beginning(part, [(word, "") for word in words]), Directive.NO_FILES
    return [], Directive.FILES if _is_path(awaited) else Directive.NO_FILES


def _reached(
    parser: argparse.ArgumentParser, words: Sequence[str]
) -> tuple[argparse.ArgumentParser, argparse.Action | None]:
    """Return the parser of the subcommand, and the flag whose value comes next, if one is open."""
    expected: argparse.Action | None = None
    for word in words:
        if expected is not None:
            expected = None
            continue
        for action in _actions(parser):
            if word in action.option_strings and action.nargs != 0:
                expected = action
            elif isinstance(action, argparse._SubParsersAction) and word in action.choices:  # noqa: SLF001
                parser = action.choices[word]
    return parser, expected


def _actions(parser: argparse.ArgumentParser, *, deep: bool = False) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser, and those of its subcommands if asked for."""
    for action in parser._actions:  # noqa: SLF001 - argparse tells nobody about its parts
        yield action
        if deep and isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for below in action.choices.values():
                yield from _actions(below, deep=True)


def _commands(
    action: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> Iterator[tuple[str, str]]:
    """Yield each subcommand with what it does."""
    for choice in action._choices_actions:  # noqa: SLF001
        yield choice.dest, choice.help or ""


def _words(action: argparse.Action) -> list[str] | None:
    """Return what an argument may be, where that is known beforehand."""
    if action.metavar == "RULE":
        from aup.rules import CATALOGUE

        return [rule.id for rule in CATALOGUE]
    return None if action.choices is None else [str(choice) for choice in action.choices]


def _is_path(action: argparse.Action) -> bool:
    """Tell whether an argument is a file or a folder."""
    return action.type is Path or action.metavar in {"FILE", "PATH", "DIR"}


def _meaning(action: argparse.Action) -> str:
    return " ".join((action.help or "").split()) if action.help is not argparse.SUPPRESS else ""


def _beginning(part: str, found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in found if pair[0].startswith(part)]
