"""What is wrong with the provider's own objects, in words for their status conditions."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Reason of a condition: what kind of mistake was made."""

    DISAGREEMENT = "Disagreement"
    """Two catalogues say different things about one image."""
    INVALID_CIDR = "InvalidCIDR"
    INVALID_COUNTRY = "InvalidCountry"
    INVALID_HOSTNAME = "InvalidHostname"
    INVALID_INTERVAL = "InvalidInterval"
    INVALID_NAME = "InvalidName"
    INVALID_REPOSITORY = "InvalidRepository"
    INVALID_SPDX = "InvalidSPDX"
    INVALID_TARGET = "InvalidTarget"
    UNKNOWN_TIME_ZONE = "UnknownTimeZone"
    INVALID_VERSIONS = "InvalidVersions"
    OVERLAP = "Overlap"
    UNKNOWN_POLICY = "UnknownPolicy"
    UNKNOWN_REGION = "UnknownRegion"
    UNKNOWN_RULE = "UnknownRule"
    UNKNOWN_TENANT = "UnknownTenant"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One mistake in one object."""

    reason: Reason
    message: str
    """Names the field and what to write instead; without a full stop at the end."""
    fatal: bool = False
    """Whether the object has no effect because of it."""
