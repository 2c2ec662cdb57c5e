"""Terms of the section security: ``spec.security`` of an AcceptableUsePolicy."""

from enum import StrEnum

from aup.api.sections.choice import SectionTerms


class PodSecurityLevel(StrEnum):
    """Level of the Pod Security Standards, as the labels of Pod Security admission write it."""

    PRIVILEGED = "privileged"
    """Nothing is required."""
    BASELINE = "baseline"
    RESTRICTED = "restricted"


class SecurityTools(StrEnum):
    """Whether tools that test the security of others may run."""

    REQUIRE_CONSENT = "RequireConsent"
    """With an Exemption for security/tools that names targets, within its time."""
    FORBIDDEN = "Forbidden"
    ALLOWED = "Allowed"


class StaffAccess(StrEnum):
    """Whether the provider's staff may enter tenants' pods."""

    REQUIRE_GRANT = "RequireGrant"
    """With a SupportAccessGrant of the tenant, within its time."""
    ALLOWED = "Allowed"


TOOL_COMMANDS = (
    "hping3",
    "masscan",
    "msfconsole",
    "nikto",
    "nmap",
    "sqlmap",
    "wpscan",
    "zmap",
)
"""Names that nothing else goes by."""


class SecurityTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section security."""

    pod_security: PodSecurityLevel = PodSecurityLevel.BASELINE
    security_tools: SecurityTools = SecurityTools.REQUIRE_CONSENT
    tool_commands: tuple[str, ...] = TOOL_COMMANDS
    """Programs for such tests, by name, in images that the catalogue does not call tools."""
    staff_access: StaffAccess = StaffAccess.REQUIRE_GRANT
    staff_groups: tuple[str, ...] = ()
    """Groups of the provider's people, as the API server authenticates them."""
    malware_digests: tuple[str, ...] = ()
    """Digests of images that are known to do harm: of the index or of a platform."""
