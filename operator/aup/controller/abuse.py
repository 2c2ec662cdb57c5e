"""Abuse reports: resolved, judged, and turned into a Quarantine or a case for a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from typing_extensions import override

from aup.abuse.deadline import due_at
from aup.abuse.resolve import Finding, Place, Resolution, Window, check_time, measured, resolve
from aup.abuse.triage import APPROVED_BY_SOURCE, Verdict, Why, judge, new_quarantine, open_for
from aup.api.abuse import AbuseReport, AbuseReportStatus, ReportPhase
from aup.api.address_use import AddressUse, object_name
from aup.api.meta import condition, read, write
from aup.api.quarantine import Quarantine
from aup.api.sections.abuse import AbuseTerms
from aup.api.sections.resources import EvidenceTerms
from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler
from aup.errors import AlreadyExistsError
from aup.kube.events import Regarding
from aup.kube.resource import ABUSE_REPORTS, ADDRESS_USES, QUARANTINES
from aup.kube.wire import ObjectKey

UNDECIDED = frozenset({None, ReportPhase.PENDING})
RESOLVED = "Resolved"


def operator_user(context: Context) -> str:
    """Return the user name of the operator, which stands in what it requests."""
    settings = context.settings
    return f"system:serviceaccount:{settings.namespace}:{settings.fullname}-controller"


async def all_quarantines(context: Context) -> list[Quarantine]:
    """Return every Quarantine, read now: limits count over all of them."""
    found = context.cluster.list_objects(QUARANTINES, into=Quarantine)
    return [quarantine async for quarantine in found]


async def create_quarantine(context: Context, quarantine: Quarantine) -> Quarantine:
    """Create a Quarantine; one of that name is the same decision, taken by a process before."""
    data = write(quarantine)
    manifest = QUARANTINES.manifest(quarantine.metadata.name, spec=data["spec"])
    try:
        created = await context.cluster.create(QUARANTINES, manifest)
    except AlreadyExistsError:
        return await context.cluster.get(QUARANTINES, quarantine.metadata.name, into=Quarantine)
    return read(Quarantine, created)


class Abuse(Reconciler):
    """Answers each report once; one lane, so that the limit is counted one at a time."""

    name = "abuse"
    kinds = (ABUSE_REPORTS,)

    def __init__(self, context: Context) -> None:
        """Args: ``context`` is the process's own."""
        self._context = context

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Answer a report that has no answer yet."""
        report = await self._context.cluster.get_or_none(ABUSE_REPORTS, key.name, into=AbuseReport)
        if report is None or report.status.phase not in UNDECIDED:
            return NEVER
        now = self._context.now()
        resolution = await self._resolve(report, now)
        if resolution.place is None:
            await self._answer(report, resolution, now, phase=resolution.phase)
            return NEVER
        await self._act(report, resolution, resolution.place, now)
        return NEVER

    async def _resolve(self, report: AbuseReport, now: datetime) -> Resolution:
        """Find out whose it was."""
        world, spec = self._context.world.world, report.spec
        if spec.usage is not None:
            return measured(spec.usage)
        if spec.address is None:
            return Resolution(Finding.ADDRESS_NOT_ASSIGNED, "It names no address")
        holder = world.registry.holder(ip_address(spec.address), spec.observed_at)
        abuse, evidence = self._terms(holder.spec.tenant if holder else None)
        skew = timedelta(seconds=abuse.clock_skew_seconds)
        filed = report.metadata.creation_timestamp or now
        retention = timedelta(days=evidence.retention_days)
        answer = check_time(spec.observed_at, filed, now, skew, retention)
        if answer is not None:
            return answer
        use = await self._context.cluster.get_or_none(
            ADDRESS_USES, object_name(address=spec.address), into=AddressUse
        )
        window = Window.around(spec.observed_at, skew)
        return resolve(spec, window, world.registry, use)

    def _terms(self, tenant: str | None) -> tuple[AbuseTerms, EvidenceTerms]:
        """Return the terms of the tenant's policy; of an address of nobody, the defaults."""
        edition = self._context.world.world.edition_of(tenant) if tenant else None
        if edition is None:
            return AbuseTerms(), EvidenceTerms()
        return edition.spec.abuse, edition.spec.evidence

    def _due(self, report: AbuseReport, tenant: str | None, now: datetime) -> datetime | None:
        """Return until when a tenant has to act on a report."""
        edition = self._context.world.world.edition_of(tenant) if tenant else None
        filed = report.metadata.creation_timestamp or now
        return due_at(edition.spec.mail, report.spec.category, filed) if edition else None

    async def _act(
        self, report: AbuseReport, resolution: Resolution, place: Place, now: datetime
    ) -> None:
        """Add the report to the Quarantine of the namespace, or open one."""
        quarantines = await all_quarantines(self._context)
        abuse, _ = self._terms(place.tenant)
        verdict = judge(abuse, report.spec.source, place, quarantines, now)
        found = open_for(place, quarantines)
        if verdict.why is Why.MEASURED:
            await self._review(report, resolution, verdict, found, now)
            return
        if found is None:
            found = await self._open(report, place, verdict, quarantines)
        elif found.spec.approval is None and verdict.automatic:
            # Whoever files an untrusted report first must not keep a trusted one from acting.
            found = await self._approve(found, report.spec.source)
        approved = found.spec.approval is not None
        phase = ReportPhase.COUNTED if approved else ReportPhase.REVIEW
        told = "" if approved else f"; {verdict.message}"
        message = f"{resolution.message}; it counts for Quarantine {found.metadata.name}{told}"
        resolution = replace(resolution, message=message)
        await self._answer(report, resolution, now, phase=phase, quarantine=found)

    async def _review(
        self,
        report: AbuseReport,
        resolution: Resolution,
        verdict: Verdict,
        found: Quarantine | None,
        now: datetime,
    ) -> None:
        """Leave measured use to a person; it adds to a case that is open, and opens none."""
        told = f"; it is added to Quarantine {found.metadata.name}" if found else ""
        message = f"{resolution.message}{told}; {verdict.message}"
        counts = found is not None and found.spec.approval is not None
        phase = ReportPhase.COUNTED if counts else ReportPhase.REVIEW
        resolution = replace(resolution, message=message)
        await self._answer(report, resolution, now, phase=phase, quarantine=found)

    async def _open(
        self,
        report: AbuseReport,
        place: Place,
        verdict: Verdict,
        quarantines: Sequence[Quarantine],
    ) -> Quarantine:
        """Create the Quarantine that a report leads to."""
        source = f"{APPROVED_BY_SOURCE}{report.spec.source}"
        wanted = new_quarantine(
            place,
            reasons=(report.spec.category,),
            requested_by=operator_user(self._context),
            approved_by=source if verdict.automatic else None,
            quarantines=quarantines,
        )
        made = await create_quarantine(self._context, wanted)
        await self._context.events.post(
            Regarding.to(QUARANTINES, made.metadata.name, uid=made.metadata.uid),
            "QuarantineOpened",
            f"{verdict.message}.",
            action="Open",
        )
        return made

    async def _approve(self, quarantine: Quarantine, source: str) -> Quarantine:
        """Put an open review in force for a trusted source."""
        patch = {"spec": {"approval": {"by": f"{APPROVED_BY_SOURCE}{source}"}}}
        written = await self._context.cluster.merge_patch(
            QUARANTINES,
            quarantine.metadata.name,
            patch,
            resource_version=quarantine.metadata.resource_version,
        )
        return read(Quarantine, written)

    async def _answer(
        self,
        report: AbuseReport,
        resolution: Resolution,
        now: datetime,
        *,
        phase: ReportPhase | None,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Write the answer into the status, and say it."""
        place = resolution.place
        status = AbuseReportStatus(
            observed_generation=report.metadata.generation,
            phase=phase,
            tenant=resolution.tenant,
            namespace=place.namespace if place else None,
            namespace_uid=place.uid if place else None,
            resolved_by=resolution.resolved_by,
            quarantine=quarantine.metadata.name if quarantine else None,
            due_at=self._due(report, resolution.tenant, now),
            conditions=condition(
                report.status.conditions,
                RESOLVED,
                status=resolution.finding is Finding.RESOLVED,
                reason=resolution.finding.value,
                message=resolution.message,
                now=now,
                generation=report.metadata.generation,
            ),
        )
        await self._context.cluster.apply_status(
            ABUSE_REPORTS, report.metadata.name, write(status), uid=report.metadata.uid
        )
        await self._context.events.post(
            Regarding.to(ABUSE_REPORTS, report.metadata.name, uid=report.metadata.uid),
            f"Report{phase}",
            f"{resolution.message}.",
            action="Resolve",
        )
