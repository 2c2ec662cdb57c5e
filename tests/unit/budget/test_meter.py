"""What a tenant is held to, and what objects take of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.sections.resources import Unlisted
from aup.api.tenant import Budget, BudgetScope, ScopeName
from aup.budget.keys import step
from aup.budget.measure import NOTHING, Measure, measure
from aup.budget.meter import Meter, meter
from aup.policy.terms import ResourceTerms
from support.world import terms

GPU = "nvidia.com/gpu"
MIG = "nvidia.com/mig-1g.10gb"


def meter_of(resources: ResourceTerms | None = None, **budget: Any) -> Meter:
    """Return what acme would be held to; a mistake in the budget fails the test."""
    held = terms()
    held = replace(held, license=replace(held.license, entitlements={}))
    if resources is not None:
        held = replace(held, resources=resources)
    found, problems = meter(held, Budget(**budget))
    assert problems == ()
    return found


def pod(requests: Mapping[str, str], **spec: Any) -> Measure:
    container = {"name": "a", "resources": {"requests": requests, "limits": requests}}
    return measure("", "pods", json.dumps({"spec": {"containers": [container], **spec}}).encode())


def service(kind: str) -> Measure:
    return measure("", "services", json.dumps({"spec": {"type": kind, "ports": [{}]}}).encode())


def devices(count: int) -> Measure:
    request = {"exactly": {"deviceClassName": "gpu", "count": count}}
    claim = {"spec": {"devices": {"requests": [request]}}}
    return measure("resource.k8s.io", "resourceclaims", json.dumps(claim).encode())


def test_an_object_takes_of_what_is_limited_and_nothing_else() -> None:
    found = meter_of(hard={"requests.cpu": "4", "pods": 10})
    assert found.limits == {"requests.cpu": 4, "pods": 10}
    taken = found.takes("acme-prod", pod({"cpu": "1500m", "memory": "1Gi"}))
    assert taken == {"requests.cpu": Decimal("1.5"), "pods": 1}


def test_what_is_zero_takes_nothing() -> None:
    assert meter_of(hard={"requests.cpu": "4"}).takes("acme-prod", pod({"cpu": "0"})) == {}


def test_a_ceiling_is_a_limit_of_its_namespace() -> None:
    found = meter_of(
        hard={"requests.cpu": "4"}, namespace_ceilings={"acme-dev": {"requests.cpu": "1"}}
    )
    assert found.limits == {"requests.cpu": 4, "namespace/acme-dev:requests.cpu": 1}
    one = pod({"cpu": "1"})
    assert found.takes("acme-prod", one) == {"requests.cpu": 1}
    assert found.takes("acme-dev", one) == {
        "requests.cpu": 1,
        "namespace/acme-dev:requests.cpu": 1,
    }


def test_a_scope_is_a_limit_of_the_pods_that_are_in_it() -> None:
    batch = BudgetScope(name="batch", scopes=(ScopeName.TERMINATING,), hard={"pods": "2"})
    high = BudgetScope(name="high", priority_classes=("high",), hard={"requests.cpu": "1"})
    found = meter_of(scoped=(batch, high))
    assert found.limits == {"scope/batch:pods": 2, "scope/high:requests.cpu": 1}
    asks = {"cpu": "1"}
    assert found.takes("acme-prod", pod(asks)) == {}
    assert found.takes("acme-prod", pod(asks, activeDeadlineSeconds=9)) == {"scope/batch:pods": 1}
    assert found.takes("acme-prod", pod(asks, priorityClassName="high")) == {
        "scope/high:requests.cpu": 1
    }


def test_a_pod_that_is_given_a_deadline_moves_into_a_scope() -> None:
    """Else a pod could be admitted under one quota and run under none."""
    batch = BudgetScope(name="batch", scopes=(ScopeName.TERMINATING,), hard={"pods": "2"})
    found = meter_of(scoped=(batch,), hard={"pods": "5"})
    new, old = pod({}, activeDeadlineSeconds=9), pod({})
    assert found.grows("acme-prod", new, old) == {"scope/batch:pods": 1}


def test_a_creation_takes_all_of_it_and_an_update_what_grows() -> None:
    found = meter_of(hard={"requests.cpu": "4", "requests.memory": "8Gi", "pods": "9"})
    small = pod({"cpu": "1", "memory": "2Gi"})
    large = pod({"cpu": "3", "memory": "1Gi"})
    assert found.grows("acme-prod", small, NOTHING) == found.takes("acme-prod", small)
    assert found.grows("acme-prod", large, small) == {"requests.cpu": 2}
    assert found.grows("acme-prod", small, large) == {"requests.memory": 2**30}
    assert found.grows("acme-prod", small, small) == {}


def test_a_service_that_becomes_a_load_balancer_takes_one() -> None:
    found = meter_of(hard={"services": "5", "services.loadbalancers": "1", "addresses": "1"})
    assert found.grows("acme-prod", service("LoadBalancer"), service("ClusterIP")) == {
        "services.loadbalancers": 1,
        "addresses": 1,
    }


def weighed(**more: Any) -> ResourceTerms:
    resources = {GPU: Fraction(1), MIG: Fraction(1, 7)}
    return ResourceTerms(tenant="acme", weights={"gpu": resources}, **more)


def test_fractions_of_a_device_add_up_to_one() -> None:
    """Seven sevenths are one, to the last digit, and the eighth is refused."""
    found = meter_of(weighed(), hard={"gpu": "2"})
    assert found.limits == {"gpu@7": 14}
    assert found.takes("acme-prod", pod({GPU: "1"})) == {"gpu@7": 7}
    assert found.takes("acme-prod", pod({MIG: "3"})) == {"gpu@7": 3}
    assert found.takes("acme-prod", pod({GPU: "1", MIG: "3"})) == {"gpu@7": 10}


def test_a_weight_may_be_given_to_a_device_class() -> None:
    resources = {GPU: Fraction(1), "gpu.deviceclass.resource.k8s.io/devices": Fraction(1)}
    found = meter_of(ResourceTerms(tenant="acme", weights={"gpu": resources}), hard={"gpu": "2"})
    assert found.takes("acme-prod", devices(2)) == {"gpu": 2}
    assert found.resources == {("", "pods"), ("resource.k8s.io", "resourceclaims")}
    assert found.closed(devices(2)) == ()


@pytest.mark.parametrize(
    ("measured", "closed"),
    [
        (pod({GPU: "1"}), ()),
        (pod({MIG: "1"}), (f"requests.{MIG}",)),
        (pod({MIG: "0"}), ()),
        (pod({"cpu": "1", "hugepages-2Mi": "2Mi"}), ()),
    ],
)
def test_devices_that_a_budget_does_not_name_are_closed(
    measured: Measure, closed: tuple[str, ...]
) -> None:
    assert meter_of(hard={f"requests.{GPU}": "1"}).closed(measured) == closed


def test_devices_are_closed_by_class_as_well() -> None:
    found = meter_of(hard={"pods": "1"})
    assert found.closed(devices(1)) == (
        "gpu.deviceclass.resource.k8s.io/devices",
        "requests.deviceclass.resource.kubernetes.io/gpu",
    )
    assert ("resource.k8s.io", "resourceclaims") in found.asks
    assert ("resource.k8s.io", "resourceclaims") not in found.resources
    named = meter_of(hard={"gpu.deviceclass.resource.k8s.io/devices": "1"})
    assert named.closed(devices(1)) == ()


def test_what_has_a_closed_device_keeps_it() -> None:
    one, two = pod({MIG: "1"}), pod({MIG: "2"})
    found = meter_of(hard={"pods": "1"})
    assert found.closed(one, one) == found.closed(one, two) == ()
    assert found.closed(two, one) == (f"requests.{MIG}",)


@pytest.mark.parametrize(
    "found",
    [
        meter_of(),
        meter_of(ResourceTerms(tenant="acme", unlisted=Unlisted.ALLOW), hard={"pods": "1"}),
    ],
    ids=["no-budget", "allowed"],
)
def test_nothing_is_closed_without_a_budget_or_by_option(found: Meter) -> None:
    assert found.closed(pod({MIG: "1"})) == ()


def test_fences_hold_where_the_budget_says_nothing() -> None:
    fenced = ResourceTerms(
        tenant="acme", fences={"count/secrets": Decimal(5), "count/configmaps": Decimal(7)}
    )
    found = meter_of(fenced, hard={"count/secrets": "100"})
    assert found.fences == {"count/configmaps": 7}
    assert meter_of(fenced).fences == {}


def test_a_volume_without_an_end_is_told_where_its_size_is_limited() -> None:
    endless = pod({}, volumes=[{"name": "tmp", "emptyDir": {"medium": "Memory"}}])
    assert meter_of(hard={"pods": "1"}).endless("acme-prod", endless) == ()
    found = meter_of(hard={"emptydir.memory": "1Gi"})
    assert found.endless("acme-prod", endless) == ("emptydir.memory",)
    assert found.endless("acme-prod", endless, endless) == ()


def test_what_cannot_be_read_is_told_and_left_out() -> None:
    found, problems = meter(
        terms(), Budget(hard={"cores": "4", "pods": "x"}, namespace_ceilings={"a": {"b": "1"}})
    )
    assert problems == (
        "budget.hard: cores is no key of a budget",
        "budget.hard.pods: 'x' is no quantity such as 500m or 4Gi",
        "budget.namespaceCeilings.a: b is no key of a budget",
    )
    assert not any(key in found.limits for key in ("cores", "pods"))


_cores = st.integers(0, 4000).map(lambda milli: f"{milli}m")
_pods = st.builds(
    lambda cpu, memory, gpu, deadline: pod(
        {"cpu": cpu, "memory": f"{memory}Mi", GPU: str(gpu)},
        **({"activeDeadlineSeconds": 9} if deadline else {}),
    ),
    _cores,
    st.integers(0, 4096),
    st.integers(0, 3),
    st.booleans(),
)
_EVERYTHING = meter_of(
    weighed(),
    hard={"requests.cpu": "9", "limits.cpu": "9", "requests.memory": "9Gi", "gpu": "9"},
    namespace_ceilings={"acme-dev": {"requests.cpu": "1", "pods": "4"}},
    scoped=(BudgetScope(name="s", scopes=(ScopeName.TERMINATING,), hard={"requests.cpu": "2"}),),
)


@given(_pods, _pods, st.sampled_from(["acme-prod", "acme-dev"]))
def test_what_stood_and_what_grows_cover_what_will_stand(
    new: Measure, old: Measure, namespace: str
) -> None:
    """The ledger counts the old object in the watch until it shows the new one."""
    before, after = _EVERYTHING.takes(namespace, old), _EVERYTHING.takes(namespace, new)
    grown = _EVERYTHING.grows(namespace, new, old)
    assert set(grown) <= set(after) <= set(_EVERYTHING.limits)
    for key in _EVERYTHING.limits:
        gap = after.get(key, Decimal(0)) - before.get(key, Decimal(0))
        assert grown.get(key, Decimal(0)) == max(gap, Decimal(0))


@given(st.lists(_pods, max_size=6))
def test_amounts_are_whole_steps_so_that_a_sum_of_shares_is_exact(pods: list[Measure]) -> None:
    for measured in pods:
        for key, amount in _EVERYTHING.takes("acme-dev", measured).items():
            assert amount > 0
            assert amount % step(key) == 0


def test_namespaces_make_no_difference_unless_the_budget_names_them() -> None:
    found = meter_of(hard={"pods": 10}, namespace_ceilings={"acme-dev": {"pods": 2}})
    assert (found.place("acme-prod"), found.place("acme-dev")) == ("", "acme-dev")
    one = pod({})
    assert found.takes("", one) == found.takes("acme-prod", one)
    assert found.takes("acme-dev", one) != found.takes("acme-prod", one)
