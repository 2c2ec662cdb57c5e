"""TenantReport: what a tenant may know of itself, in each of its namespaces.

Written by the operator only. Mirrors crds/aup.asergo.com_tenantreports.yaml.
"""

from enum import StrEnum

import msgspec

from aup.api.abuse import NamespaceUse
from aup.api.budget_use import BudgetUse
from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time
from aup.api.sections.fair_use import Measure


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


class UseState(StrEnum):
    """What became of overuse that was measured."""

    NOTICED = "Noticed"
    """It has not lasted for as long as a report takes."""
    REPORTED = "Reported"
    """The provider has a report of it."""
    RECOVERING = "Recovering"
    """It was reported, and has ended, but not for long enough."""


class ReportedUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Use of the tenant's own that is more than fair; numbers are decimal text."""

    measure: Measure
    state: UseState
    clause: str
    """Clause of the policy's document; empty when the policy names none."""
    unit: str
    used: str
    """By all namespaces of the tenant together."""
    floor: str
    """From how much on it can be too much."""
    since: Time
    measured_at: Time
    """When the numbers were read."""
    namespaces: tuple[NamespaceUse, ...] = ()
    """Those with most use."""
    message: str
    """What is wrong and what to do."""


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
    tenant: str | None = None
    """Whose namespace it is."""
    policy: str | None = None
    revision: str | None = None
    enforce_from: Time | None = None
    """Until then violations are warned about."""
    addresses: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()
    budget: BudgetUse | None = None
    """Of all namespaces of the tenant together; `owners` are those of this namespace."""
    findings: tuple[ReportedFinding, ...] = ()
    """The first 100."""
    findings_total: int | None = None
    fair_use: tuple[ReportedUse, ...] = ()
    """Of all namespaces of the tenant together; by measure."""
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
