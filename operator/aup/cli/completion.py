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
    whole: argparse.ArgumentParser, words: Sequence[str]
) -> tuple[list[tuple[str, str]], Directive]:
    """Return what the last word may become, each with its meaning, and whether files may follow."""
    *before, part = words
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
        told = {choice.dest: choice.help or "" for choice in awaited._choices_actions}  # noqa: SLF001
        return _beginning(
            part, [(name, told[name]) for name in awaited.choices]
        ), Directive.NO_FILES
    if awaited.choices:
        return _beginning(part, [(str(c), "") for c in awaited.choices]), Directive.NO_FILES
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


def _is_path(action: argparse.Action) -> bool:
    """Tell whether an argument is a file or a folder."""
    return action.type is Path or action.metavar in {"FILE", "PATH", "DIR"}


def _meaning(action: argparse.Action) -> str:
    return " ".join((action.help or "").split()) if action.help is not argparse.SUPPRESS else ""


def _beginning(part: str, found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in found if pair[0].startswith(part)]
