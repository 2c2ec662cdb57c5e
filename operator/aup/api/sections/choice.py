"""The choices that several sections of a policy offer, and what they have in common."""

from enum import StrEnum

import msgspec


class Enforcement(StrEnum):
    """What a violation leads to."""

    DENY = "Deny"
    """The request is refused."""
    WARN = "Warn"
    """The writer is warned and the finding reported."""
    AUDIT = "Audit"
    """The finding is reported."""
    OFF = "Off"
    """The rule is not evaluated."""


class SectionTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every section with rules can say."""

    enforcement: Enforcement | None = None
    """Of the section's rules that `spec.rules` does not name; default: the policy's."""


class Permission(StrEnum):
    """Whether something may be used at all."""

    FORBIDDEN = "Forbidden"
    ALLOWED = "Allowed"


class Unknown(StrEnum):
    """What to do where a fact is not known."""

    ALLOW = "Allow"
    REVIEW = "Review"
    """Admit, and report for a person to look at."""
    DENY = "Deny"


class Unrecognised(StrEnum):
    """What to do with a setting that nobody has said anything about."""

    ALLOW = "Allow"
    WARN = "Warn"
    DENY = "Deny"
