"""Whose address was it, then: from an AbuseReport to a tenant and a namespace.

The tenant comes from the address registry, the namespace from what the operator saw in use. Both
must be the same over the whole window that the clocks leave open: whoever cannot be named beyond
doubt is a case for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from aup.api.abuse import AbuseReportSpec, MeasuredUse, ReportPhase
from aup.api.address_use import AddressUse, UseInterval
from aup.policy.registry import Holding, Registry
from aup.text import join


class Finding(StrEnum):
    """Reason of the condition Resolved."""

    RESOLVED = "Resolved"
    OBSERVED_IN_FUTURE = "ObservedInFuture"
    OLDER_THAN_RETENTION = "OlderThanRetention"
    ADDRESS_NOT_ASSIGNED = "AddressNotAssigned"
    TENANT_NOT_UNIQUE = "TenantNotUnique"
    USE_NOT_KNOWN = "UseNotKnown"
    NAMESPACE_NOT_UNIQUE = "NamespaceNotUnique"


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace, as it was then."""

    namespace: str
    uid: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """To whom a report leads."""

    finding: Finding
    message: str
    """A sentence for the abuse desk."""
    tenant: str | None = None
    place: Place | None = None
    resolved_by: str | None = None
    """Where it was read, for example ``AddressUse/198.51.100.20``."""

    @property
    def phase(self) -> ReportPhase | None:
        """Return what becomes of the report without a namespace; None with one."""
        if self.place is not None:
            return None
        return ReportPhase.REVIEW if self.finding in _FOR_A_PERSON else ReportPhase.NO_ACTION


_FOR_A_PERSON: Final = frozenset(
    {Finding.TENANT_NOT_UNIQUE, Finding.USE_NOT_KNOWN, Finding.NAMESPACE_NOT_UNIQUE}
)


@dataclass(frozen=True, slots=True)
class Window:
    """When it can have been, clocks considered; both ends belong to it."""

    first: datetime
    last: datetime

    @classmethod
    def around(cls, at: datetime, skew: timedelta) -> "Window":
        """Return the window around an instant."""
        return cls(at - skew, at + skew)

    def meets(self, start: datetime, end: datetime | None) -> bool:
        """Tell whether an interval shares an instant with the window; its end is outside of it."""
        return start <= self.last and (end is None or end > self.first)


def measured(usage: MeasuredUse) -> Resolution:
    """Resolve what the operator measured: the stamps said whose it was, at that time."""
    return Resolution(
        Finding.RESOLVED,
        f"{usage.tenant} used {usage.used} {usage.unit} ({usage.measure}), a share of "
        f"{usage.share}, most of it in namespace {usage.namespace}",
        tenant=usage.tenant,
        place=Place(usage.namespace, usage.namespace_uid, usage.tenant),
        resolved_by=f"Measurement/{usage.measure}",
    )


def tenants_then(address: str | None, window: Window, registry: Registry) -> tuple[Holding, ...]:
    """Return every assignment that gave out an address at some time in the window."""
    if address is None:
        return ()
    wanted = ip_address(address)
    return tuple(
        holding
        for holdings in registry.by_tenant.values()
        for holding in holdings
        if wanted in holding.network and window.meets(holding.spec.from_, holding.spec.until)
    )


def check_time(
    observed: datetime, filed: datetime, now: datetime, skew: timedelta, retention: timedelta
) -> Resolution | None:
    """Return the answer to a report whose time cannot be looked up; None when it can."""
    if observed > filed + skew:
        return Resolution(
            Finding.OBSERVED_IN_FUTURE,
            f"It was observed at {observed.isoformat()}, after it was reported at "
            f"{filed.isoformat()}; file another report with the right time and offset",
        )
    if observed < now - retention:
        return Resolution(
            Finding.OLDER_THAN_RETENTION,
            f"It was observed at {observed.isoformat()}; who used an address is kept for "
            f"{retention.days} days only",
        )
    return None


def resolve(
    spec: AbuseReportSpec, window: Window, registry: Registry, use: AddressUse | None
) -> Resolution:
    """Resolve a report whose time was found fit.

    Args:
        spec: the report.
        window: when it can have been.
        registry: who held which address.
        use: the record of this address; None when there is none.

    """
    holdings = tenants_then(spec.address, window, registry)
    tenants = sorted({holding.spec.tenant for holding in holdings})
    if not tenants:
        message = f"Nobody had {spec.address} at that time; it was not assigned to a tenant"
        return Resolution(Finding.ADDRESS_NOT_ASSIGNED, message)
    if len(tenants) > 1:
        return _nobody_alone(spec, tenants)
    return _place(spec, tenants[0], window, use)


def _nobody_alone(spec: AbuseReportSpec, tenants: list[str]) -> Resolution:
    """Answer where an address changed hands within the window: no tenant, but a case."""
    return Resolution(
        Finding.TENANT_NOT_UNIQUE,
        f"{spec.address} was held by {join(tenants, 'and')} within the time that the clocks leave "
        "open; nothing is done to either without a person",
    )


def _place(
    spec: AbuseReportSpec, tenant: str, window: Window, use: AddressUse | None
) -> Resolution:
    """Find the one namespace that used the address."""
    intervals = tuple(_used(use, window))
    places = sorted(
        {Place(i.namespace, i.uid, i.tenant) for i in intervals},
        key=lambda p: (p.namespace, p.uid, p.tenant),
    )
    port = f" port {spec.port}" if spec.port is not None else ""
    if not places:
        return Resolution(
            Finding.USE_NOT_KNOWN,
            f"{tenant} held {spec.address}, but no namespace is known to have used it then; find "
            f"out behind which namespace{port or ' it'} was, and write a Quarantine by hand",
            tenant=tenant,
        )
    if len(places) > 1 or places[0].tenant != tenant:
        names = join([f"{p.namespace} of {p.tenant}" for p in places], "and")
        return Resolution(
            Finding.NAMESPACE_NOT_UNIQUE,
            f"{tenant} held {spec.address}, which was in use by {names}; find out whose{port} it "
            "was, and write a Quarantine by hand",
            tenant=tenant,
        )
    objects = join(sorted({i.object for i in intervals}), "and")
    return Resolution(
        Finding.RESOLVED,
        f"{spec.address} was in use by {objects} in namespace {places[0].namespace} of {tenant}",
        tenant=tenant,
        place=places[0],
        resolved_by=f"AddressUse/{use.metadata.name}" if use else None,
    )


def _used(use: AddressUse | None, window: Window) -> Iterable[UseInterval]:
    """Yield the uses within the window."""
    for interval in use.status.intervals if use else ():
        if window.meets(interval.from_, interval.until):
            yield interval
