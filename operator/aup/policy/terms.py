"""Terms: what one tenant is held to right now, compiled beforehand into one frozen snapshot.

Rules read terms and facts, nothing else. Everything that depends on the time (assignments,
entitlements, exemptions, the start of enforcement) is decided when terms are compiled;
``good_until`` says when they must be compiled again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from aup.api.policy import EndpointTargets, Enforcement, OnExpiry, Permission, Placement, Unknown
from aup.facts.model import Image
from aup.policy.addresses import AddressSet
from aup.policy.spdx import Expression


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
    """Canonical, ``*.`` included; read only where ``targets`` is set."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain that the provider verified for the tenant."""

    name: str
    """Canonical: lower case, A-labels, no trailing dot."""
    include_subdomains: bool


@dataclass(frozen=True, slots=True)
class NetworkTerms:
    """Section ``network``."""

    tenant: str
    addresses: AddressSet
    """Assigned to the tenant and in force now."""
    domains: tuple[Domain, ...]
    catch_all: Permission
    endpoint_targets: EndpointTargets
    allowed_endpoints: AddressSet
    """External addresses that the provider lets any Service point to."""
    platform_writers: frozenset[str]
    """Usernames that may write status addresses and endpoints."""
    platform_namespaces: frozenset[str]
    """ServiceAccounts of these namespaces may do the same."""
    resource_ids: frozenset[str]
    """Opaque names of addresses that are the tenant's."""
    contact: str
    pods: AddressSet = field(default_factory=AddressSet)
    """Range of the cluster's pods; empty when the policy does not say. Needed off the cluster."""


@dataclass(frozen=True, slots=True)
class HostTerms:
    """Section ``host``."""

    host_ports: Permission


@dataclass(frozen=True, slots=True)
class Software:
    """What the provider's catalogue says about an image."""

    repository: str
    license: Expression | None
    """``None``: the catalogue gives no (readable) licence."""
    product: str
    """Product that needs an entitlement; empty: none."""
    export_category: str
    """For example ``5D002``; empty: not classified."""

    def name(self, image: Image) -> str:
        """Return what exemptions call an image of it: a mirror's copy under its first name."""
        return f"{self.repository}@{image.digest}" if image.digest else self.repository


class Catalog(Protocol):
    """The compiled software catalogue."""

    def find(self, image: Image) -> Software | None:
        """Return the entry for an image: by digest, then version range, then repository."""


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


@dataclass(frozen=True, slots=True)
class LicenseTerms:
    """Section ``license``."""

    tenant: str
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


@dataclass(frozen=True, slots=True)
class ExportCategory:
    """A class of controlled software and where it may run."""

    id: str
    label: str
    """Workload label by which a tenant declares it; empty: catalogue only."""
    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A fact about the tenant that a sanctions term names; found when compiling."""

    subject: str
    """``establishment``, ``owners`` or ``end user "…"``."""
    value: str
    """``KP``, ``UA-43`` or ``IR (51 %)``."""
    review: bool
    """True where the terms say that a person must look."""


@dataclass(frozen=True, slots=True)
class ExportTerms:
    """Section ``export``."""

    tenant: str
    categories: tuple[ExportCategory, ...]
    known_regions: Mapping[str, str]
    """Region to country."""
    unconstrained: Placement
    catalog: Catalog
    party: tuple[PartyHit, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class ResourceTerms:
    """Section ``resources``."""

    tenant: str


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
