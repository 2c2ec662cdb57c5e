"""Our custom resources as typed wire data, one module for each kind; no behaviour.

The CRDs under ``crds/`` are the contract and are written by hand; a conformance test compares.
"""

from typing import NamedTuple

import msgspec

from aup.api.abuse import AbuseReport
from aup.api.address_use import AddressUse
from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.ledger import BudgetLedger
from aup.api.policy import AcceptableUsePolicy
from aup.api.quarantine import Quarantine
from aup.api.report import TenantReport
from aup.api.support import SupportAccessGrant
from aup.api.tenant import Tenant


class Kind(NamedTuple):
    """How the API server serves a kind."""

    name: str
    struct: type[msgspec.Struct]
    plural: str
    namespaced: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("AcceptableUsePolicy", AcceptableUsePolicy, "acceptableusepolicies"),
    Kind("Tenant", Tenant, "tenants"),
    Kind("AddressAssignment", AddressAssignment, "addressassignments"),
    Kind("AddressUse", AddressUse, "addressuses"),
    Kind("SoftwareCatalog", SoftwareCatalog, "softwarecatalogs"),
    Kind("LicenseEntitlement", LicenseEntitlement, "licenseentitlements"),
    Kind("Exemption", Exemption, "exemptions"),
    Kind("AbuseReport", AbuseReport, "abusereports"),
    Kind("Quarantine", Quarantine, "quarantines"),
    Kind("TenantReport", TenantReport, "tenantreports", namespaced=True),
    Kind("SupportAccessGrant", SupportAccessGrant, "supportaccessgrants", namespaced=True),
    Kind("BudgetLedger", BudgetLedger, "budgetledgers"),
)
