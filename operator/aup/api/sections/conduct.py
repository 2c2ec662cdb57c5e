"""Terms of the sections conduct and tenancy: ``spec.conduct`` and ``spec.tenancy``."""

from enum import StrEnum

from aup.api.sections.choice import Permission, SectionTerms


class ConductTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section conduct."""

    high_risk_use: Permission = Permission.FORBIDDEN
    """Use in which a failure could kill or injure, by the label of the pod
    aup.asergo.com/high-risk-use."""


class LaterEditions(StrEnum):
    """How a tenant of an earlier edition comes under a later one."""

    ACCEPTANCE = "Acceptance"
    """By accepting it too."""
    USE = "Use"
    """By going on."""


class TenancyTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section tenancy."""

    require_acceptance: bool = False
    """Workloads of a tenant that has not accepted the contract are refused."""
    later_editions: LaterEditions = LaterEditions.ACCEPTANCE
    """What a tenant that accepted an earlier edition needs for the one in force."""
