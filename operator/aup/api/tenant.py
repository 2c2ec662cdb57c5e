"""Tenant: a customer and what belongs to it.

Mirrors crds/aup.asergo.com_tenants.yaml.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from aup.api.budget_use import BudgetUse
from aup.api.meta import API_VERSION, Condition, ObjectMeta, Quantity, Time


class Establishment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the tenant is established."""

    country: str
    """ISO 3166-1 alpha-2, or an alias that the policy knows."""
    subdivision: str | None = None
    """ISO 3166-2."""


class Owner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A share of the tenant and the country of its holder."""

    country: str
    subdivision: str | None = None
    percent: Decimal
    """0 to 100."""


class EndUser(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody for whom the tenant runs the service."""

    name: str
    country: str
    subdivision: str | None = None


class ClaimSelector(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Labels under ``claim.aup.asergo.com/``, all of which a Namespace must carry."""

    match_labels: Mapping[str, str]


class NamespaceClaim(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which namespaces are the tenant's: named, selected, or all."""

    names: tuple[str, ...] = ()
    selector: ClaimSelector | None = None
    all: bool = False
    """Every namespace that is not on the platform list: the tenant rents the cluster."""


class Domain(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A domain that the provider verified to be the tenant's."""

    name: str
    """Lower case, IDNA A-labels, no wildcard."""
    include_subdomains: bool = False
    verified_at: Time


class ScopeName(StrEnum):
    """A scope of ResourceQuota that needs no value."""

    TERMINATING = "Terminating"
    """Pods with a deadline."""
    NOT_TERMINATING = "NotTerminating"
    BEST_EFFORT = "BestEffort"
    """Pods that ask for nothing."""
    NOT_BEST_EFFORT = "NotBestEffort"
    CROSS_NAMESPACE_POD_AFFINITY = "CrossNamespacePodAffinity"


class BudgetScope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a budget with limits of its own: all that is named must be so."""

    name: str
    scopes: tuple[ScopeName, ...] = ()
    priority_classes: tuple[str, ...] = ()
    """Pods of one of these classes."""
    volume_attributes_classes: tuple[str, ...] = ()
    """Claims of one of these classes; excludes the rest, which is about pods."""
    hard: Mapping[str, Quantity] = msgspec.field(default_factory=dict)


class Budget(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Limits in the keys of ResourceQuota, and in some of our own."""

    hard: Mapping[str, Quantity] = msgspec.field(default_factory=dict)
    """For all namespaces together; empty: no budget."""
    namespace_ceilings: Mapping[str, Mapping[str, Quantity]] = msgspec.field(default_factory=dict)
    """Namespace → its own limits within `hard`."""
    scoped: tuple[BudgetScope, ...] = ()
    """Limits for some pods or claims of all namespaces together, beside `hard`."""


class ScreeningStatus(StrEnum):
    """What a sanctions screening of the tenant came to."""

    CLEAR = "Clear"
    POTENTIAL_MATCH = "PotentialMatch"
    """A name on a list looks alike; nobody has decided yet."""
    CONFIRMED = "Confirmed"
    FALSE_POSITIVE = "FalsePositive"


class Screening(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The last sanctions screening of the tenant."""

    status: ScreeningStatus
    list: str | None = None
    """Name of the list, as in the policy's `export.lists`."""
    list_version: str | None = None
    reviewed_by: str | None = None
    expires_at: Time | None = None
    """From then on the tenant counts as not screened."""


class ExportAuthorisation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An authorisation of an authority to run controlled software in more regions."""

    category: str
    """Id of a category of the policy's export section."""
    regions: tuple[str, ...]
    reference: str
    expires_at: Time


class MailSender(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the tenant declared as a sender of mail."""

    privacy_policy_url: str | None = msgspec.field(default=None, name="privacyPolicyURL")
    abuse_contact: str | None = None
    direct_smtp: bool = msgspec.field(default=False, name="directSMTP")
    """Whether the provider approved that it delivers mail itself."""


class GamblingLicence(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A licence to offer gambling."""

    jurisdiction: str
    """ISO 3166-1 alpha-2."""
    reference: str
    valid_until: date
    """Last day, inclusive, in UTC."""


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """That the tenant accepted an edition of the contract."""

    revision: str
    at: Time
    by: str


class Contact(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom the provider writes to."""

    role: str
    email: str


class TenantSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the provider knows about the tenant."""

    policy: str
    """Name of the AcceptableUsePolicy."""
    legal_name: str
    establishment: Establishment
    ownership: tuple[Owner, ...] = ()
    end_users: tuple[EndUser, ...] = ()
    screening: Screening | None = None
    """Default: never screened, which matters while `onboarding` only."""
    onboarding: bool = False
    """Whether it is still being taken on: `export.screening.duringOnboarding` then counts."""
    served_countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2: where the users of the tenant's services are."""
    end_use: tuple[str, ...] = ()
    """What the tenant declared to use the service for."""
    export_authorisations: tuple[ExportAuthorisation, ...] = ()
    gambling_licences: tuple[GamblingLicence, ...] = ()
    namespaces: NamespaceClaim
    groups: tuple[str, ...] = ()
    """Groups of the tenant's users: whose cluster-scoped objects are the tenant's."""
    non_production_namespaces: tuple[str, ...] = ()
    """Where entitlements without production use suffice."""
    enforce_from: Time | None = None
    """Until then Deny acts as Warn; default: creation of the Tenant + the policy's notice."""
    domains: tuple[Domain, ...] = ()
    mail: MailSender = MailSender()
    address_pools: tuple[str, ...] = ()
    """Load-balancer address pools that the tenant may name."""
    load_balancer_classes: tuple[str, ...] = ()
    """Load-balancer classes that the tenant may name."""
    resource_ids: tuple[str, ...] = msgspec.field(default=(), name="resourceIDs")
    """Opaque ids of the infrastructure, such as elastic-address allocations, that it may name."""
    budget: Budget = Budget()
    contacts: tuple[Contact, ...] = ()
    acceptance: Acceptance | None = None


class TenantStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the tenant.

    Conditions: Ready, Claimed, Conflict, BudgetSettled, WithinBudget, PolicyFound.
    """

    observed_generation: int | None = None
    namespaces: tuple[str, ...] = ()
    """Namespaces that are stamped as the tenant's."""
    enforce_from: Time | None = None
    """The time that is in force."""
    policy_revision: str | None = None
    """``<policy>/<revision>``."""
    budget: BudgetUse | None = None
    conditions: tuple[Condition, ...] = ()


class Tenant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A customer of the provider."""

    api_version: str = API_VERSION
    kind: str = "Tenant"
    metadata: ObjectMeta
    spec: TenantSpec
    status: TenantStatus = TenantStatus()
