"""Terms of the sections conduct and tenancy: ``spec.conduct`` and ``spec.tenancy``."""

import msgspec

from aup.api.sections.choice import Permission


class ConductTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section conduct."""

    high_risk_use: Permission = Permission.FORBIDDEN
    """Use in which a failure could kill or injure, by the label of the pod
    aup.asergo.com/high-risk-use."""


class TenancyTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section tenancy."""

    require_acceptance: bool = False
    """Workloads of a tenant that has not accepted the edition in force are refused."""
