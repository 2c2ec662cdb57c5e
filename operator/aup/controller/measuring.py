"""One measure, asked of Prometheus for a number of instants."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from aup import metrics
from aup.controller.prometheus import Prometheus, Span
from aup.errors import PrometheusError
from aup.fairuse.catalogue import Query, Scope
from aup.fairuse.limits import Contention
from aup.fairuse.reading import Answers, Series, by_namespace, jobs, read_answer, scalar


class Asked(NamedTuple):
    """A measure and the instants to know it at."""

    query: Query
    span: Span


@dataclass(frozen=True, slots=True)
class Measuring:
    """Asks; what goes wrong is counted."""

    prometheus: Prometheus
    scope: Scope

    async def answers(
        self, asked: Asked, contentions: Iterable[Contention], claimed: Collection[str]
    ) -> Mapping[Contention, Answers]:
        """Return what is known about a measure, for each notion of contention.

        Raises:
            PrometheusError: one of the questions has no usable answer, so that nothing is known.

        """
        query = asked.query
        measure = query.measure
        try:
            health = scalar(await self._ask(asked, query.health()))
            use, nobody = by_namespace(await self._ask(asked, query.use), claimed)
            found = {}
            for contention in contentions:
                full = contention.full
                told = scalar(await self._ask(asked, contention.query, full))
                share, _ = by_namespace(await self._ask(asked, query.share, full), claimed)
                found[contention] = Answers(use, share, told, health)
        except PrometheusError as error:
            metrics.FAIR_USE_QUERIES.labels(measure, error.reason).inc()
            raise
        metrics.FAIR_USE_NOBODY.labels(measure).set(nobody)
        return found

    async def jobs(self, asked: Asked) -> tuple[str, ...]:
        """Return the jobs whose targets export the numbers of a measure.

        Raises:
            PrometheusError: nobody knows.

        """
        try:
            return jobs(await self._ask(asked, asked.query.jobs()))
        except PrometheusError as error:
            metrics.FAIR_USE_QUERIES.labels(asked.query.measure, error.reason).inc()
            raise

    async def _ask(
        self, asked: Asked, template: str, contention: float = 1.0
    ) -> tuple[Series, ...]:
        """Ask one question."""
        query = self.scope.render(template, contention)
        series = read_answer(await self.prometheus.ask(query, asked.span))
        metrics.FAIR_USE_QUERIES.labels(asked.query.measure, "ok").inc()
        return series
