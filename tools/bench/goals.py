"""What the project wants of itself beside other engines, and whether it was so in a run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.admission import CLIENTS, Row
from bench.floor import SaysYes
from bench.handwritten import HandWritten

_PEERS: Final = ("Gatekeeper CEL", "Gatekeeper Rego", "Kyverno")
_CATALOGUE: Final = ("webhook", "all")
"""The full catalogue in mode `strict` and, with the twins, in mode `available`."""
_POLICIES: Final = ("guard", "twins")
_OF_PEERS: Final = {"added_p50": 1 / 5, "added_p99": 1 / 5, "engine_cpu": 1 / 8}
"""At most this much of the better peer's."""
_BY_HAND: Final = {"added_p50": 1.2, "added_p99": 1.2, "added_server_cpu": 1.2}
"""At most so many times what one policy written by hand adds."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be at most so large."""

    mode: str
    clients: int
    goal: str
    figure: float
    at_most: float
    verdict: str


def judge(rows: Sequence[Row]) -> list[Goal]:
    """Compare the rows of a run in which peers took part."""
    return [goal for clients in CLIENTS for goal in _at(clients, rows)]


def _at(clients: int, rows: Sequence[Row]) -> Iterator[Goal]:
    of = {row.mode: row for row in rows if row.clients == clients}
    for mode in _CATALOGUE:
        for figure, share in _OF_PEERS.items():
            better = min(_figure(of, peer, figure) for peer in _PEERS)
            what = f"{figure}: {share:g} of a peer's"
            # It reads nothing, so its processor time tells nothing of what an engine needs.
            least = 0.0 if figure == "engine_cpu" else _figure(of, SaysYes.name, figure)
            yield _goal(mode, clients, what, _figure(of, mode, figure), share * better, least)
    for mode in _POLICIES:
        for figure, times in _BY_HAND.items():
            limit = times * _figure(of, HandWritten.name, figure)
            what = f"{figure}: {times:g} times by hand"
            yield _goal(mode, clients, what, _figure(of, mode, figure), limit)


def _figure(of: dict[str, Row], mode: str, figure: str) -> float:
    """Return a column of the table; what the API server itself spends is set against none."""
    if figure == "added_server_cpu":
        return of[mode].server_cpu - of["no policy"].server_cpu
    return float(getattr(of[mode], figure))


def _goal(
    mode: str, clients: int, goal: str, figure: float, limit: float, least: float = 0.0
) -> Goal:
    """Judge a figure; ``least`` is what nobody can stay below on this machine."""
    verdict = "met" if figure <= limit else "out of reach" if least > limit else "missed"
    return Goal(mode, clients, goal.replace("_", " "), figure, limit, verdict)
