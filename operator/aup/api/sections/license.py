"""Terms of the section license: ``spec.license`` of an AcceptableUsePolicy."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from aup.api.sections.choice import SectionTerms, Unknown


class OnExpiry(StrEnum):
    """What the end of an entitlement, or of a vendor's support, does to what already runs."""

    WARN_RECREATE = "WarnRecreate"
    """Pods that a controller re-creates are admitted with a warning; new workloads are refused."""
    DENY = "Deny"


class WindowsLicense(StrEnum):
    """Whether pods for Windows nodes need an entitlement."""

    REQUIRE_ENTITLEMENT = "RequireEntitlement"
    ALLOWED = "Allowed"


class Verification(StrEnum):
    """Whether the provider looks at licences at all."""

    ON = "On"
    OFF = "Off"
    """Nothing of the section is judged but `windows`, which is an option of its own."""


class LicenseReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a tenant needs for software under a LicenseRef of the catalogue."""

    entitlement: str
    """Product that a LicenseEntitlement of the tenant must name."""


class LicenseTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section license."""

    verification: Verification = Verification.ON
    deny: tuple[str, ...] = ()
    """SPDX ids that are forbidden."""
    allow: tuple[str, ...] = ()
    """SPDX ids that are allowed; empty: all that are not denied."""
    exceptions: tuple[str, ...] = ()
    """SPDX exceptions with which a denied licence is allowed."""
    unknown: Unknown = Unknown.REVIEW
    """Software without a known licence."""
    references: Mapping[str, LicenseReference] = msgspec.field(default_factory=dict)
    """By LicenseRef."""
    trusted_repositories: tuple[str, ...] = ()
    """Repositories, with all below them, whose images need no known licence: the provider's own."""
    require_vendor_support: bool = True
    """Software whose vendor support has ended is refused."""
    on_expiry: OnExpiry = OnExpiry.WARN_RECREATE
    windows: WindowsLicense = WindowsLicense.REQUIRE_ENTITLEMENT
    windows_product: str = "windows-server"
    """Product of the entitlement that pods for Windows nodes need."""
