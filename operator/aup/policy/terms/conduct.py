"""Terms of the sections conduct and tenancy."""

from dataclasses import dataclass

from aup.api.sections.choice import Permission
from aup.api.sections.conduct import LaterEditions
from aup.api.sections.export import Gambling
from aup.policy.terms.software import Catalog


@dataclass(frozen=True, slots=True)
class ConductTerms:
    """Section ``conduct``."""

    tenant: str
    high_risk_use: Permission
    gambling: Gambling
    gambling_licences: tuple[str, ...]
    """References of the tenant's licences that are in force."""
    end_uses: tuple[str, ...]
    """What the tenant declared of itself."""
    catalog: Catalog
    contact: str


@dataclass(frozen=True, slots=True)
class TenancyTerms:
    """Section ``tenancy``."""

    tenant: str
    revision: str
    """Edition in force."""
    accepted: str | None
    """Edition that the tenant accepted last; ``None``: none."""
    acceptance_required: bool
    later_editions: LaterEditions
    contact: str
