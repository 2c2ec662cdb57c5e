"""AcceptableUsePolicy: the contract of a provider as data.

Mirrors crds/aup.asergo.com_acceptableusepolicies.yaml.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from aup.api.abuse_terms import AbuseTerms
from aup.api.meta import API_VERSION, Condition, ObjectMeta, Quantity, Time


class Enforcement(StrEnum):
    """What a violation leads to."""

    DENY = "Deny"
    """The request is refused."""
    WARN = "Warn"
    """The writer is warned and the finding reported."""
    AUDIT = "Audit"
    """The finding is reported."""
    OFF = "Off"
    """The rule is not evaluated."""


class Permission(StrEnum):
    """Whether something may be used at all."""

    FORBIDDEN = "Forbidden"
    ALLOWED = "Allowed"


class Unknown(StrEnum):
    """What to do where a fact is not known."""

    ALLOW = "Allow"
    REVIEW = "Review"
    """Admit, and report for a person to look at."""
    DENY = "Deny"


class EndpointTargets(StrEnum):
    """Where hand-written endpoints may point."""

    OWN_ONLY = "OwnOnly"
    """Pods of the same namespace, the tenant's addresses and `allowed_endpoint_cidrs`."""
    ANY = "Any"


class OnExpiry(StrEnum):
    """What an expired entitlement does to software that already runs."""

    WARN_RECREATE = "WarnRecreate"
    """Pods that a controller re-creates are admitted with a warning; new workloads are refused."""
    DENY = "Deny"


class Placement(StrEnum):
    """Whether a controlled workload may be without any constraint of its region."""

    DENY = "Deny"
    ALLOW = "Allow"


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
    """An exception of one rule from the policy's enforcement."""

    id: str
    enforcement: Enforcement


class ClusterCIDRs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Ranges that the cluster itself uses."""

    pods: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


class NetworkTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the sections network and host."""

    cluster_cidrs: ClusterCIDRs = msgspec.field(default=ClusterCIDRs(), name="clusterCIDRs")
    platform_controllers: tuple[str, ...] = ()
    """User names that may write status addresses and endpoints."""
    host_ports: Permission = Permission.FORBIDDEN
    catch_all_hostnames: Permission = Permission.FORBIDDEN
    endpoint_targets: EndpointTargets = EndpointTargets.OWN_ONLY
    allowed_endpoint_cidrs: tuple[str, ...] = msgspec.field(default=(), name="allowedEndpointCIDRs")


class LicenseReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A LicenseRef of the catalogue that needs an entitlement."""

    ref: str
    product: str


class LicenseTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section license."""

    deny: tuple[str, ...] = ()
    """SPDX ids that are forbidden."""
    allow: tuple[str, ...] = ()
    """SPDX ids that are allowed; empty: all that are not denied."""
    exceptions: tuple[str, ...] = ()
    """SPDX exceptions with which a denied licence is allowed."""
    unknown: Unknown = Unknown.REVIEW
    """Software without a known licence."""
    references: tuple[LicenseReference, ...] = ()
    on_expiry: OnExpiry = OnExpiry.WARN_RECREATE


class CountryTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Countries that may not be served."""

    deny: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes."""
    deny_subdivisions: tuple[str, ...] = ()
    """ISO 3166-2 codes."""
    aliases: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Other spelling → ISO code, for example UK → GB."""
    unknown: Unknown = Unknown.REVIEW
    """A country that is no ISO code and no alias."""


class ExportCategory(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A class of controlled software and where it may run."""

    id: str
    label: str | None = None
    """Pod label by which a tenant declares it; default: the catalogue alone decides."""
    regions: tuple[str, ...]


class Region(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A value of topology.kubernetes.io/region and its jurisdiction."""

    name: str
    country: str


class SanctionsList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A list that the country terms were made from."""

    name: str
    version: str
    source: str
    retrieved_at: Time | None = None


class ExportTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section export."""

    countries: CountryTerms = CountryTerms()
    ownership_threshold_percent: int = 50
    """Shares of denied countries that together make a tenant a denied party."""
    categories: tuple[ExportCategory, ...] = ()
    regions: tuple[Region, ...] = ()
    unconstrained_placement: Placement = Placement.DENY
    lists: tuple[SanctionsList, ...] = ()


class DefaultRequests(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Requests of a container that names none."""

    cpu: Quantity = "10m"
    memory: Quantity = "32Mi"


class DefaultLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Limits of a container that names none."""

    cpu: Quantity = "1"
    memory: Quantity = "1Gi"


class ResourceTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section resources."""

    default_requests: DefaultRequests = DefaultRequests()
    default_limits: DefaultLimits = DefaultLimits()


class EvidenceTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How long evidence and the address registry are kept."""

    retention_days: int = 400


class PolicySpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The contract."""

    revision: str
    """Edition; changes with every material edit."""
    provider: Provider
    document: Document
    changes: Changes = Changes()
    clauses: tuple[Clause, ...] = ()
    enforcement: Enforcement = Enforcement.DENY
    """Of every rule that `rules` does not name."""
    rules: tuple[RuleEnforcement, ...] = ()
    network: NetworkTerms = NetworkTerms()
    license: LicenseTerms = LicenseTerms()
    export: ExportTerms = ExportTerms()
    resources: ResourceTerms = ResourceTerms()
    abuse: AbuseTerms = AbuseTerms()
    evidence: EvidenceTerms = EvidenceTerms()


class PolicyStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the policy. Conditions: Compiled, Ready."""

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
