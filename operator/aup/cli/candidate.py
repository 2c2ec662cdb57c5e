"""A policy that is not in force yet, read from a file."""

from pathlib import Path

import msgspec

from aup.api.meta import API_VERSION, read
from aup.api.policy import AcceptableUsePolicy
from aup.documents import InvalidDocumentError, read_documents
from aup.errors import AupError

KIND = "AcceptableUsePolicy"


class CandidateError(AupError):
    """There is no candidate that could be judged by."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_candidate(path: Path) -> AcceptableUsePolicy:
    """Return the one policy of a file; other objects in it are left alone.

    Raises:
        CandidateError: none, several, or one that cannot be read.

    """
    try:
        documents = list(read_documents(path.read_bytes()))
    except OSError as error:
        raise CandidateError(problem=f"{path}: {error.strerror or error}") from error
    except InvalidDocumentError as error:
        raise CandidateError(problem=f"{path}: {error}") from error
    found = [
        document
        for document in documents
        if isinstance(document, dict)
        and (document.get("apiVersion"), document.get("kind")) == (API_VERSION, KIND)
    ]
    if len(found) != 1:
        raise CandidateError(problem=f"{path} holds {len(found)} {KIND} objects, not one")
    try:
        return read(AcceptableUsePolicy, found[0])
    except msgspec.ValidationError as error:
        raise CandidateError(problem=f"{path}: {error}") from error
