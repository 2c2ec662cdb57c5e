"""From what Prometheus answers to a tenant's readings; pure, and nothing in an answer is trusted.

Whose a number is, our own stamps say: a label leads to a namespace only if a namespace of that name
is claimed, and what leads nowhere is nobody's.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from aup.errors import PrometheusError
from aup.text import printable

MAX_SERIES: Final = 20_000
"""Twice the namespaces that a cluster is designed for."""
MAX_POINTS: Final = 2_000_000
TOP: Final = 10
"""Namespaces that a report names, and jobs."""
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

Instant = int
"""Milliseconds since 1970: as Prometheus counts, and to be compared without rounding."""
Vector = Mapping[Instant, Mapping[str, float]]
"""By instant and namespace; what is no number is NaN."""
Scalar = Mapping[Instant, float]
"""By instant; what is no number is left out."""


class Series(msgspec.Struct, frozen=True):
    """One series of an answer."""

    metric: dict[str, str] = msgspec.field(default_factory=dict)
    values: list[tuple[float, str]] = msgspec.field(default_factory=list)


class _Data(msgspec.Struct, frozen=True, rename="camel"):
    result_type: str = ""
    result: list[Series] = msgspec.field(default_factory=list)


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    status: str = ""
    data: _Data | None = None
    error: str = ""
    warnings: list[str] = msgspec.field(default_factory=list)


def read_answer(body: bytes) -> tuple[Series, ...]:
    """Read the answer to a range query; one that is incomplete is none.

    Raises:
        PrometheusError: it is no matrix, too large, or Prometheus warns that a part is missing.

    """
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _malformed("it is not what Prometheus answers") from error
    if answer.status != "success" or answer.data is None:
        problem = printable(answer.error) or "it says no success"
        raise PrometheusError(reason="refused", problem=problem)
    if answer.warnings:
        # Of Thanos and the like: a store did not answer, so sums may be too small.
        raise PrometheusError(reason="incomplete", problem=printable(answer.warnings[0]))
    series = answer.data.result
    if answer.data.result_type != "matrix":
        raise _malformed("it is no matrix")
    if len(series) > MAX_SERIES or sum(len(s.values) for s in series) > MAX_POINTS:
        raise PrometheusError(reason="too_large", problem=f"it has {len(series)} series")
    return tuple(series)


def _malformed(problem: str) -> PrometheusError:
    return PrometheusError(reason="malformed", problem=problem)


def by_namespace(series: Iterable[Series], claimed: Iterable[str]) -> tuple[Vector, int]:
    """Return use by instant and claimed namespace, and how many series are nobody's.

    Raises:
        PrometheusError: a namespace comes twice, so that nobody knows what is right.

    """
    known = frozenset(claimed)
    found: defaultdict[Instant, dict[str, float]] = defaultdict(dict)
    nobody = 0
    for one in series:
        name = one.metric.get("namespace", "")
        if name not in known or not _NAMESPACE.fullmatch(name):
            nobody += 1
            continue
        for seconds, text in one.values:
            use = found[_instant(seconds)]
            if name in use:
                raise _malformed(f"namespace {name} comes twice")
            use[name] = _number(text)
    return found, nobody


def scalar(series: Iterable[Series]) -> Scalar:
    """Return one number for each instant.

    Raises:
        PrometheusError: there is more than one series.

    """
    found = tuple(series)
    if len(found) > 1:
        raise _malformed(f"it has {len(found)} series instead of one number")
    values = ((_instant(at), _number(text)) for one in found for at, text in one.values)
    return {at: value for at, value in values if not math.isnan(value)}


def jobs(series: Iterable[Series]) -> tuple[str, ...]:
    """Return the jobs that an answer names, sorted, the first few of them."""
    names = {printable(one.metric.get("job", "")) for one in series}
    return tuple(sorted(names - {""})[:TOP])


def instant(at: datetime) -> Instant:
    """Return a time as Prometheus counts."""
    return _instant(at.timestamp())


def _instant(seconds: float) -> Instant:
    return round(seconds * 1000) if math.isfinite(seconds) else 0


def _number(text: str) -> float:
    """Read a number; what is none, negative or without end is NaN (but a health may be endless)."""
    try:
        value = float(text) if len(text) <= 64 else math.nan
    except ValueError:
        return math.nan
    return value if value >= 0 else math.nan


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tenant used at one instant, all of its namespaces together."""

    at: datetime
    used: float
    share: float | None
    """None where nothing is contended, so that there is nothing to have a share of."""
    contention: float
    namespaces: tuple[tuple[str, float], ...]
    """Those with most use, the first before the others."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered about one measure, for a number of instants."""

    use: Vector
    share: Vector
    contention: Scalar
    health: Scalar
    """Age of the oldest scrape, endless where a target is down."""

    def complete(self, at: datetime, oldest: float) -> bool:
        """Tell whether every target was scraped, and contention is known.

        With a target missing, sums are too small: then nobody's use is known.

        Args:
            at: the instant.
            oldest: seconds that a scrape may be old.

        """
        key = instant(at)
        contention = self.contention.get(key, math.nan)
        return self.health.get(key, math.inf) <= oldest and math.isfinite(contention)

    def reading(self, at: datetime, namespaces: Iterable[str], oldest: float) -> Reading | None:
        """Return what the tenant of these namespaces used; None where that is not known."""
        if not self.complete(at, oldest):
            return None
        key = instant(at)
        measured = self.use.get(key, {})
        used = [(name, measured[name]) for name in namespaces if name in measured]
        whole = math.fsum(value for _, value in used)
        if not used or not math.isfinite(whole):
            return None
        shares = self.share.get(key, {})
        share = math.fsum(shares.get(name, math.nan) for name, _ in used)
        return Reading(
            at=at,
            used=whole,
            share=share if math.isfinite(share) else None,
            contention=self.contention[key],
            namespaces=tuple(sorted(used, key=lambda pair: (-pair[1], pair[0]))[:TOP]),
        )
