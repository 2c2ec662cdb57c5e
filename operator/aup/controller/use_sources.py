"""Whose targets the numbers come from: where several jobs export one metric, one may be forged.

Which namespace a number is about, the target says. One that tenants run, scraped so that it may
write its own labels, could speak in another tenant's name; and a target that two jobs scrape counts
twice. Neither can be told from the numbers, so the provider and who reads a report are told.
"""

import logging

from aup import metrics
from aup.api.sections.fair_use import Measure
from aup.controller.measuring import Asked, Measuring

log = logging.getLogger(__name__)


class UseSources:
    """The jobs of each measure, as of the last reading."""

    def __init__(self, measuring: Measuring) -> None:
        self._measuring = measuring
        self._jobs: dict[Measure, tuple[str, ...]] = {}
        self._warned = bool(measuring.scope.matchers)

    def of(self, measure: Measure) -> tuple[str, ...]:
        """Return the jobs that export the numbers of a measure."""
        return self._jobs.get(measure, ())

    async def look(self, asked: Asked) -> None:
        """Look who exports a measure now; say so when that is more than one, or may be anybody.

        Raises:
            PrometheusError: nobody knows.

        """
        if not self._warned:
            self._warned = True
            log.warning("fair use counts what any target exports: set prometheus.matchers")
        measure = asked.query.measure
        jobs = await self._measuring.jobs(asked)
        metrics.FAIR_USE_JOBS.labels(measure).set(len(jobs))
        if len(jobs) > 1 and jobs != self._jobs.get(measure):
            told = {"measure": measure, "jobs": list(jobs)}
            log.warning(
                "several jobs export one measure: name yours in prometheus.matchers", extra=told
            )
        self._jobs[measure] = jobs
