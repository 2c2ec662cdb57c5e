"""``aup evidence verify``: check a bundle of evidence with nothing but its files."""

import argparse
import sys
from pathlib import Path

from aup.errors import AupError
from aup.evidence.record import verify
from aup.text import plural


class BundleError(AupError):
    """There is no bundle of evidence to check."""

    def __init__(self, *, folder: Path, problem: str) -> None:
        super().__init__(f"{folder}: {problem}")
        self.folder = folder
        self.problem = problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "verify",
        help="check that nothing was changed, taken away or added",
        description="Check a bundle: the chain of its records, the objects that they name, and, "
        "with --head, that it ends where the Quarantine says (status.evidenceHead). Needs no "
        "cluster. Exit code 0: whole; 1: not whole; 2: there is no bundle.",
    )
    check.add_argument("folder", type=Path, metavar="DIR", help="the folder <quarantine uid>")
    check.add_argument("--head", metavar="HASH", help="the last record's hash, sha256:…")


def run(options: argparse.Namespace) -> int:
    """Check one bundle and say what was found."""
    folder: Path = options.folder
    records = _records(folder)
    verdict = verify(records, lambda sha: _object(folder, sha), options.head)
    for line in (*verdict.problems, *verdict.missing):
        print(line, file=sys.stderr)
    counted = f"{plural(verdict.records, 'record')}, {plural(verdict.items, 'object')}"
    print(f"{counted}, {'whole' if verdict.whole else 'not whole'}")
    print(f"head {verdict.head.hash}")
    if options.head is None:
        print("compare it: kubectl get quarantine NAME -o jsonpath='{.status.evidenceHead}'")
    return 0 if verdict.whole else 1


def _records(folder: Path) -> dict[str, bytes]:
    try:
        found = {path.name: path.read_bytes() for path in (folder / "records").glob("*.json")}
    except OSError as error:
        raise BundleError(folder=folder, problem=str(error)) from error
    if not found:
        raise BundleError(folder=folder, problem="no records here; name the folder of one bundle")
    return found


def _object(folder: Path, sha: str) -> bytes | None:
    """Return the file of an object; a name that is no hash leads nowhere."""
    if not sha.isalnum():
        return None
    try:
        return (folder / "objects" / f"{sha}.json").read_bytes()
    except OSError:
        return None
