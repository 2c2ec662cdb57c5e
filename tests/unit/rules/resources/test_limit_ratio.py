"""resources/limit-ratio: limits stay within reach of requests."""

from decimal import Decimal
from typing import Any

import pytest

from aup.facts.model import Resources
from aup.policy.terms import ResourceTerms
from aup.rules.resources.limit_ratio import limit_ratio
from support.workloads import container, workload

TERMS = ResourceTerms(tenant="acme", max_limit_request_ratio=Decimal("1.5"))


def findings(requests: dict[str, Any], limits: dict[str, Any]) -> list[tuple[str, str, str]]:
    said = Resources("spec.containers[0].resources", requests, limits)
    found = limit_ratio(workload(containers=(container("nginx", resources=said),)), TERMS)
    return [(v.path.rpartition(".")[2], v.value, v.detail.partition(",")[0]) for v in found]


MEMORY = {"memory": "1Gi"}


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        ({"cpu": "1", **MEMORY}, {"cpu": "1500m", **MEMORY}, []),
        ({}, {"cpu": "1", **MEMORY}, []),
        (
            {"cpu": "1", **MEMORY},
            {"cpu": "1501m", **MEMORY},
            [("cpu", "1501m", "is 1.51 times the request")],
        ),
        ({"cpu": "1", **MEMORY}, MEMORY, [("limits", "", "says no cpu")]),
        (
            {"cpu": "0", **MEMORY},
            {"cpu": "1", **MEMORY},
            [("cpu", "1", "stands beside no request")],
        ),
        ({"cpu": "0", **MEMORY}, {"cpu": "0", **MEMORY}, []),
        (
            {"cpu": "1", **MEMORY},
            {"cpu": "many", **MEMORY},
            [("cpu", "many", "is no quantity")],
        ),
    ],
)
def test_a_container_keeps_to_the_ratio(
    requests: dict[str, Any], limits: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert findings(requests, limits) == expected


@pytest.mark.parametrize(
    ("requests", "allowed"), [({"cpu": "1"}, True), ({"cpu": "500m"}, False), ({}, True)]
)
def test_a_limit_of_the_pod_holds_all_containers(
    requests: dict[str, Any], *, allowed: bool
) -> None:
    """Without a request of the pod, those of its containers stand for it."""
    whole = Resources("spec.resources", requests, {"cpu": "1500m", **MEMORY})
    parts = Resources("at", {"cpu": "500m", **MEMORY}, {})
    two = (container("nginx", resources=parts), container("nginx", resources=parts))
    found = list(limit_ratio(workload(containers=two, resources=whole), TERMS))
    assert ([v.path for v in found] == []) is allowed


def test_nothing_is_asked_for_by_default_or_of_what_is_put_together_elsewhere() -> None:
    assert not list(limit_ratio(workload("nginx"), ResourceTerms(tenant="acme")))
    assert not list(limit_ratio(workload("nginx", partial=True), TERMS))
