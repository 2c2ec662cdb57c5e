"""Terms: what one tenant is held to right now, compiled beforehand into one frozen snapshot.

Rules read terms and facts, nothing else. Everything that depends on the time (assignments,
entitlements, exemptions, the start of enforcement) is decided when terms are compiled;
``good_until`` says when they must be compiled again.
"""

from aup.policy.terms.conduct import ConductTerms, TenancyTerms
from aup.policy.terms.contract import PolicyRef, Terms
from aup.policy.terms.exemption import ExemptionTerm
from aup.policy.terms.export import (
    ExportCategory,
    ExportTerms,
    PartyHit,
    SectorTerm,
)
from aup.policy.terms.host import HostTerms
from aup.policy.terms.license import EntitlementState, EntitlementTerm, LicenseTerms
from aup.policy.terms.mail import MailTerms
from aup.policy.terms.network import Domain, IdleNetwork, LapsedDomain, NetworkTerms
from aup.policy.terms.resources import ResourceTerms
from aup.policy.terms.security import ConsentTerm, GrantTerm, SecurityTerms
from aup.policy.terms.software import Catalog, Software

__all__ = [
    "Catalog",
    "ConductTerms",
    "ConsentTerm",
    "Domain",
    "EntitlementState",
    "EntitlementTerm",
    "ExemptionTerm",
    "ExportCategory",
    "ExportTerms",
    "GrantTerm",
    "HostTerms",
    "IdleNetwork",
    "LapsedDomain",
    "LicenseTerms",
    "MailTerms",
    "NetworkTerms",
    "PartyHit",
    "PolicyRef",
    "ResourceTerms",
    "SectorTerm",
    "SecurityTerms",
    "Software",
    "TenancyTerms",
    "Terms",
]
