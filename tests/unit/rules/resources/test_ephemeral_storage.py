"""resources/ephemeral-storage: what pods write to the node has an end."""

from aup.facts.model import Resources, Scratch
from aup.policy.terms import ResourceTerms
from aup.rules.resources.ephemeral_storage import ephemeral_storage
from support.workloads import container, workload

TERMS = ResourceTerms(tenant="acme", require_ephemeral_storage=True)


def test_a_limit_of_nothing_is_a_limit_and_a_size_of_nothing_is_none() -> None:
    """The kubelet reads a size of zero as no size."""
    said = Resources("at", {}, {"ephemeral-storage": "0"})
    found = workload(
        containers=(container("nginx", resources=said),),
        scratch=(Scratch("spec.volumes[0].emptyDir", in_memory=False, size="0"),),
    )
    (violation,) = ephemeral_storage(found, TERMS)
    assert violation.path == "spec.volumes[0].emptyDir"


def test_nothing_is_asked_for_by_default_or_of_what_is_put_together_elsewhere() -> None:
    assert not list(ephemeral_storage(workload("nginx"), ResourceTerms(tenant="acme")))
    assert not list(ephemeral_storage(workload("nginx", partial=True), TERMS))
