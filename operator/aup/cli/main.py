"""The command ``aup``: one parser, one module for each subcommand.

Exit codes: 0 all is well, 1 something is refused, 2 the command could not do its work.

A module is imported when its subcommand is called, so that none waits for what another one needs.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

from aup import __version__
from aup.errors import AupError

Run = Callable[[argparse.Namespace], int]

COMMANDS = {
    "version": ("", "print the version"),
    "check": ("aup.cli.check", "judge manifests offline"),
    "test": ("aup.cli.cases", "judge folders of cases that must be allowed or denied"),
    "export": ("aup.cli.export", "write what a tenant is held to into a bundle for 'aup check'"),
    "evidence": ("aup.cli.evidence", "check evidence of a quarantine"),
    "explain": ("aup.cli.explain", "say what a rule is about"),
    "impact": ("aup.cli.impact", "say what enforcement would refuse in a tenant's namespaces"),
    "budget": ("aup.cli.budget", "say what a tenant's budget is, and what of it is left"),
    "run": ("aup.cli.run", "run the operator"),
    "teardown": ("aup.cli.teardown", "remove stamps, quotas and policies after helm uninstall"),
    "completion": ("aup.cli.completion", "print a completion script for a shell"),
}
"""Name to the module with its arguments and its ``run``, and what it does."""

PLUGIN = "kubectl-aup"
"""Name under which kubectl finds a program that answers to ``kubectl aup``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = parser(words[:1]).parse_args(words)
    run: Run = options.run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Manifests hold characters that a terminal's encoding may not have.
            stream.reconfigure(errors="replace")
    try:
        return run(options)
    except AupError as error:
        print(f"aup: {error}", file=sys.stderr)
        return 2
    except (BrokenPipeError, KeyboardInterrupt):
        # The reader of our output went away, or the person at the keyboard did.
        return 2


def parser(only: Sequence[str] | None = None, program: str = "") -> argparse.ArgumentParser:
    """Return the command line.

    Args:
        only: names of the subcommands that are built with their arguments; ``None``: all.
        program: how the command is called; empty: as it was.

    """
    whole = argparse.ArgumentParser(
        prog=program or _program(), description="Acceptable Use Policies, enforced on Kubernetes."
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (module, does) in COMMANDS.items():
        command = commands.add_parser(name, help=does)
        if not module:
            command.set_defaults(run=_version)
        elif only is None or name in only:
            found = import_module(module)
            found.add_arguments(command)
            command.set_defaults(run=command.get_default("run") or found.run)
    return whole


def _program() -> str:
    """Return what the user typed: kubectl shows a plugin's usage as its own."""
    return "kubectl aup" if Path(sys.argv[0]).stem == PLUGIN else "aup"


def _version(_options: argparse.Namespace) -> int:
    print(f"aup {__version__}")
    return 0
