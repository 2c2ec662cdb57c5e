"""A policy that is not in force yet, read from a file."""

from pathlib import Path

from aup.api.policy import AcceptableUsePolicy
from aup.cli.ours import BundleError
from aup.cli.provider_files import read_files
from aup.errors import AupError


class CandidateError(AupError):
    """There is no candidate that could be judged by."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_candidate(path: Path, warnings: list[str]) -> AcceptableUsePolicy:
    """Return the one policy of a file. Other objects in it must be readable, and are not used.

    Args:
        path: a file or a folder.
        warnings: takes what nobody reads of it, such as a term that is misspelt.

    Raises:
        CandidateError: none, several, or one that cannot be read.

    """
    try:
        found = [
            one for one in read_files([path], warnings) if isinstance(one, AcceptableUsePolicy)
        ]
    except BundleError as error:
        raise CandidateError(problem=str(error)) from error
    if len(found) != 1:
        kind = AcceptableUsePolicy.__name__
        raise CandidateError(problem=f"{path} holds {len(found)} {kind} objects, not one")
    return found[0]
