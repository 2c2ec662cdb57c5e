"""Fair use: Prometheus is asked what tenants use, and overuse becomes an AbuseReport.

Nothing here outlives the process but the reports, and nothing needs to: an episode that was
reported stands in its report, and what led up to one that was not is asked of Prometheus again, as
far back as it counts. In the same way an outage of either side is caught up with: the instants that
were missed are asked for once there is an answer.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from typing_extensions import override

from aup import metrics
from aup.api.abuse import AbuseReport, MeasuredUse
from aup.api.meta import TENANT_LABEL, write
from aup.api.sections.fair_use import Measure
from aup.controller.context import Context
from aup.controller.measuring import Asked, Measuring
from aup.controller.prometheus import Prometheus, Span
from aup.controller.reconciler import Reconciler
from aup.controller.use_notices import UseNotices, Watched
from aup.controller.use_sources import UseSources
from aup.errors import AlreadyExistsError, NotFoundError, PrometheusError
from aup.fairuse.catalogue import CATALOGUE, Query, Scope
from aup.fairuse.limits import Contention, Limit, limit_of
from aup.fairuse.notice import STATES
from aup.fairuse.reading import Answers, Reading
from aup.fairuse.report import measured, new_report, standing_of
from aup.fairuse.standing import Pace, Phase, Standing, Zone, step, zone
from aup.kube.events import Regarding
from aup.kube.resource import ABUSE_REPORTS
from aup.kube.wire import ObjectKey

ALL: Final = ObjectKey("", "")
"""Key of the one run there is."""
MAX_INSTANTS: Final = 240
"""That are asked for at once, after a restart or an outage."""
REPORTED: Final = frozenset({Phase.OVER, Phase.RECOVERING})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tenants:
    """Whose namespaces are whose, by our own stamps."""

    namespaces: Mapping[str, list[str]]
    """By tenant."""
    uids: Mapping[str, str]
    """By namespace that is claimed."""


class FairUse(Reconciler):
    """Takes a reading of every measure, one after the other, in one run."""

    name = "fairuse"

    def __init__(self, context: Context, notices: UseNotices) -> None:
        settings = context.settings
        self._context = context
        self._notices = notices
        self._scope = Scope(settings.fair_use_window_seconds, settings.prometheus_matchers)
        self._measuring = Measuring(Prometheus(settings), self._scope)
        self._sources = UseSources(self._measuring)
        self._seconds = settings.fair_use_seconds
        self._pace = Pace(
            window=timedelta(seconds=self._scope.window),
            stride=timedelta(seconds=1.5 * self._seconds),
        )
        self._standings: dict[Watched, Standing] = {}
        self._over: dict[Watched, Reading] = {}
        """The reading that was the last above all thresholds."""
        self._open: dict[Watched, str] = {}
        """Reports of episodes that are not over, by name."""
        self._asked: dict[Measure, datetime] = {}
        """Up to which instant Prometheus has answered."""
        self._problems: dict[Measure, str] = {}
        self._rebuilt = False

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin if there is anybody to ask."""
        return (ALL,) if self._context.settings.prometheus_url else ()

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Take a reading, and report what it leads to."""
        if not self._rebuilt:
            await self._rebuild()
        now = self._context.now().timestamp()
        # The same instants after a restart, so that the same episode has the same name.
        at = datetime.fromtimestamp(now - now % self._seconds, UTC)
        tenants = self._tenants()
        for query in CATALOGUE:
            limits = self._limits(query, tenants)
            self._notices.keep(query.measure, limits)
            if limits and not await self._measure(query, limits, tenants, at):
                break
        else:
            self._notices.complete(tenants.namespaces)
        self._count()
        return max(at.timestamp() + self._seconds - self._context.now().timestamp(), 0.1)

    async def _rebuild(self) -> None:
        """Take up the episodes that were reported and are not over."""
        async for report in self._context.cluster.list_objects(ABUSE_REPORTS, into=AbuseReport):
            usage = report.spec.usage
            if usage is None or report.status.recovered_at is not None:
                continue
            watched = Watched(usage.tenant, usage.measure)
            standing = standing_of(report)
            other = self._standings.get(watched)
            if other is None or not other.seen or report.spec.observed_at > other.seen:
                self._standings[watched] = standing
                self._open[watched] = report.metadata.name
                self._notices.remember(watched, usage)
        self._rebuilt = True

    def _tenants(self) -> Tenants:
        """Read the stamps: no label of a metric says whose a namespace is."""
        namespaces: defaultdict[str, list[str]] = defaultdict(list)
        uids = {}
        for key, namespace in self._context.surroundings.namespaces.items.items():
            if tenant := namespace.label(TENANT_LABEL):
                namespaces[tenant].append(key.name)
                uids[key.name] = namespace.metadata.uid
        return Tenants(namespaces, uids)

    def _limits(self, query: Query, tenants: Tenants) -> dict[str, Limit]:
        """Return the thresholds of each tenant whose overuse of this is to be reported."""
        found = {}
        for tenant in tenants.namespaces:
            edition = self._context.world.world.edition_of(tenant)
            limit = limit_of(query, edition.spec.fair_use) if edition else None
            if limit is not None:
                found[tenant] = limit
        return found

    async def _measure(
        self, query: Query, limits: Mapping[str, Limit], tenants: Tenants, at: datetime
    ) -> bool:
        """Take all readings of one measure that are due; tell whether Prometheus is there."""
        instants = self._instants(query, limits.values(), at)
        if not instants:
            return True
        span = Span(instants[0].timestamp(), at.timestamp(), self._seconds)
        now = Span(at.timestamp(), at.timestamp(), self._seconds)
        contentions = {limit.contention for limit in limits.values()}
        try:
            await self._sources.look(Asked(query, now))
            answers = await self._measuring.answers(
                Asked(query, span), sorted(contentions), tenants.uids.keys()
            )
        except PrometheusError as error:
            self._failed(query, error)
            away = error.reason == "unreachable"
            if not away:
                # It would answer the same again: these instants are a gap.
                self._asked[query.measure] = at
            return not away
        if self._problems.pop(query.measure, None):
            log.info("fair use is measured again", extra={"measure": query.measure})
        for instant in instants:
            self._read(query, limits, tenants, answers, instant)
            # One by one: an episode may have begun and ended while nobody asked.
            for tenant, limit in limits.items():
                await self._settle(Watched(tenant, query.measure), limit, tenants)
            self._asked[query.measure] = instant
            # After an outage these are many: let the Lease be renewed in between.
            await asyncio.sleep(0)
        return True

    def _instants(self, query: Query, limits: Iterable[Limit], at: datetime) -> list[datetime]:
        """Return the instants that are not known yet, as far back as they can count."""
        stride = timedelta(seconds=self._seconds)
        back = max(limit.hold for limit in limits) + 2 * self._pace.window
        first = at - min(back // stride, MAX_INSTANTS - 1) * stride
        if query.measure in self._asked:
            first = max(first, self._asked[query.measure] + stride)
        return [first + n * stride for n in range((at - first) // stride + 1)]

    def _failed(self, query: Query, error: PrometheusError) -> None:
        """Say that a measure is not known; once, as long as the reason is the same."""
        if self._problems.get(query.measure) != error.reason:
            self._problems[query.measure] = error.reason
            told = {"measure": query.measure, "problem": str(error)}
            log.warning("fair use was not measured", extra=told)

    def _read(
        self,
        query: Query,
        limits: Mapping[str, Limit],
        tenants: Tenants,
        answers: Mapping[Contention, Answers],
        at: datetime,
    ) -> None:
        """Bring every tenant to one instant."""
        oldest = self._scope.window / 2
        if any(answer.complete(at, oldest) for answer in answers.values()):
            metrics.FAIR_USE_READ.labels(query.measure).set(at.timestamp())
        else:
            metrics.FAIR_USE_GAPS.labels(query.measure).inc()
        for tenant, limit in limits.items():
            watched = Watched(tenant, query.measure)
            reading = answers[limit.contention].reading(at, tenants.namespaces[tenant], oldest)
            where = zone(reading, limit)
            before = self._standings.get(watched, Standing())
            self._standings[watched] = step(before, at, where, limit, self._pace)
            if reading is not None and where is Zone.OVER:
                self._over[watched] = reading

    async def _settle(self, watched: Watched, limit: Limit, tenants: Tenants) -> None:
        """File what is over and not reported; close what is reported and not over any more.

        The tenant is told at each turn, from the first reading on.
        """
        standing = self._standings[watched]
        state = STATES.get(standing.phase)
        usage = self._usage(watched, standing, limit, tenants)
        if state is None:
            self._notices.drop(watched)
        elif state is not self._notices.state(watched):
            edition = self._context.world.world.edition_of(watched.tenant)
            if edition is not None:
                self._notices.tell(watched, state, usage, limit, edition)
        reported = standing.phase in REPORTED
        if reported and watched not in self._open and usage is not None:
            await self._file(watched, usage)
        elif not reported and watched in self._open:
            await self._close(watched, standing)
        if standing.phase is Phase.QUIET:
            self._over.pop(watched, None)

    def _usage(
        self, watched: Watched, standing: Standing, limit: Limit, tenants: Tenants
    ) -> MeasuredUse | None:
        """Return the numbers of an episode."""
        reading = self._over.get(watched)
        edition = self._context.world.world.edition_of(watched.tenant)
        if reading is None or edition is None or reading.namespaces[0][0] not in tenants.uids:
            return None
        return measured(
            watched.tenant,
            next(q for q in CATALOGUE if q.measure is watched.measure),
            standing,
            reading,
            limit,
            scope=self._scope,
            edition=edition,
            uids=tenants.uids,
            jobs=self._sources.of(watched.measure),
        )

    async def _file(self, watched: Watched, usage: MeasuredUse) -> None:
        """Create the report of an episode; one of its name is of the same episode."""
        report = new_report(usage)
        data = write(report)
        manifest = {**data, "metadata": {k: v for k, v in data["metadata"].items() if v}}
        manifest.pop("status", None)
        try:
            await self._context.cluster.create(ABUSE_REPORTS, manifest)
        except AlreadyExistsError:
            log.info("overuse was reported before", extra={"report": report.metadata.name})
        else:
            log.info("overuse was reported", extra={"report": report.metadata.name})
        self._open[watched] = report.metadata.name

    async def _close(self, watched: Watched, standing: Standing) -> None:
        """Write into the report that the overuse is over."""
        name = self._open[watched]
        at = standing.seen or self._context.now()
        status = {"status": {"recoveredAt": at.isoformat().replace("+00:00", "Z")}}
        try:
            await self._context.cluster.merge_patch(
                ABUSE_REPORTS, name, status, subresource="status"
            )
            await self._context.events.post(
                Regarding.to(ABUSE_REPORTS, name),
                "UsageRecovered",
                f"{watched.tenant} is below what is needed to recover ({watched.measure}).",
                action="Measure",
            )
        except NotFoundError:
            log.info("report is gone", extra={"report": name})
        self._open.pop(watched, None)

    def _count(self) -> None:
        """Tell how many tenants stand where."""
        found = Counter((w.measure, s.phase) for w, s in self._standings.items())
        for query in CATALOGUE:
            for phase in (Phase.RISING, Phase.OVER, Phase.RECOVERING):
                counted = found[query.measure, phase]
                metrics.FAIR_USE_TENANTS.labels(query.measure, phase).set(counted)
