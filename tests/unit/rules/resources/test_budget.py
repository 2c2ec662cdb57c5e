"""resources/budget: Pods wait for the quota that counts them."""

from aup.policy.terms import ResourceTerms
from aup.rules.base import Violation
from aup.rules.resources.budget import budget
from support.workloads import workload

TERMS = ResourceTerms(tenant="acme")


def test_a_pod_that_nothing_counts_is_asked_to_come_again() -> None:
    assert list(budget(workload("nginx", budget_settled=False), TERMS)) == [
        Violation(
            path="metadata.namespace",
            value="acme-prod",
            detail="has no quota yet that counts against the budget of acme",
            remedy="try again in a few seconds",
            key=(),
        )
    ]


def test_a_pod_that_is_counted_passes() -> None:
    assert not list(budget(workload("nginx"), TERMS))
