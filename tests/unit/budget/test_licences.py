"""Quantities of licensed products."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from aup.api.entitlement import Metric
from aup.api.sections.license import OnExpiry, Verification
from aup.api.tenant import Budget
from aup.budget.licences import Held, held, nodes, taken
from aup.budget.measure import Measure, measure
from aup.budget.meter import meter
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms
from support.world import terms

DB = "registry.example/vendor/db:19"
CORES = "license/acme-db-enterprise.cores"
INSTANCES = "license/acme-db-enterprise.instances"


def entitlement(metric: Metric = Metric.CORES, quantity: int | None = 8, **more: Any) -> Any:
    return EntitlementTerm(
        name="acme-db",
        product="acme-db-enterprise",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        regions=frozenset(),
        metric=metric,
        quantity=quantity,
        **{"state": EntitlementState.VALID, "production": True, **more},
    )


def holding(*entitlements: EntitlementTerm, **more: Any) -> LicenseTerms:
    return replace(terms().license, entitlements={"acme-db-enterprise": entitlements}, **more)


def container(name: str, limit: str | None = None, request: str | None = None, **more: Any) -> Any:
    resources = {
        "limits": {"cpu": limit} if limit else None,
        "requests": {"cpu": request} if request else None,
    }
    return {"name": name, "image": DB, "resources": resources, **more}


def pod(*containers: Any, annotations: dict[str, str] | None = None, **spec: Any) -> Measure:
    found = {"metadata": {"annotations": annotations}, "spec": {"containers": containers, **spec}}
    return measure("", "pods", json.dumps(found).encode())


def use(measured: Measure) -> dict[str, Decimal]:
    assert measured.programs is not None
    return dict(taken(measured.programs, holding()))


@pytest.mark.parametrize(
    ("spec", "cores", "instances"),
    [
        pytest.param({"containers": [container("a", "4", "1")]}, 4, 1, id="the-limit"),
        pytest.param({"containers": [container("a", None, "1")]}, 1, 1, id="else-the-request"),
        pytest.param({"containers": [container("a")]}, 1, 1, id="one-at-least"),
        pytest.param({"containers": [container("a", "2500m")]}, 3, 1, id="whole-cores"),
        pytest.param(
            {"containers": [container("a", "250m"), container("b", "250m")]},
            *(1, 2),
            id="rounded-by-pod",
        ),
        pytest.param(
            {"containers": [container("a", "1"), container("web", "8", image="nginx")]},
            *(1, 1),
            id="of-the-product-only",
        ),
        pytest.param(
            {"containers": [container("a", "1")], "initContainers": [container("i", "3")]},
            *(3, 1),
            id="init-containers-run-alone",
        ),
        pytest.param(
            {
                "containers": [container("a", "1")],
                "initContainers": [container("s", "2", restartPolicy="Always")],
            },
            *(3, 2),
            id="sidecars-run-beside",
        ),
        pytest.param(
            {"containers": [container("a")], "resources": {"limits": {"cpu": "6"}}},
            *(6, 1),
            id="the-pod-as-a-whole",
        ),
    ],
)
def test_a_pod_takes_cores_and_instances(spec: Any, cores: int, instances: int) -> None:
    containers = spec.pop("containers")
    assert use(pod(*containers, **spec)) == {CORES: cores, INSTANCES: instances}


def test_a_licence_that_names_a_product_counts_like_the_product() -> None:
    reporting = container("a", "2", image="registry.example/vendor/reporting:1")
    assert use(pod(reporting))["license/vendor-reporting.cores"] == 2


def test_an_alternative_without_a_product_is_taken() -> None:
    assert use(pod(container("a", "2", image="registry.example/vendor/choice:1"))) == {}


def test_what_the_tenant_declares_of_an_unknown_image_counts() -> None:
    unknown = container("a", "2", image="registry.example/web/own:1")
    declared = {"aup.asergo.com/license.a": "LicenseRef-Reporting-EULA"}
    assert use(pod(unknown)) == {}
    assert use(pod(unknown, annotations=declared))["license/vendor-reporting.instances"] == 1


def test_windows_is_a_product() -> None:
    found = pod(container("a", "2", image="nginx"), os={"name": "windows"})
    assert use(found)["license/windows-server.cores"] == 2


@pytest.mark.parametrize(
    ("entitlements", "expected"),
    [
        pytest.param([entitlement()], [Held(CORES, Decimal(8), Decimal(8))], id="one"),
        pytest.param(
            [entitlement(), entitlement(quantity=4, production=False)],
            [Held(CORES, Decimal(12), Decimal(8))],
            id="production-apart",
        ),
        pytest.param([entitlement(Metric.INSTANCES, 2)], [Held(INSTANCES, Decimal(2), Decimal(2))]),
        pytest.param([entitlement(), entitlement(Metric.SITE, None)], [], id="a-site-has-no-end"),
        pytest.param([entitlement(quantity=None)], [], id="nor-has-a-metric-without-a-number"),
        pytest.param([entitlement(Metric.SEATS, 5)], [], id="seats-are-not-seen"),
        pytest.param([entitlement(Metric.NODES, 5)], [], id="nodes-are-not-known-beforehand"),
        pytest.param([entitlement(state=EntitlementState.NOT_YET_VALID)], [], id="not-yet"),
        pytest.param(
            [entitlement(), entitlement(quantity=99, state=EntitlementState.EXPIRED)],
            [Held(CORES, Decimal(8), Decimal(8))],
            id="what-expired-adds-nothing",
        ),
    ],
)
def test_entitlements_add_up(entitlements: list[EntitlementTerm], expected: list[Held]) -> None:
    assert list(held(holding(*entitlements))) == expected


@pytest.mark.parametrize(("on_expiry", "bounded"), [("WarnRecreate", True), ("Deny", False)])
def test_what_expired_still_bounds_what_controllers_make_anew(
    on_expiry: str, *, bounded: bool
) -> None:
    found = holding(entitlement(state=EntitlementState.EXPIRED), on_expiry=OnExpiry(on_expiry))
    assert bool(list(held(found))) is bounded


def test_nothing_is_counted_where_nobody_looks_at_licences() -> None:
    assert list(held(holding(entitlement(), verification=Verification.OFF))) == []


def test_quantities_are_limits_of_the_ledger() -> None:
    found = holding(entitlement(), entitlement(quantity=4, production=False))
    counted, _ = meter(replace(terms(), license=found), Budget())
    assert counted.limits == {CORES: 12, f"production:{CORES}": 8}
    database = pod(container("a", "2"))
    assert counted.takes("acme-prod", database) == {CORES: 2, f"production:{CORES}": 2}
    assert counted.takes("acme-dev", database) == {CORES: 2}
    assert counted.resources == {("", "pods")}


def test_nodes_count_once_however_many_pods_they_run() -> None:
    pods = [
        pod(container("a"), nodeName="n1"),
        pod(container("a"), nodeName="n1"),
        pod(container("a"), nodeName="n2"),
        pod(container("a")),
        pod(container("a", image="nginx"), nodeName="n3"),
    ]
    assert nodes(pods, holding()) == {"license/acme-db-enterprise.nodes": 2}
