"""Resources: a tenant stays within its budget.

resources/budget
    Fields read   whether the quota of a Pod's namespace is in force; where a ledger holds the
                  budget, what the object takes of it, or the Pods that it makes would
    Allowed       Pods that a quota counts; what the budget has left
    Serves        "no disproportionate use of resources" (asergo/1.6)

A quota counts Pods, not templates, and those only that are created while it is in force: a Pod
that slips in before is counted late, and the budget is overdrawn. So the first Pods of a new
namespace wait the moment that its quota takes. Controllers try again by themselves. The ledger
is asked beside this module, in `aup.server.charge` and `aup.server.early`.
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import ResourceTerms
from aup.rules.base import Rule, Violation


def budget(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield a violation while nothing counts the Pod against the budget."""
    if workload.budget_settled:
        return
    yield Violation(
        path="metadata.namespace",
        value=workload.namespace,
        detail=f"has no quota yet that counts against the budget of {terms.tenant}",
        remedy="try again in a few seconds",
        key=(),
    )


RULE = Rule(
    id="resources/budget",
    title="Pods count against the tenant's budget",
    reads=Workload,
    terms=lambda terms: terms.resources,
    check=budget,
    blind=(
        "What Pods really use. Without a ledger, how much a Pod asks for: the ResourceQuota of its "
        "namespace judges that, and it is not exact while many Pods are created at once."
    ),
)
