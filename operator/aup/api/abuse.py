"""AbuseReport: one complaint or signal.

Mirrors crds/aup.asergo.com_abusereports.yaml.
"""

from enum import StrEnum

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time
from aup.api.sections.fair_use import Measure


class EvidenceReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Evidence that the reporter keeps; never fetched."""

    sha256: str
    location: str


class NamespaceUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one namespace used of it."""

    name: str
    used: str


class MeasuredUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Overuse that the operator measured; numbers are decimal text."""

    measure: Measure
    tenant: str
    namespace: str
    """The one with most use."""
    namespace_uid: str = msgspec.field(name="namespaceUID")
    clause: str | None = None
    """Of the tenant's policy: the first that reports of the category watch."""
    unit: str
    used: str
    """By all namespaces of the tenant, when it was reported."""
    floor: str
    share: str
    """Of what is contended, 0 to 1."""
    share_limit: str
    contention: str
    """0 to 1."""
    contention_limit: str
    since: Time
    """The first reading above all thresholds."""
    until: Time
    """The reading with these numbers."""
    measured_seconds: int
    """Of the time between; the rest are gaps in the data."""
    readings: int
    namespaces: tuple[NamespaceUse, ...]
    query: str
    """PromQL of `used` by namespace."""
    jobs: tuple[str, ...] = ()
    """Of the targets that exported the numbers; where there are several, one may be forged."""


class AbuseReportSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was reported; immutable."""

    source: str
    """Who filed it: ``<name>`` of ServiceAccount ``source-<name>``, ``desk``, or ``usage``, which
    is the operator itself."""
    reported_by: str | None = None
    """The person or organisation that complained."""
    category: str
    """CamelCase, for example PortScan."""
    address: str | None = None
    """Source address, canonical text; of everything but measured use."""
    usage: MeasuredUse | None = None
    """Of source ``usage``, instead of an address."""
    port: int | None = None
    observed_at: Time
    """With the offset that the reporter wrote."""
    confidence: str | None = None
    """``0.0`` to ``1.0``; default: not stated."""
    reference: str | None = None
    """The reporter's own id of the complaint."""
    evidence: tuple[EvidenceReference, ...] = ()


class ReportPhase(StrEnum):
    """What became of a report."""

    PENDING = "Pending"
    NO_ACTION = "NoAction"
    """No tenant held the address then."""
    REVIEW = "Review"
    """A person decides."""
    COUNTED = "Counted"
    """It led to, or added to, a quarantine."""


class AbuseReportStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """To whom the report leads, as of the time observed. Conditions: Resolved."""

    observed_generation: int | None = None
    phase: ReportPhase | None = None
    """None until it was looked at: as `ReportPhase.PENDING`."""
    tenant: str | None = None
    namespace: str | None = None
    namespace_uid: str | None = msgspec.field(default=None, name="namespaceUID")
    resolved_by: str | None = None
    """How the namespace was found, for example ``AddressUse/198.51.100.20``."""
    quarantine: str | None = None
    """Name of the Quarantine that it led to."""
    due_at: Time | None = None
    """Until when the tenant has to act on a complaint about its mail."""
    recovered_at: Time | None = None
    """When measured use had been below what is needed to recover for long enough."""
    conditions: tuple[Condition, ...] = ()


class AbuseReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One complaint or signal."""

    api_version: str = API_VERSION
    kind: str = "AbuseReport"
    metadata: ObjectMeta
    spec: AbuseReportSpec
    status: AbuseReportStatus = AbuseReportStatus()
