"""Terms of the section resources."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceTerms:
    """Section ``resources``."""

    tenant: str
