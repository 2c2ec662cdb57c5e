"""Tenancy: own addresses and names stay with the tenant.

tenancy/lending
    Fields read   ReferenceGrant spec.from; Gateway and ListenerSet listeners[].allowedRoutes and
                  allowedListeners; Contour's TLSCertificateDelegation and HTTPProxy includes;
                  Istio's Gateway servers[].hosts, exportTo and delegates; NGINX VirtualServer
                  routes
    Allowed       the tenant's own namespaces, those of the platform, and those of nobody
    Serves        "nobody assists another person in what the policy forbids" (zetta/4.2): an
                  address or a name that is used by somebody to whom it was not given (asergo/6.2)

What is open to every namespace is open to other tenants, now or later.
"""

from collections.abc import Iterator

from aup.facts.model import Exposure, Loan
from aup.policy.terms import TenancyTerms
from aup.rules.base import Rule, Violation
from aup.rules.paths import unindexed


def lending(exposure: Exposure, terms: TenancyTerms) -> Iterator[Violation]:
    """Yield each namespace of another tenant that something is opened to."""
    for loan in exposure.loans:
        if not _is_open(loan, exposure.namespace, terms):
            whom = "every namespace" if loan.borrower.everyone else "a namespace of another tenant"
            yield Violation(
                path=loan.borrower.path,
                value=loan.borrower.text,
                detail=f"opens {loan.what} to {whom}",
                remedy=f"name namespaces of {terms.tenant}, or ask {terms.contact}",
                key=(unindexed(loan.borrower.path), loan.borrower.text),
            )


def _is_open(loan: Loan, namespace: str, terms: TenancyTerms) -> bool:
    """Tell whether a loan goes to nobody but the tenant itself, or to no tenant."""
    borrower = loan.borrower
    if borrower.everyone:
        return False
    return borrower.text == namespace or borrower.owner in {None, terms.tenant}


RULE = Rule(
    id="tenancy/lending",
    title="Addresses and names are not lent to others",
    reads=Exposure,
    terms=lambda terms: terms.tenancy,
    check=lending,
    blind=(
        "What a tenant's own proxy passes on for somebody else; access given to people of "
        "another tenant (RBAC, passwords). Without a cluster, whose a namespace is that no Tenant "
        "in the bundle names."
    ),
)
