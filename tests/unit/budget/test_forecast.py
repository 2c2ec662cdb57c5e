"""What a controller's pods would need."""

import json
from decimal import Decimal
from typing import Any

import pytest

from aup.api.tenant import Budget
from aup.budget.forecast import Target, forecast, replicas, target
from aup.budget.growth import needs
from aup.budget.meter import Meter, meter
from aup.budget.usage import NO_DEFAULTS, Defaults
from aup.budget.wire import UnreadableError
from support.world import terms

HARD = {
    "pods": "100",
    "requests.cpu": "100",
    "requests.storage": "1Ti",
    "persistentvolumeclaims": "100",
}


def acme() -> Meter:
    found, problems = meter(terms(), Budget(hard=HARD))
    assert problems == ()
    return found


def template(cpu: str = "500m", **spec: Any) -> dict[str, Any]:
    """Return pods of one container; its limit stands for its request, as in every Pod."""
    container = {"name": "a", "resources": {"limits": {"cpu": cpu}}}
    return {"spec": {"containers": [container], **spec}}


def claim(size: str = "10Gi") -> dict[str, Any]:
    return {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}


def needed(group: str, resource: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = forecast(group, resource, json.dumps({"spec": spec}).encode(), **more)
    assert found is not None
    return dict(needs(acme(), "acme-prod", found))


def pods(number: int, cpu: float) -> dict[str, float]:
    return {"pods": number, "requests.cpu": cpu}


@pytest.mark.parametrize(
    ("group", "resource", "spec", "expected"),
    [
        ("apps", "deployments", {"template": template()}, pods(1, 0.5)),
        ("apps", "deployments", {"replicas": 3, "template": template()}, pods(3, 1.5)),
        ("apps", "deployments", {"replicas": 0, "template": template()}, {}),
        ("apps", "replicasets", {"replicas": 2, "template": template()}, pods(2, 1)),
        ("", "replicationcontrollers", {"replicas": 2, "template": template()}, pods(2, 1)),
        ("apps", "daemonsets", {"template": template()}, pods(5, 2.5)),
        ("batch", "jobs", {"template": template()}, pods(1, 0.5)),
        ("batch", "jobs", {"parallelism": 4, "template": template()}, pods(4, 2)),
        ("batch", "jobs", {"parallelism": 4, "completions": 2, "template": template()}, pods(2, 1)),
        ("batch", "jobs", {"suspend": True, "template": template()}, {}),
        (
            *("batch", "cronjobs"),
            {"jobTemplate": {"spec": {"parallelism": 2, "template": template()}}},
            pods(2, 1),
        ),
        (
            *("batch", "cronjobs"),
            {"suspend": True, "jobTemplate": {"spec": {"template": template()}}},
            {},
        ),
        ("batch", "cronjobs", {}, {}),
    ],
)
def test_as_many_pods_as_run_at_once(
    group: str, resource: str, spec: dict[str, Any], expected: dict[str, float]
) -> None:
    assert needed(group, resource, spec, nodes=lambda _: 5) == expected


def test_each_replica_of_a_stateful_set_has_its_claims() -> None:
    spec = {"replicas": 3, "template": template(), "volumeClaimTemplates": [claim(), claim("1Gi")]}
    assert needed("apps", "statefulsets", spec) == {
        **pods(3, 1.5),
        "persistentvolumeclaims": 6,
        "requests.storage": 33 * 2**30,
    }


def test_ephemeral_volumes_are_claims() -> None:
    volumes = [{"name": "tmp", "ephemeral": {"volumeClaimTemplate": claim()}}]
    spec = {"replicas": 2, "template": template(volumes=volumes)}
    assert needed("apps", "deployments", spec) == {
        **pods(2, 1),
        "persistentvolumeclaims": 2,
        "requests.storage": 20 * 2**30,
    }


def test_an_autoscaler_may_make_more_of_it() -> None:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": reference, "maxReplicas": 8}
    found = target(json.dumps({"spec": spec}).encode())
    assert found == Target("apps", "Deployment", "web", 8)
    assert target(b"{}") is None


def test_a_scale_says_how_many_there_will_be() -> None:
    assert replicas(b'{"kind": "Scale", "spec": {"replicas": 4}}') == 4
    assert replicas(b'{"kind": "Scale", "spec": {}}') == 0


UNAVAILABLE = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
RECREATE = {"type": "Recreate"}


@pytest.mark.parametrize(
    ("resource", "spec", "spare"),
    [
        ("deployments", {"replicas": 3}, 1),
        ("deployments", {"replicas": 4}, 0),
        ("deployments", {"replicas": 9, "strategy": UNAVAILABLE}, 1),
        ("deployments", {"replicas": 3, "strategy": RECREATE}, 0),
        ("deployments", {"strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}, 0),
        ("deployments", {"strategy": {"rollingUpdate": {"maxSurge": 0}}}, 0),
        ("deployments", {"strategy": {"rollingUpdate": {"maxSurge": "٣%"}}}, 0),
        ("daemonsets", {}, 0),
        ("daemonsets", {"updateStrategy": {"rollingUpdate": {"maxSurge": "10%"}}}, 1),
        ("statefulsets", {"replicas": 3}, 0),
    ],
)
def test_a_rollout_needs_a_pod_more_where_none_may_be_missing(
    resource: str, spec: dict[str, Any], spare: int
) -> None:
    """By default a quarter may: none of three, one of four."""
    raw = json.dumps({"spec": {**spec, "template": template()}}).encode()
    found = forecast("apps", resource, raw, nodes=lambda _: 5)
    assert found is not None
    assert found.spare == spare


def test_other_kinds_make_no_pods_that_are_known() -> None:
    assert forecast("", "configmaps", b"{}") is None


def test_what_has_not_the_form_of_its_kind_is_told() -> None:
    with pytest.raises(UnreadableError):
        forecast("apps", "deployments", b'{"spec": []}')


SILENT = {"spec": {"containers": [{"name": "a"}], "volumes": [
    {"name": "tmp", "ephemeral": {"volumeClaimTemplate": claim("1Gi")}}
]}}  # fmt: skip


def test_what_pods_do_not_say_they_are_given() -> None:
    """Their claims ask for what they asked for before."""
    raw = json.dumps({"spec": {"replicas": 3, "template": SILENT}}).encode()
    found = forecast("apps", "deployments", raw)
    assert found is not None
    claims = {"persistentvolumeclaims": 3, "requests.storage": 3 * 2**30}
    assert needs(acme(), "acme-prod", found) == {"pods": 3, **claims}
    given = found.given(Defaults({"cpu": Decimal("0.25")}))
    assert needs(acme(), "acme-prod", given) == {**pods(3, 0.75), **claims}
    assert found.given(NO_DEFAULTS) is found
    assert given.given(Defaults({"cpu": Decimal(1)})) != given, "not what it was given before"


def test_nothing_is_given_to_no_pods() -> None:
    found = forecast("apps", "deployments", b"{}")
    assert found is not None
    assert found.given(Defaults({"cpu": Decimal(1)})) is found
