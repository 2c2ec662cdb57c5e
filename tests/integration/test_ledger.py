"""Budgets held by ledgers, on a real control plane: exact, whatever happens to replicas."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from aup.kube.rbac import GRANTS, Role, uncovered
from support.audit import asked
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

QUICK: Final = {"apiRequestSeconds": 5, "marginSeconds": 15}
"""The API server of the tests answers within five seconds, or not at all."""
NAMESPACES: Final = tuple(f"acme-{i}" for i in range(4))
PODS: Final = 12
"""The budget."""
OPEN_SECONDS: Final = 150.0
"""Until a new budget is in force: requests end, margin, and a bookmark each minute."""


@pytest.fixture(scope="module", params=["escrow", "reservation"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """Run the product with three replicas and one tenant whose budget is charged."""
    values = {"budgets": {"protocol": request.param, **QUICK}}
    with installed(values, replicas=3) as installation:
        budget = {"hard": {"pods": str(PODS), "requests.cpu": "2"}}
        provide(installation, tenant("acme", namespaces={"names": list(NAMESPACES)}, budget=budget))

        until("a ledger with a budget", lambda: len(ledger(installation).get("hard", ())) == 2)
        yield installation


def ledger(installation: Installation) -> dict[str, Any]:
    """Return the status of the tenant's ledger."""
    done = installation.cluster.kubectl("get", "budgetledger", "acme", "-o", "json", check=False)
    return dict(json.loads(done.stdout).get("status", {})) if done.returncode == 0 else {}


def pod(**metadata: str) -> str:
    """Return a small pod."""
    container = {
        "name": "c",
        "image": "docker.io/library/nginx:1.29",
        "resources": {"requests": {"cpu": "10m", "memory": "1Mi"}, "limits": {"memory": "9Mi"}},
    }
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "p-", **metadata}}
    return json.dumps({**manifest, "spec": {"containers": [container]}})


def create(installation: Installation, namespace: str, *options: str, **metadata: str) -> str:
    """Create a pod; return the refusal, empty when it was admitted."""
    done = installation.cluster.kubectl(
        *("create", "-n", namespace, "-f", "-", *options), input=pod(**metadata), check=False
    )
    return done.stderr if done.returncode else ""


def pods(installation: Installation) -> int:
    """Return how many pods the tenant has: of one moment, since it is one list."""
    columns = "custom-columns=IN:.metadata.namespace"
    found = installation.cluster.kubectl("get", "pods", "-A", "--no-headers", "-o", columns).stdout
    return sum(name in NAMESPACES for name in found.split())


def clear(installation: Installation) -> None:
    """Delete all pods, and wait until the whole budget can be had again."""
    for name in NAMESPACES:
        installation.cluster.kubectl(
            *("delete", "pods", "--all", "-n", name, "--grace-period=0", "--force")
        )
    until("no pods", lambda: pods(installation) == 0)


def fill(installation: Installation, tries: int, workers: int = 8) -> list[str]:
    """Create pods in all namespaces at once; return the refusals."""
    with ThreadPoolExecutor(workers) as pool:
        targets = [NAMESPACES[i % 3] for i in range(tries)]
        return [said for said in pool.map(lambda ns: create(installation, ns), targets) if said]


def test_the_whole_budget_can_be_used_and_no_more(installation: Installation) -> None:
    """By eight writers in four namespaces through three replicas."""
    clear(installation)
    refusals = fill(installation, 2 * PODS)

    def full() -> bool:
        fill(installation, PODS - pods(installation), workers=1)
        return pods(installation) >= PODS

    until("the last unit in use", full, 60)
    assert refusals
    assert all("[resources/budget" in said for said in refusals)
    # While others took units as well, one may have heard that it came too late for those left.

    def told() -> str:
        said = create(installation, NAMESPACES[0])
        return said if "of pods is more than the" in said else ""

    said = until("told what is left", told)
    assert f"of {PODS} in the budget of acme" in said
    assert "delete what is not needed" in said
    assert pods(installation) == PODS


def test_what_is_deleted_can_be_had_again_at_once(installation: Installation) -> None:
    """Within the second that a request waits, and a few more of a busy machine."""
    clear(installation)
    until("a pod", lambda: not create(installation, NAMESPACES[0]), 20)


def test_a_dry_run_takes_nothing(installation: Installation) -> None:
    """As often as it is tried."""
    clear(installation)
    until("room", lambda: not create(installation, NAMESPACES[0], "--dry-run=server"), 20)
    for _ in range(2 * PODS):
        assert not create(installation, NAMESPACES[1], "--dry-run=server")


def test_killed_replicas_overrun_nothing(installation: Installation) -> None:
    """Writers create and delete at the cap, replicas die; a watch counts every state."""
    clear(installation)
    cluster = installation.cluster
    stop = threading.Event()
    most = [0]

    def look() -> None:
        while not stop.is_set():
            most[0] = max(most[0], pods(installation))

    def write(namespace: str) -> None:
        while not stop.is_set():
            if create(installation, namespace):
                cluster.kubectl(
                    *("delete", "pods", "--all", "-n", namespace, "--grace-period=0", "--force"),
                    check=False,
                )

    with ThreadPoolExecutor(len(NAMESPACES) + 1) as pool:
        pool.submit(look)
        for name in NAMESPACES:
            pool.submit(write, name)
        for victim in list(installation.admission[:2]):
            time.sleep(4)
            victim.process.kill()
            installation.admission.remove(victim)
        time.sleep(8)
        stop.set()
    assert 0 < most[0] <= PODS


def test_it_opens_once_nothing_can_come_that_was_not_charged(installation: Installation) -> None:
    until("all keys open", lambda: len(ledger(installation).get("open", ())) == 2, OPEN_SECONDS)


@pytest.mark.parametrize("role", GRANTS)
def test_every_call_was_foreseen(installation: Installation, role: Role) -> None:
    """And RBAC, or the guard, refused none."""
    calls = [
        one
        for one in asked(installation.cluster)
        if one.account == f"aup-operator-{role}" and not one.impersonated
    ]
    where = {"operator_namespace": "aup-system", "fullname": "aup-operator"}
    found = uncovered((one.call for one in calls), role, **where)
    assert found == []
    assert [one for one in calls if one.status in {401, 403}] == []
