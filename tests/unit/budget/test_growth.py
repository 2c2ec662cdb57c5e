"""What pods to come need of a budget, beyond those that there are."""

import json
from typing import Any

import pytest

from aup.api.tenant import Budget
from aup.budget.forecast import Forecast, forecast
from aup.budget.growth import needs, needs_more
from aup.budget.meter import Meter, meter
from support.world import terms

HARD = {"pods": "100", "requests.cpu": "100", "persistentvolumeclaims": "100"}
IN_PLACE = {"type": "Recreate"}
ONE_BY_ONE = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def acme() -> Meter:
    found, problems = meter(terms(), Budget(hard=HARD))
    assert problems == ()
    return found


def made(resource: str, replicas: int, cpu: str, **spec: Any) -> Forecast:
    """Return what a controller makes of pods that ask for so much."""
    container = {"name": "a", "resources": {"requests": {"cpu": cpu}}}
    template = {"spec": {"containers": [container]}}
    manifest = {
        "metadata": {"name": "db"},
        "spec": {"replicas": replicas, "template": template, **spec},
    }
    found = forecast("apps", resource, json.dumps(manifest).encode())
    assert found is not None
    return found


def web(replicas: int, cpu: str, strategy: dict[str, Any]) -> Forecast:
    return made("deployments", replicas, cpu, strategy=strategy)


@pytest.mark.parametrize(
    ("before", "after", "strategy", "expected"),
    [
        # Scaled: what is added, whatever the strategy.
        ((2, "1"), (3, "1"), ONE_BY_ONE, {"pods": 1, "requests.cpu": 1}),
        ((3, "1"), (2, "1"), ONE_BY_ONE, {}),
        ((3, "1"), (3, "1"), ONE_BY_ONE, {}),
        # Another template, in place: what the new pods ask for beyond the old ones.
        ((2, "1"), (2, "3"), IN_PLACE, {"requests.cpu": 4}),
        ((2, "3"), (2, "1"), IN_PLACE, {}),
        ((4, "1"), (2, "2"), IN_PLACE, {}),
        # One by one: beside all the new stands the last of the old.
        ((2, "1"), (2, "3"), ONE_BY_ONE, {"pods": 1, "requests.cpu": 5}),
        # Beside all the old stands the first of the new.
        ((2, "3"), (2, "1"), ONE_BY_ONE, {"pods": 1, "requests.cpu": 1}),
        # Scaled and replaced: the old ones are taken away first.
        ((4, "1"), (1, "2"), ONE_BY_ONE, {}),
        ((4, "1"), (3, "2"), ONE_BY_ONE, {"requests.cpu": 3}),
        # There were none, so none is replaced.
        ((0, "1"), (2, "2"), ONE_BY_ONE, {"pods": 2, "requests.cpu": 4}),
        ((2, "1"), (0, "2"), ONE_BY_ONE, {}),
    ],
)
def test_an_edit_needs_what_it_adds(
    before: tuple[int, str],
    after: tuple[int, str],
    strategy: dict[str, Any],
    expected: dict[str, int],
) -> None:
    new, old = web(*after, strategy), web(*before, strategy)
    assert needs_more(acme(), "acme-prod", new, old) == expected


def test_what_is_new_needs_all_of_it() -> None:
    assert needs_more(acme(), "acme-prod", web(2, "1", ONE_BY_ONE)) == {
        "pods": 2,
        "requests.cpu": 2,
    }


CLAIMS = [{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}]


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ((), 3),
        (("data-db-0", "data-db-1"), 1),
        (("data-db-0", "data-db-1", "data-db-2", "data-db-3"), 0),
        (("data-db-0x", "data-db-", "data-db2-0", "other-db-0", "data-db-²"), 3),
    ],
)
def test_claims_that_outlived_their_pods_are_not_needed_again(
    there: tuple[str, ...], missing: int
) -> None:
    """A StatefulSet leaves them when it is scaled down or deleted."""
    found = made("statefulsets", 3, "1", volumeClaimTemplates=CLAIMS)
    needed = needs(acme(), "acme-prod", found, there)
    assert needed.get("persistentvolumeclaims", 0) == missing
    assert needed["pods"] == 3


def test_so_many_pods_need_more_than_there_can_be() -> None:
    """And are told of as fast as any."""
    needed = needs(acme(), "acme-prod", web(2**31 - 1, "1", IN_PLACE))
    assert needed["requests.cpu"] == 2**31 - 1
