"""A template with what a LimitRange gives: charged as the pods that come of it."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from aup.budget.filled import filled
from aup.budget.measure import measure_pod
from aup.budget.usage import NO_DEFAULTS, Defaults, charge
from aup.budget.wire import POD, Pod

GIVEN = Defaults(
    {"cpu": Decimal("0.01"), "memory": Decimal(32 * 2**20)},
    {"memory": Decimal(2**30), "ephemeral-storage": Decimal(2**31)},
)
SILENT = {"name": "c"}


def pod(*containers: Any, **spec: Any) -> Pod:
    return POD.read(json.dumps({"spec": {"containers": list(containers), **spec}}).encode())


def resources(found: Pod, at: str = "containers") -> Any:
    """Return what the first container says."""
    (first, *_) = msgspec.to_builtins(found)["spec"][at]
    return first["resources"]


def test_who_says_nothing_is_given_everything() -> None:
    """A limit that is given without a request is the request, too."""
    assert resources(filled(pod(SILENT), GIVEN)) == {
        "requests": {"cpu": "10m", "memory": "32Mi", "ephemeral-storage": "2Gi"},
        "limits": {"memory": "1Gi", "ephemeral-storage": "2Gi"},
    }


@pytest.mark.parametrize(
    ("said", "requests", "limits"),
    [
        ({"requests": {"cpu": "2"}}, {"cpu": "2"}, {}),
        ({"limits": {"cpu": "2"}}, {"cpu": "2"}, {"cpu": "2"}),
        ({"limits": {"memory": "5Gi"}}, {"memory": "5Gi"}, {"memory": "5Gi"}),
        ({"requests": {"memory": "1Mi"}}, {"memory": "1Mi"}, {"memory": "1Gi"}),
        ({"requests": {"cpu": None}}, {"cpu": None}, {}),
    ],
)
def test_what_a_container_says_itself_stays(
    said: dict[str, Any], requests: dict[str, Any], limits: dict[str, Any]
) -> None:
    """And a limit of its own is its request before any default is."""
    found = resources(filled(pod({**SILENT, "resources": said}), GIVEN))
    rest = {"cpu": "10m", "memory": "32Mi", "ephemeral-storage": "2Gi"}
    assert found["requests"] == {**rest, **requests}
    assert found["limits"] == {"memory": "1Gi", "ephemeral-storage": "2Gi", **limits}


def test_init_containers_are_given_as_much_and_ephemeral_ones_nothing() -> None:
    found = filled(
        pod(SILENT, initContainers=[SILENT], ephemeralContainers=[{"name": "debug"}]), GIVEN
    )
    assert resources(found, "initContainers")["limits"]["memory"] == "1Gi"
    assert resources(found, "ephemeralContainers") is None


@pytest.mark.parametrize("found", [Pod(), pod(SILENT), pod(None, SILENT)])
def test_without_defaults_nothing_changes(found: Pod) -> None:
    assert filled(found, NO_DEFAULTS) is found


def test_a_list_may_hold_nothing() -> None:
    assert filled(pod(None), GIVEN) == pod(None)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"initContainers": [SILENT]},
        {"initContainers": [{**SILENT, "restartPolicy": "Always"}]},
        {"resources": {"requests": {"cpu": "3"}}},
        {"overhead": {"cpu": "250m"}},
    ],
)
def test_it_is_charged_as_what_is_created_anew(spec: dict[str, Any]) -> None:
    """By the arithmetic that a budget's plan uses for pods without their defaults."""
    given = Defaults({**GIVEN.limits, **GIVEN.requests}, GIVEN.limits)
    template = pod(SILENT, {"name": "d", "resources": {"limits": {"cpu": "1"}}}, **spec)
    assert charge(filled(template, GIVEN)) == charge(template, given)


def test_whoever_is_given_anything_is_no_best_effort() -> None:
    """Nor is what it may use unknown to licences that count cores."""
    limited = Defaults({}, {"cpu": Decimal(4)})
    assert measure_pod(pod(SILENT)).traits.best_effort
    found = measure_pod(filled(pod(SILENT), limited))
    assert not found.traits.best_effort
    assert found.programs is not None
    assert [run.cores for run in found.programs.containers] == [4]
