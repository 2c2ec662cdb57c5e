"""AbuseReport: one complaint or signal.

Mirrors crds/aup.asergo.com_abusereports.yaml.
"""

from enum import StrEnum

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time


class EvidenceReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Evidence that the reporter keeps; never fetched."""

    sha256: str
    location: str


class AbuseReportSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was reported; immutable."""

    source: str
    """Who filed it: ``<name>`` of ServiceAccount ``source-<name>``, or ``desk``."""
    reported_by: str | None = None
    """The person or organisation that complained."""
    category: str
    """CamelCase, for example PortScan."""
    address: str
    """Source address, canonical text."""
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
    conditions: tuple[Condition, ...] = ()


class AbuseReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One complaint or signal."""

    api_version: str = API_VERSION
    kind: str = "AbuseReport"
    metadata: ObjectMeta
    spec: AbuseReportSpec
    status: AbuseReportStatus = AbuseReportStatus()
