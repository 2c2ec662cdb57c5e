"""resources/requests: pods say what they need."""

from aup.facts.model import ContainerKind, Resources
from aup.policy.terms import ResourceTerms
from aup.rules.resources.requests import requests
from support.workloads import container, workload

TERMS = ResourceTerms(tenant="acme", require_requests=True)


def test_a_pod_that_is_put_together_elsewhere_may_say_it_there() -> None:
    assert not list(requests(workload("nginx", partial=True), TERMS))


def test_nothing_is_asked_for_by_default() -> None:
    assert not list(requests(workload("nginx"), ResourceTerms(tenant="acme")))


def test_a_container_that_looks_into_a_running_pod_may_say_nothing() -> None:
    """The API server does not let it."""
    debug = container("nginx", kind=ContainerKind.EPHEMERAL)
    assert not list(requests(workload(containers=(debug,)), TERMS))


def test_what_the_pod_says_containers_need_not_say() -> None:
    said = Resources("spec.resources", {"cpu": "1"}, {})
    (found,) = requests(workload("nginx", resources=said), TERMS)
    assert (found.path, found.detail) == (
        "spec.containers[0].resources.requests",
        "says no memory",
    )


def test_what_is_no_quantity_says_nothing() -> None:
    said = Resources("spec.resources", {"cpu": "much", "memory": True}, {})
    (found,) = requests(workload("nginx", resources=said), TERMS)
    assert found.detail == "says no cpu or memory"
