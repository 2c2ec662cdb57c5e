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
    """With those that the tenant is authorised for now."""


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A fact about the tenant that a sanctions term names; found when compiling."""

    subject: str
    """``establishment``, ``owners`` or ``end user "…"``."""
    value: str
    """``KP``, ``UA-43`` or ``IR (51 %)``."""
    review: bool
    """True where the terms say that a person must look."""
    at_once: bool = False
    """Whether it counts before the tenant's enforcement begins."""


@dataclass(frozen=True, slots=True)
class SectorTerm:
    """Workload classes that may not be run, because of a country that the tenant has to do with."""

    country: str
    because: str
    """``establishment``, ``owners``, ``end user "…"`` or ``served countries``."""
    classes: frozenset[str]
    """Canonical, see `canonical_use`."""


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
    sectors: tuple[SectorTerm, ...]
    """Those that name a country which the tenant is established in, owned from or serves."""
    other_classes: Unknown
    prohibited_end_uses: frozenset[str]
    """Canonical, see `canonical_use`."""
    end_uses: tuple[str, ...]
    """What the tenant declared of itself, as written."""
    served: tuple[PartyHit, ...]
    """Served countries that the country terms name."""
