"""TenantReport: what a tenant may know of itself, in each of its namespaces.

Written by the operator only. Mirrors crds/aup.asergo.com_tenantreports.yaml.
"""

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time
from aup.api.tenant import BudgetUse


class ReportedFinding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A field of an object in this namespace that breaks a rule."""

    rule: str
    clause: str
    """Clause of the policy's document; empty when the policy names none for the rule."""
    object: str
    """Kind and name, for example ``Deployment/web``."""
    path: str
    value: str
    message: str
    since: Time | None = None
    """When it was first found."""


class ReportedQuarantine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The namespace's quarantine, as far as the tenant may know."""

    state: str
    """Phase of the Quarantine."""
    since: Time | None = None
    reasons: tuple[str, ...] = ()
    appeal: str
    """What to do against it."""


class TenantReportStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the namespace's tenant is held to and how it stands."""

    observed_generation: int | None = None
    policy: str | None = None
    revision: str | None = None
    enforce_from: Time | None = None
    """Until then violations are warned about."""
    addresses: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    budget: BudgetUse | None = None
    """Of all namespaces of the tenant together."""
    findings: tuple[ReportedFinding, ...] = ()
    """The first 100."""
    findings_total: int | None = None
    quarantine: ReportedQuarantine | None = None
    contact: str | None = None
    """The provider's abuse desk."""
    updated_at: Time | None = None
    conditions: tuple[Condition, ...] = ()


class TenantReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a tenant is held to; one per namespace, named ``aup``."""

    api_version: str = API_VERSION
    kind: str = "TenantReport"
    metadata: ObjectMeta
    status: TenantReportStatus = TenantReportStatus()
