"""The command ``aup``: one parser, one module for each subcommand.

Exit codes: 0 all is well, 1 something is refused, 2 the command could not do its work.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from aup import __version__
from aup.errors import AupError

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code."""
    options = parser().parse_args(arguments)
    run: Run = options.run
    try:
        return run(options)
    except AupError as error:
        print(f"aup: {error}", file=sys.stderr)
        return 2
    except (BrokenPipeError, KeyboardInterrupt):
        # The reader of our output went away, or the person at the keyboard did.
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    from aup.cli import check, evidence, explain, impact, run, teardown

    whole = argparse.ArgumentParser(
        prog="aup", description="Acceptable Use Policies, enforced on Kubernetes."
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    version = commands.add_parser("version", help="print the version")
    version.set_defaults(run=_version)
    for module in (check, evidence, explain, impact, run, teardown):
        module.add_to(commands)
    return whole


def _version(_options: argparse.Namespace) -> int:
    print(f"aup {__version__}")
    return 0
