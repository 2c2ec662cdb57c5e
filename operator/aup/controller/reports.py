"""Reports of a namespace: the tenant's own, and the one that dashboards read.

A TenantReport says what the namespace is held to and what in it would be refused; a PolicyReport
says the latter in the field's common form, where the cluster takes such reports. Both follow the
audit, the terms, the budget, measured use, the quarantine and the stamps.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from typing_extensions import override

from aup.api.budget_use import BudgetUse
from aup.api.meta import MANAGED_LABELS, REPORT_NAME, write
from aup.api.quarantine import Quarantine
from aup.api.report import ReportedQuarantine, TenantReport, TenantReportStatus
from aup.api.tenant import Tenant
from aup.audit.impact import Impact
from aup.audit.policy_report import Seen, policy_report, timestamps
from aup.controller.audit import Audit
from aup.controller.budget_uses import BudgetUses
from aup.controller.context import Context
from aup.controller.pace import Pace
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.controller.use_notices import UseNotices
from aup.engine.decision import Decision
from aup.facts.model import Subject
from aup.isolation.words import reported
from aup.kube.resource import POLICY_REPORTS, QUARANTINES, TENANT_REPORTS, Resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.live.surroundings import LiveNamespace
from aup.policy.terms import Terms
from aup.tenancy.report import first_seen, report_status

QUIET_SECONDS = 5.0
"""So often a report follows its tenant's budget at most: use changes with every pod."""
PER_SECOND = 20.0
"""So many reports a second follow budgets at most, however many tenants are busy."""
LOOK_SECONDS = 60.0
"""How long it is believed which kind of PolicyReport a cluster serves."""
SPREAD_SECONDS = 0.2
"""After a new world all namespaces are read again, one after the other."""


