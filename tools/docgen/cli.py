"""The command line, from its own parser."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from aup.cli.main import parser
from docgen.markdown import bullets, code, fence, page, prose, table


def pages(_root: Path) -> dict[str, str]:
    """Return the page of the command line."""
    commands = dict(subcommands(parser()))
    return {
        "cli.md": page(
            "Command line",
            prose(parser().description or ""),
            "Exit codes: 0 all is well, 1 something is refused, 2 the command could not do its "
            "work.",
            bullets(f"[`aup {name}`](#aup-{name.replace(' ', '-')})" for name in commands),
            *(section(name, command) for name, command in commands.items()),
        )
    }


def subcommands(whole: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield name and parser of each subcommand, those below others with all their words."""
    # argparse tells nobody about its parts in a public way.
    for action in whole._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            told = {choice.dest: choice.help for choice in action._choices_actions}  # noqa: SLF001
            for name, command in action.choices.items():
                command.description = command.description or f"{told[name]}.".capitalize()
                inner = list(subcommands(command))
                yield from [(f"{name} {word}", below) for word, below in inner] or [(name, command)]


def section(name: str, command: argparse.ArgumentParser) -> str:
    """Return the section of a subcommand."""
    arguments = [action for action in command._actions if action.dest != "help"]  # noqa: SLF001
    if name == "run":
        options = "Every [setting](settings.md) is a flag of this command."
    else:
        options = table(["Argument", "Default", "Meaning"], (row(action) for action in arguments))
    usage = f"aup {name} " + " ".join(synopsis(action) for action in arguments)
    said = prose(command.description or "")
    shown = "" if name == "run" else fence("text", usage)
    return "\n\n".join(part for part in (f"## aup {name}", said, shown, options) if part)


def row(action: argparse.Action) -> tuple[str, str, str]:
    """Return the row of an argument."""
    name = ", ".join(code(flag) for flag in action.option_strings) or code(metavar(action))
    default = str(action.default) if action.default else ""
    choices = ", ".join(code(str(choice)) for choice in action.choices or ())
    meaning = "; ".join(
        part for part in (prose(action.help or ""), f"one of {choices}" if choices else "") if part
    )
    return name, code(default), meaning


def synopsis(action: argparse.Action) -> str:
    """Return an argument as a usage line shows it."""
    if not action.option_strings:
        name = metavar(action) + ("…" if action.nargs in {"+", "*"} else "")
        return f"[{name}]" if action.nargs in {"?", "*"} else name
    value = "" if action.nargs == 0 else f" {metavar(action)}"
    return f"[{action.option_strings[-1]}{value}]"


def metavar(action: argparse.Action) -> str:
    """Return the name of an argument's value."""
    return str(action.metavar or action.dest.upper())
