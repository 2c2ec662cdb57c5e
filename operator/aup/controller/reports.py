"""TenantReports: what each claimed namespace is held to, and what in it would be refused.

Objects are read when the terms may have changed, and once in every resync. Between, a report
follows the budget, the quarantine and the stamps with what was found last.
"""

import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from aup.api.meta import MANAGED_LABELS, REPORT_NAME, write
from aup.api.quarantine import Quarantine
from aup.api.report import ReportedQuarantine, TenantReport
from aup.api.tenant import Tenant
from aup.audit.impact import impact
from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.engine.decision import Decision
from aup.errors import NotFoundError
from aup.facts.model import Subject
from aup.isolation.words import reported
from aup.kube.resource import QUARANTINES, TENANT_REPORTS
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.live.judged import JUDGED
from aup.live.surroundings import LiveNamespace
from aup.policy.terms import Terms
from aup.tenancy.report import report_status

QUIET_SECONDS = 5.0
"""A report follows its tenant's budget so late at most: use changes with every pod."""
SPREAD_SECONDS = 0.2
"""After a new world all namespaces are read again, one after the other."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """What was found in a namespace."""

    terms: Terms
    decisions: tuple[Decision, ...]
    at: float
    """Monotonic."""


class Reports(Reconciler):
    """Works on namespaces by name."""

    name = "reports"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._quarantines = Informer(context.cluster, QUARANTINES, typed(Quarantine))
        self._reports = Informer(context.cluster, TENANT_REPORTS, typed(TenantReport))
        self._scans: dict[str, _Scan] = {}

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watches of the reports themselves and of quarantines."""
        return (self._reports, self._quarantines)

    @override
    def attach(self, wake: Wake) -> None:
        """Be woken by stamps, terms, budgets and quarantines."""
        context = self._context

        def wake_all() -> None:
            for key, namespace in context.surroundings.namespaces.items.items():
                if context.surroundings.tenant_of(namespace.metadata.name):
                    wake(key, SPREAD_SECONDS)

        def settled(key: ObjectKey, old: Tenant | None, new: Tenant | None) -> None:
            if old and new and old.status.budget != new.status.budget:
                for name in context.surroundings.namespaces_of(key.name):
                    wake(ObjectKey("", name), QUIET_SECONDS)

        def closed(_key: ObjectKey, old: Quarantine | None, new: Quarantine | None) -> None:
            if found := new or old:
                wake(ObjectKey("", found.spec.namespace))

        context.world.on_compiled(wake_all)
        context.surroundings.namespaces.subscribe(lambda key, *_: wake(key))
        context.world.tenants.subscribe(settled)
        self._quarantines.subscribe(closed)

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
        scan = await self._scan(key.name, terms)
        report = self._reports.items.get(ObjectKey(key.name, REPORT_NAME))
        found = self._context.world.tenants.items.get(ObjectKey("", tenant))
        status = report_status(
            terms,
            scan.decisions,
            budget=found.status.budget if found else None,
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
        if terms.good_until is None:
            return None
        return max((terms.good_until - now).total_seconds(), 0.0)

    async def _forget(self, namespace: str) -> None:
        """Remove the report of a namespace that is nobody's."""
        self._scans.pop(namespace, None)
        if ObjectKey(namespace, REPORT_NAME) in self._reports.items:
            await self._context.cluster.delete(
                TENANT_REPORTS, REPORT_NAME, namespace=namespace, missing_ok=True
            )

    async def _scan(self, namespace: str, terms: Terms) -> _Scan:
        """Judge what is in a namespace, unless that was done a moment ago under the same terms."""
        last = self._scans.get(namespace)
        age = time.monotonic() - last.at if last else 0.0
        if last and last.terms == terms and age < self._context.settings.resync_seconds / 2:
            return last
        manifests = [manifest async for manifest in self._objects(namespace)]
        found = tuple(
            Decision(
                subject=Subject("", one.kind, namespace, one.name),
                tenant=terms.tenant,
                policy=terms.policy,
                findings=one.findings,
            )
            for one in impact(manifests, terms, self._context.surroundings)
        )
        scan = self._scans[namespace] = _Scan(terms, found, time.monotonic())
        return scan

    async def _objects(self, namespace: str) -> AsyncIterator[dict[str, Any]]:
        """Yield every object of a namespace that a rule reads."""
        for resource in JUDGED:
            try:
                async for found in self._context.cluster.list_objects(
                    resource, namespace=namespace
                ):
                    # Items of a list carry neither kind nor version.
                    yield {**found, "apiVersion": resource.api_version, "kind": resource.kind}
            except NotFoundError:
                # This cluster does not serve the resource, so there is none of it.
                continue

    def _quarantine(self, namespace: LiveNamespace, terms: Terms) -> ReportedQuarantine | None:
        """Return what the tenant may know of the quarantine of its namespace."""
        found = self._quarantines.items.values()
        return reported(found, namespace.metadata.uid, terms.policy.contact)
