"""Which pods and claims a part of a budget is about."""

import json
from typing import Any

import pytest

from aup.api.tenant import BudgetScope, ScopeName
from aup.budget.measure import measure
from aup.budget.scopes import Scope, Traits


def traits(**spec: Any) -> Traits:
    return measure("", "pods", json.dumps({"spec": spec}).encode()).traits


def holds(found: Traits, **named: Any) -> bool:
    return Scope.of(BudgetScope(name="s", **named)).holds(found)


ASKS = [{"resources": {"requests": {"cpu": "1"}}}]
ZERO = [{"resources": {"requests": {"cpu": "0"}, "limits": {"nvidia.com/gpu": "1"}}}]
BEYOND = {"namespaces": ["other"]}
SELECTS: dict[str, Any] = {"podAffinityTerm": {"namespaceSelector": {}}}
NEAR = {"topologyKey": "zone"}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


@pytest.mark.parametrize(
    ("spec", "in_scope"),
    [
        ({"containers": ASKS}, set()),
        ({"containers": ASKS, "activeDeadlineSeconds": 0}, {ScopeName.TERMINATING}),
        ({"containers": ASKS, "priorityClassName": "high"}, set()),
        ({"containers": ZERO}, {ScopeName.BEST_EFFORT}),
        ({"containers": ZERO, "overhead": {"cpu": "1"}}, {ScopeName.BEST_EFFORT}),
        ({"containers": ASKS, "overhead": {"cpu": "1"}}, set()),
        ({"containers": [{}], "initContainers": ASKS}, set()),
        ({"containers": [{}], "resources": {"requests": {"memory": "1Gi"}}}, set()),
        (
            {"containers": ASKS, "affinity": {"podAffinity": {REQUIRED: [BEYOND]}}},
            {ScopeName.CROSS_NAMESPACE_POD_AFFINITY},
        ),
        (
            {"containers": ASKS, "affinity": {"podAntiAffinity": {PREFERRED: [SELECTS]}}},
            {ScopeName.CROSS_NAMESPACE_POD_AFFINITY},
        ),
        ({"containers": ASKS, "affinity": {"podAffinity": {REQUIRED: [NEAR]}}}, set()),
    ],
)
def test_the_scopes_of_a_pod(spec: dict[str, Any], in_scope: set[ScopeName]) -> None:
    found = traits(**spec)
    opposites = {
        ScopeName.TERMINATING: ScopeName.NOT_TERMINATING,
        ScopeName.BEST_EFFORT: ScopeName.NOT_BEST_EFFORT,
    }
    expected = in_scope | {no for yes, no in opposites.items() if yes not in in_scope}
    assert {scope for scope in ScopeName if holds(found, scopes=(scope,))} == expected


def test_all_that_is_named_must_be_so() -> None:
    high = traits(containers=ASKS, priorityClassName="high")
    assert holds(high, priority_classes=("high", "higher"))
    assert not holds(high, priority_classes=("low",))
    assert not holds(high, priority_classes=("high",), scopes=(ScopeName.TERMINATING,))
    assert not holds(traits(containers=ASKS), priority_classes=("high",))


def test_a_claim_is_of_each_class_that_it_has_or_moves_to() -> None:
    claim = {
        "spec": {"volumeAttributesClassName": "gold"},
        "status": {
            "currentVolumeAttributesClassName": "silver",
            "modifyVolumeStatus": {"targetVolumeAttributesClassName": "bronze"},
        },
    }
    found = measure("", "persistentvolumeclaims", json.dumps(claim).encode()).traits
    for name in ("gold", "silver", "bronze"):
        assert holds(found, volume_attributes_classes=(name,))
    assert not holds(found, volume_attributes_classes=("iron",))
    assert not holds(found, scopes=(ScopeName.NOT_TERMINATING,))
    assert not holds(traits(containers=ASKS), volume_attributes_classes=("gold",))
