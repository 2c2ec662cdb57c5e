"""``aup check FILE…``: manifests judged by the engine of the webhook, without a cluster."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aup.cli import arguments

if TYPE_CHECKING:
    from aup.cli.judge import Judged


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.description = (
        "Judge manifests with the engine of the webhook: YAML or JSON, many documents and Lists, "
        "and what 'helm template' and 'kubectl kustomize' print. Needs no cluster. Exit code 0: "
        "all would be admitted; 1: something would be refused; 2: something could not be read."
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="file, folder, or - for stdin")
    arguments.add_terms(parser)
    parser.add_argument("--output", "-o", choices=("text", "json", "sarif"), default="text")


def run(options: argparse.Namespace) -> int:
    """Judge every object of every file."""
    from aup.cli import judge
    from aup.cli.bundle import load
    from aup.cli.sources import read_sources

    bundle = load(arguments.wanted(options))
    for warning in bundle.warnings:
        print(f"aup: {warning}", file=sys.stderr)
    code = _Code()
    judged = code.watch(judge.judge_all(read_sources(options.files), bundle, options.namespace))
    if options.output == "text":
        from aup.cli.as_text import Text, wants_colour

        for line in Text(colour=wants_colour()).lines(judged, bundle.notes):
            print(line)
    elif options.output == "json":
        from aup.cli import as_json

        print(json.dumps(as_json.document(judged, bundle), indent=2))
    else:
        from aup.cli import as_sarif

        print(json.dumps(as_sarif.document(judged, bundle), indent=2))
    return code.value


class _Code:
    """Finds the exit code while others look at the same objects."""

    def __init__(self) -> None:
        self.value = 0

    def watch(self, judged: Iterator["Judged"]) -> Iterator["Judged"]:
        """Yield what comes by."""
        from aup.cli.judge import Checked
        from aup.cli.sources import Unreadable

        for one in judged:
            if isinstance(one, Unreadable):
                self.value = 2
            elif isinstance(one, Checked) and not one.decision.allowed:
                self.value = self.value or 1
            yield one
