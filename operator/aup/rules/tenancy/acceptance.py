"""Tenancy: workloads run under a contract that was accepted.

tenancy/acceptance
    Fields read   none: any workload of a tenant whose acceptance names another edition than the
                  one in force, or that has accepted none
    Allowed       workloads of a tenant that accepted the edition in force, or any where
                  `tenancy.laterEditions` is Use; of all tenants where
                  `tenancy.requireAcceptance` is not set
    Serves        "you signify your agreement" (megalayer/0.1), "consent to be bound" (zenlayer/p1)
"""

from collections.abc import Iterator

from aup.api.sections.conduct import LaterEditions
from aup.facts.model import Workload
from aup.policy.terms import TenancyTerms
from aup.rules.base import Rule, Violation


def acceptance(workload: Workload, terms: TenancyTerms) -> Iterator[Violation]:
    """Yield a violation while the edition in force is not accepted."""
    if not terms.acceptance_required or terms.accepted == terms.revision:
        return
    if terms.accepted and terms.later_editions is LaterEditions.USE:
        return
    what = f"edition {terms.accepted} only" if terms.accepted else "no edition of the contract"
    yield Violation(
        path=workload.path,
        value="",
        detail=f"would run for {terms.tenant}, which has accepted {what}",
        remedy=f"accept edition {terms.revision} with {terms.contact}",
        key=(),
    )


RULE = Rule(
    id="tenancy/acceptance",
    title="Workloads run under a contract that was accepted",
    reads=Workload,
    terms=lambda terms: terms.tenancy,
    check=acceptance,
    blind="Who accepted, and with what authority: the provider records it in the Tenant.",
)
