"""Where catalogues cannot all be right about an image.

Both words count when images are judged, so that the stricter one holds. What is found here is for
the provider, who alone can tell which of them is true.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aup.policy.problem import Reason, Trouble


@dataclass(frozen=True, slots=True)
class Statement:
    """What one catalogue says of one thing."""

    catalog: str
    about: str
    """What it says it of: a digest, a repository, a repository in some versions."""
    repository: str
    """Empty where it is said of none."""
    said: tuple[object, ...]
    """Matter by matter; what is left out is false."""
    whole: bool = False
    """Whether it is said of all of the repository."""


def disagreements(statements: Iterable[Statement]) -> Mapping[str, tuple[Trouble, ...]]:
    """Return the troubles of each catalogue; of two that contradict the later one is told.

    A word about some versions or about one content also meets what *another* catalogue says of
    the whole repository. In its own catalogue it is the exception that it is meant to be.
    """
    same: defaultdict[str, list[Statement]] = defaultdict(list)
    wholes: defaultdict[str, list[Statement]] = defaultdict(list)
    ordered = tuple(statements)
    for statement in ordered:
        if statement.whole:
            wholes[statement.repository].append(statement)
    troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
    for statement in ordered:
        others = [s for s in wholes[statement.repository] if s.catalog != statement.catalog]
        rivals = (*same[statement.about], *(() if statement.whole else others))
        same[statement.about].append(statement)
        author = next((s.catalog for s in rivals if _contradict(s, statement)), None)
        if author is not None:
            whose = "another entry" if author == statement.catalog else f"catalogue {author}"
            message = f"{statement.about}: {whose} says otherwise; both count, the stricter holds"
            troubles[statement.catalog].append(Trouble(Reason.DISAGREEMENT, message))
    return {catalog: tuple(found) for catalog, found in troubles.items()}


def _contradict(one: Statement, other: Statement) -> bool:
    """Tell whether two words speak of the same matter and say different things of it.

    What one of them leaves out, the other one adds.
    """
    return any(a and b and a != b for a, b in zip(one.said, other.said, strict=True))
