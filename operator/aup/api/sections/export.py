"""Terms of the section export: ``spec.export`` of an AcceptableUsePolicy."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from aup.api.meta import Time
from aup.api.sections.choice import SectionTerms, Unknown


class Placement(StrEnum):
    """Whether a controlled workload may be without any constraint of its region."""

    DENY = "Deny"
    ALLOW = "Allow"


class Gambling(StrEnum):
    """Whether gambling may be offered."""

    REQUIRE_LICENCE = "RequireLicence"
    """With a licence of the tenant that is in force."""
    FORBIDDEN = "Forbidden"
    ALLOWED = "Allowed"


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
    """The jurisdiction of a region."""

    country: str


class Sector(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Classes of workloads that may not be run for a country."""

    country: str
    """ISO 3166-1 alpha-2, or an ISO 3166-2 subdivision."""
    workload_classes: tuple[str, ...]
    """Values of the pod label aup.asergo.com/workload-class."""


class FuzzyMatch(StrEnum):
    """What to do about a name that looks like one on a list: never a refusal by itself."""

    ALLOW = "Allow"
    REVIEW = "Review"


class Screening(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the result of a sanctions screening leads to. A confirmed match is always refused."""

    potential_match: FuzzyMatch = FuzzyMatch.REVIEW
    """A potential match, or a screening that has expired, of a tenant that is a customer."""
    during_onboarding: Unknown = Unknown.DENY
    """Anything but a clear screening of a tenant that is still being taken on; at once."""


class SanctionsList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A list that the country terms were made from."""

    name: str
    version: str
    source: str
    retrieved_at: Time | None = None


class ExportTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section export."""

    countries: CountryTerms = CountryTerms()
    ownership_threshold_percent: int = 50
    """Shares of denied countries that together make a tenant a denied party."""
    categories: tuple[ExportCategory, ...] = ()
    regions: Mapping[str, Region] = msgspec.field(default_factory=dict)
    """By value of topology.kubernetes.io/region."""
    unconstrained_placement: Placement = Placement.DENY
    sectoral: tuple[Sector, ...] = ()
    other_classes: Unknown = Unknown.REVIEW
    """A class that `sectoral` does not name, for a country that it names."""
    prohibited_end_uses: tuple[str, ...] = ()
    """Values of the pod label aup.asergo.com/end-use, and of the Tenant's endUse."""
    gambling: Gambling = Gambling.REQUIRE_LICENCE
    screening: Screening = Screening()
    lists: tuple[SanctionsList, ...] = ()
