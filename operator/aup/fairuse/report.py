"""The AbuseReport of one episode of overuse; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from aup.api.abuse import AbuseReport, AbuseReportSpec, MeasuredUse, NamespaceUse
from aup.api.meta import MANAGED_LABELS, USAGE_SOURCE, ObjectMeta
from aup.api.sections.fair_use import Measure
from aup.fairuse.catalogue import Query, Scope
from aup.fairuse.limits import Limit
from aup.fairuse.reading import Reading
from aup.fairuse.standing import Phase, Standing
from aup.policy.edition import Edition

CATEGORY: Final = "Usage"
"""Of the reports; a clause of a policy names it in ``watchedBy``."""


def report_name(tenant: str, measure: Measure, since: datetime) -> str:
    """Return the name of the report of one episode.

    The same episode has the same name whoever files it, so that a report that was created by a
    process that did not live to hear of it is met and not doubled.
    """
    return f"usage-{measure.lower()}-{tenant}-{round(since.timestamp())}"


def measured(
    tenant: str,
    query: Query,
    standing: Standing,
    reading: Reading,
    limit: Limit,
    *,
    scope: Scope,
    edition: Edition,
    uids: Mapping[str, str],
    jobs: tuple[str, ...] = (),
) -> MeasuredUse:
    """Return what was measured of an episode.

    Args:
        tenant: whose namespaces they are.
        query: what was measured.
        standing: of the tenant; it is not quiet.
        reading: the numbers.
        limit: the thresholds.
        scope: whose numbers Prometheus was asked for.
        edition: of the policy that the tenant is held to.
        uids: of the namespaces.
        jobs: of the targets that exported the numbers.

    """
    since = standing.since or reading.at
    first = reading.namespaces[0][0]
    return MeasuredUse(
        measure=query.measure,
        tenant=tenant,
        namespace=first,
        namespace_uid=uids[first],
        clause=next((c.id for c in edition.spec.clauses if CATEGORY in c.watched_by), None),
        unit=query.unit,
        used=decimal(reading.used),
        floor=decimal(limit.floor),
        share=decimal(reading.share or 0),
        share_limit=decimal(limit.share),
        contention=decimal(reading.contention),
        contention_limit=decimal(limit.contention.full),
        since=since,
        until=reading.at,
        measured_seconds=int(standing.counted.total_seconds()),
        readings=standing.readings,
        namespaces=_used(reading),
        query=scope.render(query.use),
        jobs=jobs,
    )


def new_report(usage: MeasuredUse) -> AbuseReport:
    """Return the report to create."""
    spec = AbuseReportSpec(
        source=USAGE_SOURCE, category=CATEGORY, usage=usage, observed_at=usage.until
    )
    name = report_name(usage.tenant, usage.measure, usage.since)
    return AbuseReport(metadata=ObjectMeta(name=name, labels=dict(MANAGED_LABELS)), spec=spec)


def _used(reading: Reading) -> tuple[NamespaceUse, ...]:
    return tuple(NamespaceUse(name=name, used=decimal(used)) for name, used in reading.namespaces)


def decimal(value: float) -> str:
    """Return a number as decimal text with three places at most."""
    text = f"{value:.3f}"
    return text.rstrip("0").rstrip(".")


def standing_of(report: AbuseReport) -> Standing:
    """Return where an episode stood when it was reported."""
    usage = report.spec.usage
    at = report.spec.observed_at
    return Standing(
        phase=Phase.OVER,
        since=usage.since if usage else at,
        readings=usage.readings if usage else 0,
        seen=at,
    )
