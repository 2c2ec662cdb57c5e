"""AcceptableUsePolicy: the contract of a provider as data.

Mirrors crds/aup.asergo.com_acceptableusepolicies.yaml.
"""

from datetime import date

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta
from aup.api.sections.abuse import AbuseTerms
from aup.api.sections.choice import Enforcement
from aup.api.sections.conduct import ConductTerms, TenancyTerms
from aup.api.sections.export import ExportTerms
from aup.api.sections.fair_use import FairUseTerms
from aup.api.sections.license import LicenseTerms
from aup.api.sections.mail import MailTerms
from aup.api.sections.network import NetworkTerms
from aup.api.sections.resources import EvidenceTerms, ResourceTerms
from aup.api.sections.security import SecurityTerms


class Provider(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who the contract is with; printed in every denial."""

    name: str
    contact: str
    """Address of the abuse desk."""


class Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The contract's text."""

    url: str
    effective_from: date
    rules_url: str | None = msgspec.field(default=None, name="rulesURL")
    """Base of the link in denials, ``<rulesURL>/<rule id>``; default: `url`."""


class Changes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How changes of the contract reach tenants."""

    notice_days: int = 30
    termination_grace_days: int = 90


class Clause(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One clause of the document and what serves it."""

    id: str
    summary: str
    rules: tuple[str, ...] = ()
    """Ids of rules that enforce it."""
    watched_by: tuple[str, ...] = ()
    """Categories of abuse reports that watch it."""
    duty: str | None = None
    """What the provider does outside the cluster."""


class RuleEnforcement(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An exception of one rule from the enforcement of its section and of the policy."""

    id: str
    enforcement: Enforcement


class PolicySpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The contract."""

    revision: str
    """Edition; changes with every material edit."""
    provider: Provider
    document: Document
    changes: Changes = Changes()
    clauses: tuple[Clause, ...] = ()
    enforcement: Enforcement = Enforcement.DENY
    """Of every rule that neither `rules` names nor its section decides about."""
    rules: tuple[RuleEnforcement, ...] = ()
    network: NetworkTerms = NetworkTerms()
    license: LicenseTerms = LicenseTerms()
    export: ExportTerms = ExportTerms()
    mail: MailTerms = MailTerms()
    security: SecurityTerms = SecurityTerms()
    conduct: ConductTerms = ConductTerms()
    tenancy: TenancyTerms = TenancyTerms()
    resources: ResourceTerms = ResourceTerms()
    fair_use: FairUseTerms = FairUseTerms()
    abuse: AbuseTerms = AbuseTerms()
    evidence: EvidenceTerms = EvidenceTerms()


class PolicyStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the policy. Conditions: Compiled, Ready, MailEgress."""

    observed_generation: int | None = None
    observed_revision: str | None = None
    """Revision that is in force; stays when a later one does not compile."""
    tenants: int | None = None
    """Tenants that are held to it."""
    conditions: tuple[Condition, ...] = ()


class AcceptableUsePolicy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A provider's Acceptable Use Policy."""

    api_version: str = API_VERSION
    kind: str = "AcceptableUsePolicy"
    metadata: ObjectMeta
    spec: PolicySpec
    status: PolicyStatus = PolicyStatus()
