"""Terms of the section license."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aup.api.entitlement import Metric
from aup.api.sections.choice import Unknown
from aup.api.sections.license import OnExpiry, Verification, WindowsLicense
from aup.policy.terms.software import Catalog


class EntitlementState(StrEnum):
    """Where an entitlement stands in its life, at the time of compiling."""

    VALID = "Valid"
    IN_GRACE = "InGrace"
    EXPIRED = "Expired"
    NOT_YET_VALID = "NotYetValid"


@dataclass(frozen=True, slots=True)
class EntitlementTerm:
    """A tenant's right to run a product."""

    name: str
    product: str
    state: EntitlementState
    valid_from: date
    valid_until: date
    regions: frozenset[str]
    """Empty: any region."""
    production: bool
    support_until: date | None = None
    """Last day of vendor support under it; ``None``: as the catalogue says."""
    supported: bool = True
    """Whether that day has not passed."""
    metric: Metric = Metric.SITE
    quantity: int | None = None
    """``None``: no end to it."""


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """Section ``license``."""

    tenant: str
    verification: Verification
    deny: frozenset[str]
    allow: frozenset[str]
    """Empty: all that is not denied."""
    exceptions: frozenset[str]
    unknown: Unknown
    references: Mapping[str, str]
    """``LicenseRef-…`` to the product whose entitlement it asks for."""
    on_expiry: OnExpiry
    catalog: Catalog
    entitlements: Mapping[str, tuple[EntitlementTerm, ...]]
    """By product."""
    non_production: frozenset[str]
    """Namespaces that the provider marked as not production."""
    contact: str
    trusted: frozenset[str]
    """Repositories, with all below them, that need no known licence: canonical names."""
    require_support: bool
    windows: WindowsLicense
    windows_product: str
    support_ended: frozenset[date]
    """Of the last days of support that the catalogue names, those that have passed."""
