"""LicenseEntitlement: a tenant's right to run a product.

Mirrors crds/aup.asergo.com_licenseentitlements.yaml.
"""

from datetime import date
from enum import StrEnum

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta


class Metric(StrEnum):
    """What the quantity counts."""

    CORES = "Cores"
    INSTANCES = "Instances"
    NODES = "Nodes"
    SEATS = "Seats"
    SITE = "Site"
    """Everything of the tenant; no quantity."""


class Proof(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the tenant handed in."""

    reference: str
    sha256: str | None = None
    """Digest of the document, 64 hexadecimal digits."""


class EntitlementSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The right and its limits."""

    tenant: str
    product: str
    metric: Metric
    quantity: int | None = None
    valid_from: date
    """First day, inclusive."""
    valid_until: date
    """Last day, inclusive."""
    time_zone: str = "UTC"
    """IANA name of the zone in which the days are counted."""
    grace_days: int = 0
    """Days after `valid_until` in which it still counts, with a warning."""
    support_until: date | None = None
    """Last day of vendor support under it, inclusive. Default: as the catalogue says."""
    regions: tuple[str, ...] = ()
    """Empty: everywhere."""
    production: bool = True
    """False: only in the tenant's `non_production_namespaces`."""
    proof: Proof


class EntitlementStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the entitlement. Conditions: Valid."""

    observed_generation: int | None = None
    conditions: tuple[Condition, ...] = ()


class LicenseEntitlement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tenant's right to run a product."""

    api_version: str = API_VERSION
    kind: str = "LicenseEntitlement"
    metadata: ObjectMeta
    spec: EntitlementSpec
    status: EntitlementStatus = EntitlementStatus()
