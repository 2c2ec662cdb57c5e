"""The contract of one tenant: its edition, written consent, and the terms of every section."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aup.api.sections.choice import Enforcement
from aup.policy.addresses import AddressSet
from aup.policy.terms.conduct import ConductTerms, TenancyTerms
from aup.policy.terms.export import ExportTerms
from aup.policy.terms.host import HostTerms
from aup.policy.terms.license import LicenseTerms
from aup.policy.terms.mail import MailTerms
from aup.policy.terms.network import NetworkTerms
from aup.policy.terms.resources import ResourceTerms
from aup.policy.terms.security import SecurityTerms


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The contract and its edition: named in every decision."""

    name: str
    revision: str
    provider: str
    contact: str
    """Where a tenant writes to, for example ``abuse@asergo.example``."""
    rules_url: str
    """Base of the link in a denial; the rule id follows."""

    @property
    def stamp(self) -> str:
        """Return ``asergo/2023-06-01``: how namespaces, statuses and audit logs name it."""
        return f"{self.name}/{self.revision}"


@dataclass(frozen=True, slots=True)
class ExemptionTerm:
    """Written consent that is in force: the engine applies it, rules never see it."""

    name: str
    rules: frozenset[str]
    namespaces: frozenset[str]
    """Empty: every namespace of the tenant."""
    images: tuple[str, ...]
    """Repositories in full, or with a digest; empty: any image."""
    targets: AddressSet | None
    """``None``: any address and any hostname."""
    expires_at: datetime
    hostnames: frozenset[str] = frozenset()
    """Canonical; ``*.`` stands for all names below. Read only where ``targets`` is set."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that one tenant is held to."""

    tenant: str
    policy: PolicyRef
    enforcement: Enforcement
    """Default of the policy."""
    enforcing: bool
    """False until ``enforce_from``: Deny then acts as Warn."""
    enforce_from: datetime | None
    network: NetworkTerms
    host: HostTerms
    license: LicenseTerms
    export: ExportTerms
    mail: MailTerms
    security: SecurityTerms
    conduct: ConductTerms
    tenancy: TenancyTerms
    resources: ResourceTerms
    modes: Mapping[str, Enforcement] = field(default_factory=dict)
    """By rule, where the policy says other than its default."""
    clauses: Mapping[str, str] = field(default_factory=dict)
    """Rule to the clause that is cited: the first one of the policy that names it."""
    exemptions: tuple[ExemptionTerm, ...] = ()
    good_until: datetime | None = None
    """When any part of these terms changes by the passing of time."""

    def mode(self, rule: str) -> Enforcement:
        """Return what the policy does about violations of a rule."""
        return self.modes.get(rule, self.enforcement)
