"""Terms of the section export."""

from collections.abc import Mapping
from dataclasses import dataclass

from aup.api.sections.choice import Unknown
from aup.api.sections.export import Placement
from aup.policy.terms.software import Catalog


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
class AuthorisationTerm:
    """An authorisation that is in force: regions more for one category."""

    category: str
    regions: frozenset[str]
    reference: str


@dataclass(frozen=True, slots=True)
class SectorTerm:
    """Workload classes that may not be run, because of a country that the tenant has to do with."""

    country: str
    because: str
    """``establishment``, ``owners``, ``end user "…"`` or ``served countries``."""
    classes: frozenset[str]
    """Lower case."""


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
    authorised: tuple[AuthorisationTerm, ...]
    """In force now."""
    sectors: tuple[SectorTerm, ...]
    """Those that name a country which the tenant is established in, owned from or serves."""
    other_classes: Unknown
    prohibited_end_uses: frozenset[str]
    """Lower case."""
    end_uses: tuple[str, ...]
    """What the tenant declared of itself, as written."""
    served: tuple[PartyHit, ...]
    """Served countries that the country terms name."""
