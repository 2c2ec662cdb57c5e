"""resources/requests: pods say what they need."""

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("cpu", "said"),
    [
        ("0", "says no cpu above 0"),
        (0, "says no cpu above 0"),
        ("1_000", "says no cpu, and 1_000 is no quantity such as 500m or 4Gi"),
        (-1, "says no cpu, and -1 is no quantity such as 500m or 4Gi"),
        ("9" * 90, f"says no cpu, and {'9' * 39}… is no quantity such as 500m or 4Gi"),
        ([1], "says no cpu"),
    ],
)
def test_what_is_written_in_its_place_is_shown(cpu: Any, said: str) -> None:
    asks = Resources("spec.containers[0].resources", {"cpu": cpu, "memory": "1Gi"}, {})
    (found,) = requests(workload(containers=(container("nginx", resources=asks),)), TERMS)
    assert found.detail == said


def test_what_is_no_quantity_says_nothing() -> None:
    said = Resources("spec.resources", {"cpu": "much", "memory": True}, {})
    (found,) = requests(workload("nginx", resources=said), TERMS)
    assert found.detail == "says no cpu or memory"
