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
            yield Violation(
                path=loan.borrower.path,
                value=loan.borrower.text,
                detail=f"opens {loan.what} to {_whom(loan)}",
                remedy=f"{_instead(loan, terms)}, or ask {terms.contact}",
                key=(unindexed(loan.borrower.path), loan.borrower.text),
            )


def _is_open(loan: Loan, namespace: str, terms: TenancyTerms) -> bool:
    """Tell whether a loan goes to nobody but the tenant itself, or to no tenant."""
    borrower = loan.borrower
    if borrower.everyone:
        return False
    return borrower.text == namespace or borrower.owner in {None, terms.tenant}


def _whom(loan: Loan) -> str:
    """Say to whom something is open: of a selector, that others may write the labels as well."""
    if not loan.borrower.everyone:
        return "a namespace of another tenant"
    return "any namespace that it fits, whoever's it is" if loan.label else "every namespace"


def _instead(loan: Loan, terms: TenancyTerms) -> str:
    """Say how to open it to one's own namespaces alone."""
    if loan.borrower.everyone and loan.label:
        return f"confine it to namespaces of {terms.tenant} by the label {loan.label}"
    return f"name namespaces of {terms.tenant}"


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