class Reports(Reconciler):
    """Works on namespaces by name."""

    name = "reports"

    def __init__(
        self, context: Context, audit: Audit, uses: BudgetUses, notices: UseNotices
    ) -> None:
        self._context = context
        self._audit = audit
        self._uses = uses
        self._notices = notices
        self._pace = Pace(each=QUIET_SECONDS, rate=PER_SECOND)
        self._quarantines = Informer(context.cluster, QUARANTINES, typed(Quarantine))
        self._reports = Informer(context.cluster, TENANT_REPORTS, typed(TenantReport))
        self._told: dict[str, Mapping[str, Any]] = {}
        """PolicyReports as they were last written, by namespace."""
        self._policy_reports: Resource | None = None
        self._look_again_at = 0.0

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of the reports themselves and of quarantines."""
        return (self._reports, self._quarantines)

    @override
    def attach(self, wake: Wake) -> None:
        """Be woken by stamps, terms, budgets and quarantines."""
        context = self._context

        def altered() -> None:
            for tenant in context.world.altered:
                for name in context.surroundings.namespaces_of(tenant):
                    wake(ObjectKey("", name), SPREAD_SECONDS)

        def wake_tenant(tenant: str, after: float = 0.0) -> None:
            for name in context.surroundings.namespaces_of(tenant):
                wake(ObjectKey("", name), after)

        def settled(key: ObjectKey, old: Tenant | None, new: Tenant | None) -> None:
            if old and new and old.status.budget != new.status.budget:
                self._follow(key.name, wake)

        def closed(_key: ObjectKey, old: Quarantine | None, new: Quarantine | None) -> None:
            if found := new or old:
                wake(ObjectKey("", found.spec.namespace))

        context.world.on_compiled(altered)
        context.surroundings.namespaces.subscribe(lambda key, *_: wake(key))
        context.world.tenants.subscribe(settled)
        self._quarantines.subscribe(closed)
        self._audit.on_change(lambda name: wake(ObjectKey("", name)))
        self._notices.on_change(wake_tenant)

    def _follow(self, tenant: str, wake: Wake) -> None:
        """Let the reports of a tenant follow its budget, each in its turn."""
        for name in self._context.surroundings.namespaces_of(tenant):
            wake(ObjectKey("", name), self._pace.wait(name, time.monotonic()))

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with the reports that are there: their namespace may be somebody else's now."""
        return [ObjectKey("", key.namespace) for key in self._reports.items]

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Write the report of one namespace."""
        namespace = self._context.surroundings.namespace(key.name)
        tenant = self._context.surroundings.tenant_of(key.name)
        if namespace is None or namespace.metadata.deletion_timestamp or tenant is None:
            await self._forget(key.name)
            return NEVER
        now = self._context.now()
        terms = self._context.world.terms(tenant, now)
        if terms is None:
            return None
        audited = await self._audit.visit(key.name, terms)
        if audited is None:
            return None
        decisions = [_decision(terms, found) for found in audited.impacts]
        report = self._reports.items.get(ObjectKey(key.name, REPORT_NAME))
        status = report_status(
            terms,
            decisions,
            budget=self._budget(tenant, key.name, report),
            fair_use=self._notices.of(tenant),
            quarantine=self._quarantine(namespace, terms),
            before=report.status if report else None,
            now=now.replace(microsecond=0),
        )
        if report is None:
            manifest = TENANT_REPORTS.manifest(
                REPORT_NAME, namespace=key.name, metadata={"labels": dict(MANAGED_LABELS)}
            )
            await self._context.cluster.apply(TENANT_REPORTS, manifest)
        if report is None or report.status != status:
            await self._context.cluster.apply_status(
                TENANT_REPORTS, REPORT_NAME, write(status), namespace=key.name
            )
        body = policy_report(terms, audited.impacts, self._since(key.name, status), now)
        await self._tell(key.name, body)
        again = self._late(tenant, key.name, status.budget)
        if terms.good_until is None:
            return again
        until = max((terms.good_until - now).total_seconds(), 0.0)
        return until if again is None else min(again, until)

    def _budget(self, tenant: str, namespace: str, report: TenantReport | None) -> BudgetUse | None:
        """Return what the report is to say of the budget; what it says already before its turn."""
        found = self._context.world.tenants.items.get(ObjectKey("", tenant))
        use = found.status.budget if found else None
        told = report.status if report and report.status.tenant == tenant else None
        before = told.budget if told else None
        now = time.monotonic()
        if use and before and before.over.keys() == use.over.keys():
            waits = _same(before, use) or self._pace.wait(namespace, now) > 0
            if waits:
                return before
        self._pace.taken(namespace, now)
        return self._uses.here(tenant, namespace, use) if use else None

    def _late(self, tenant: str, namespace: str, told: BudgetUse | None) -> float | None:
        """Return the seconds until the report may follow the budget; ``None``: it does."""
        found = self._context.world.tenants.items.get(ObjectKey("", tenant))
        use = found.status.budget if found else None
        if use is None or told is None or _same(told, use):
            return None
        return max(self._pace.wait(namespace, time.monotonic()), 0.0)

    def _since(self, namespace: str, status: TenantReportStatus) -> Seen:
        """Return since when findings are known; what the TenantReport does not list has no time."""
        return {**timestamps(self._told.get(namespace, {})), **first_seen(status)}

    async def _forget(self, namespace: str) -> None:
        """Remove the report of a namespace that is nobody's."""
        self._pace.forget(namespace)
        self._audit.forget(namespace)
        told = self._told.pop(namespace, None) is not None
        if not told and ObjectKey(namespace, REPORT_NAME) not in self._reports.items:
            return
        # The TenantReport goes last: while it is there, this is done again after a crash.
        for resource in (await self._kind(), TENANT_REPORTS):
            if resource is not None:
                await self._context.cluster.delete(
                    resource, REPORT_NAME, namespace=namespace, missing_ok=True
                )

    async def _tell(self, namespace: str, body: Mapping[str, Any]) -> None:
        """Write the PolicyReport of one namespace, where the cluster takes such reports."""
        resource = await self._kind()
        if resource is None or self._told.get(namespace) == body:
            return
        manifest = resource.manifest(
            REPORT_NAME, namespace=namespace, metadata={"labels": dict(MANAGED_LABELS)}, **body
        )
        await self._context.cluster.apply(resource, manifest)
        self._told[namespace] = body

    async def _kind(self) -> Resource | None:
        """Return the kind of PolicyReport that the cluster serves; looked for again each minute."""
        if time.monotonic() >= self._look_again_at:
            served = [kind for kind in POLICY_REPORTS if await self._context.cluster.has(kind)]
            self._policy_reports = served[0] if served else None
            self._look_again_at = time.monotonic() + LOOK_SECONDS
        return self._policy_reports

    def _quarantine(self, namespace: LiveNamespace, terms: Terms) -> ReportedQuarantine | None:
        """Return what the tenant may know of the quarantine of its namespace."""
        found = self._quarantines.items.values()
        return reported(found, namespace.metadata.uid, terms.policy.contact)


def _same(told: BudgetUse, use: BudgetUse) -> bool:
    """Tell whether a report says what the Tenant does; owners it has of its own."""
    return replace(told, owners=()) == replace(use, owners=())


def _decision(terms: Terms, found: Impact) -> Decision:
    """Return what was found about an object as a decision on it."""
    return Decision(
        subject=Subject(
            found.api_version.rpartition("/")[0], found.kind, found.namespace, found.name
        ),
        tenant=terms.tenant,
        policy=terms.policy,
        findings=found.findings,
    )
