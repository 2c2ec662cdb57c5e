"""Budgets that change under what runs, on a real control plane: nothing is lost or overrun."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest

from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

QUICK: Final = {"apiRequestSeconds": 5, "marginSeconds": 15}
"""The API server of the tests answers within five seconds, or not at all."""
FREE_SECONDS: Final = 90.0
"""Until nothing is in flight: requests end, margin, and quorum reads on a busy machine."""


@pytest.fixture(scope="module", params=["escrow", "reservation"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    """Share one running product; each test has tenants of its own."""
    values = {"budgets": {"protocol": request.param, **QUICK}}
    with installed(values, replicas=2) as running:
        yield running


def get(installation: Installation, kind: str, name: str, *where: str) -> dict[str, Any]:
    """Return an object, or an empty one when there is none."""
    done = installation.cluster.kubectl("get", kind, name, *where, "-o", "json", check=False)
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def edit(installation: Installation, name: str, **spec: Any) -> None:
    """Change a Tenant."""
    patch = json.dumps({"spec": spec})
    installation.cluster.kubectl("patch", "tenant", name, "--type=merge", "-p", patch)


def pods(count: int, **more: int) -> dict[str, Any]:
    """Return a budget."""
    return {"hard": {"pods": str(count)} | {key: str(value) for key, value in more.items()}}


def create(installation: Installation, namespace: str) -> str:
    """Create a pod; return the refusal, empty when it was admitted."""
    resources = {"requests": {"cpu": "10m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}}
    container = {"name": "c", "image": "docker.io/library/nginx:1.29", "resources": resources}
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "p-"},
        "spec": {"containers": [container]},
    }
    done = installation.cluster.kubectl(
        *("create", "-n", namespace, "-f", "-"), input=json.dumps(manifest), check=False
    )
    return done.stderr if done.returncode else ""


def fill(installation: Installation, namespace: str, count: int) -> None:
    """Create so many pods, as soon as the budget lets them in."""
    until(
        f"{count} pods in {namespace}",
        lambda: running(installation, namespace) >= count or not create(installation, namespace),
    )
    if running(installation, namespace) < count:
        fill(installation, namespace, count)


def running(installation: Installation, *namespaces: str) -> int:
    """Return how many pods there are."""
    columns = "custom-columns=IN:.metadata.namespace"
    found = installation.cluster.kubectl("get", "pods", "-A", "--no-headers", "-o", columns).stdout
    return sum(name in namespaces for name in found.split())


def drop(installation: Installation, namespace: str, count: int) -> None:
    """Delete some pods."""
    names = installation.cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").stdout
    for name in names.split()[:count]:
        installation.cluster.kubectl("delete", name, "-n", namespace, "--grace-period=0", "--force")


def told(installation: Installation, name: str) -> dict[str, Any]:
    """Return what the Tenant says of its budget."""
    return dict(get(installation, "tenant", name).get("status", {}).get("budget", {}))


def namespaces(installation: Installation, name: str) -> list[str]:
    """Return the namespaces that a tenant holds."""
    return list(get(installation, "tenant", name)["status"].get("namespaces", ()))


def within(installation: Installation, name: str) -> tuple[str, str]:
    """Return whether more is in use than there may be, as the Tenant says."""
    listed = get(installation, "tenant", name)["status"]["conditions"]
    return next((c["status"], c["message"]) for c in listed if c["type"] == "WithinBudget")


def over(installation: Installation) -> str:
    """Return how many tenants are over their budget, as Prometheus would read it."""
    metrics = installation.controllers[0].metrics().splitlines()
    return next(line for line in metrics if line.startswith("aup_tenants_over_budget "))


def ledger(installation: Installation, name: str) -> dict[str, Any]:
    """Return a ledger, or an empty one when there is none."""
    return get(installation, "budgetledger", name)


def test_a_budget_below_its_use_ends_nothing_and_lets_nothing_in(
    installation: Installation,
) -> None:
    provide(installation, tenant("low", budget=pods(6)))
    fill(installation, "low-prod", 5)
    edit(installation, "low", budget=pods(3))
    until("the Tenant says so", lambda: told(installation, "low").get("over") == {"pods": "2"})
    status, message = within(installation, "low")
    ends = "Nothing that runs is ended. More is refused until it is less."
    assert (status, message) == ("False", f"2 of pods too much in use. {ends}")
    assert over(installation) == "aup_tenants_over_budget 1.0"

    def reported() -> Any:
        report = get(installation, "tenantreport", "aup", "-n", "low-prod")
        return report["status"]["budget"].get("over")

    assert until("the report says so", reported) == {"pods": "2"}
    for _ in range(3):
        said = create(installation, "low-prod")
        assert "is more than the 0 that is left of 3 in the budget of low" in said
    assert running(installation, "low-prod") == 5
    drop(installation, "low-prod", 2)
    assert create(installation, "low-prod")
    drop(installation, "low-prod", 1)
    until("room for one", lambda: not create(installation, "low-prod"))
    assert running(installation, "low-prod") == 3
    until("within budget", lambda: within(installation, "low")[0] == "True")
    assert over(installation) == "aup_tenants_over_budget 0.0"


def test_a_namespace_takes_its_use_along(installation: Installation) -> None:
    """Both ledgers follow, and the one whose budget it exceeds is told."""
    cluster = installation.cluster
    cluster.create_namespace("moved")
    provide(
        installation,
        tenant("from", namespaces={"names": ["from-prod", "moved"]}, budget=pods(4)),
        tenant("to", budget=pods(4)),
    )
    fill(installation, "moved", 3)
    fill(installation, "to-prod", 2)
    assert create(installation, "moved") == ""
    assert create(installation, "from-prod")
    edit(installation, "from", namespaces={"names": ["from-prod"]})
    edit(installation, "to", namespaces={"names": ["to-prod", "moved"]})

    def followed() -> bool:
        return told(installation, "to").get("used") == {"pods": "6"}

    until("the new tenant has the use", followed)
    assert told(installation, "to")["over"] == {"pods": "2"}
    assert within(installation, "to")[0] == "False"
    until("the old one has none", lambda: told(installation, "from")["used"] == {"pods": "0"})
    fill(installation, "from-prod", 4)
    for namespace in ("to-prod", "moved"):
        assert "[resources/budget" in create(installation, namespace)
    assert running(installation, "to-prod", "moved") == 6


def test_a_ledger_goes_with_its_budget_and_comes_back_with_it(installation: Installation) -> None:
    """Nothing is limited in between, and all that was created then counts."""
    provide(installation, tenant("none", budget=pods(2)))
    fill(installation, "none-prod", 2)
    assert create(installation, "none-prod")
    edit(installation, "none", budget={"hard": None})
    until("no ledger", lambda: not ledger(installation, "none"), FREE_SECONDS)
    fill(installation, "none-prod", 4)
    edit(installation, "none", budget=pods(5))
    until("a ledger", lambda: ledger(installation, "none").get("status"))
    fill(installation, "none-prod", 5)
    for _ in range(3):
        assert create(installation, "none-prod")
    assert running(installation, "none-prod") == 5


def serve(installation: Installation, namespace: str, name: str) -> str:
    """Create a Service; return the refusal, empty when it was admitted."""
    spec = {"ports": [{"port": 80}]}
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
    words = ("create", "-n", namespace, "-f", "-")
    return installation.cluster.kubectl(*words, input=json.dumps(manifest), check=False).stderr


def test_a_key_that_was_removed_and_put_back_counts_all_there_is(
    installation: Installation,
) -> None:
    """Also one of another kind than the others, which nobody counted before."""
    provide(installation, tenant("key", budget=pods(9)))
    fill(installation, "key-prod", 1)
    assert not serve(installation, "key-prod", "a")

    def has(hard: dict[str, str]) -> bool:
        return bool(ledger(installation, "key")["status"]["hard"] == hard)

    for wanted in (pods(9, services=2), pods(9), pods(9, services=3)):
        # A merge patch leaves what it does not name.
        gone = {"services": None} if "services" not in wanted["hard"] else {}
        edit(installation, "key", budget={"hard": {**wanted["hard"], **gone}})
        until("the key", partial(has, wanted["hard"]))
    until("the second", lambda: not serve(installation, "key-prod", "b"))
    until("the third", lambda: not serve(installation, "key-prod", "c"))
    said = until("a refusal", lambda: serve(installation, "key-prod", "d"))
    assert "of services is more than the 0 that is left of 3" in said
    counts = ledger(installation, "key")["status"]["counts"]
    assert counts.keys() == {"namespaces", "pods", "services"}


def test_a_tenant_that_is_deleted_leaves_no_ledger(installation: Installation) -> None:
    """It may be deleted once it has no namespace; made again at once, it goes on from there."""
    provide(installation, tenant("gone", budget=pods(2)))
    fill(installation, "gone-prod", 2)
    first = ledger(installation, "gone")["metadata"]
    assert "ownerReferences" not in first
    refused = installation.cluster.kubectl("delete", "tenant", "gone", check=False)
    assert "still has the namespaces gone-prod" in refused.stderr
    edit(installation, "gone", namespaces={"names": ["gone-new"]})
    until("no namespace", lambda: not namespaces(installation, "gone"))
    installation.cluster.kubectl("delete", "tenant", "gone")
    provide(installation, tenant("gone", budget=pods(2)))
    until("its use", lambda: told(installation, "gone").get("used") == {"pods": "2"})
    for _ in range(3):
        assert create(installation, "gone-prod")
    edit(installation, "gone", namespaces={"names": ["gone-new"]})
    until("no namespace", lambda: not namespaces(installation, "gone"))
    installation.cluster.kubectl("delete", "tenant", "gone")
    until("no ledger", lambda: not ledger(installation, "gone"), FREE_SECONDS)
    assert create(installation, "gone-prod") == ""
    labels = get(installation, "namespace", "gone-prod")["metadata"]["labels"]
    assert not [name for name in labels if name.startswith("aup.asergo.com/")]


def test_what_is_in_a_namespace_that_does_not_end_counts(installation: Installation) -> None:
    """And it is said which one that is."""
    cluster = installation.cluster
    cluster.create_namespace("stuck")
    names = {"names": ["ends-prod", "stuck"]}
    provide(installation, tenant("ends", namespaces=names, budget={"hard": {"services": "2"}}))
    until("a service", lambda: not serve(installation, "stuck", "kept"))
    keep = ("patch", "service", "kept", "-n", "stuck", "--type=merge", "-p")
    cluster.kubectl(*keep, json.dumps({"metadata": {"finalizers": ["example.com/keep"]}}))
    cluster.kubectl("delete", "namespace", "stuck", "--wait=false")

    def said() -> dict[str, tuple[bool, str]]:
        return {
            one["name"]: (one.get("terminating", False), one.get("used", {}).get("services", "0"))
            for one in told(installation, "ends").get("namespaces", ())
        }

    until("it is said", lambda: said().get("stuck") == (True, "1"))
    until("a service", lambda: not serve(installation, "ends-prod", "a"))
    for _ in range(3):
        assert "of services is more than the 0" in serve(installation, "ends-prod", "b")
    cluster.kubectl(*keep, json.dumps({"metadata": {"finalizers": None}}))
    until("room", lambda: not serve(installation, "ends-prod", "b"))
    until("it is gone", lambda: said().keys() == {"ends-prod"})


def test_a_ledger_that_is_deleted_comes_back_with_what_it_held(installation: Installation) -> None:
    """The guard lets nobody delete one; whoever is stronger overruns nothing, and stops nobody."""
    cluster = installation.cluster
    provide(installation, tenant("lost", budget=pods(3)), tenant("other", budget=pods(3)))
    fill(installation, "lost-prod", 2)
    fill(installation, "other-prod", 1)
    refused = cluster.kubectl("delete", "budgetledger", "lost", check=False)
    assert "the operator deletes it when tenant lost has no budget any more" in refused.stderr
    shares = ledger(installation, "other")["status"].get("escrow", {}).keys()
    before = ledger(installation, "lost")["metadata"]["uid"]
    token = cluster.kubectl(
        *("create", "token", "aup-operator-controller", "-n", "aup-system")
    ).stdout.strip()
    cluster.kubectl("delete", "budgetledger", "lost", f"--token={token}")

    def again() -> bool:
        found = ledger(installation, "lost")
        fresh = found.get("metadata", {}).get("uid", before) != before
        return bool(fresh and found.get("status", {}).get("hard") == {"pods": "3"})

    until("the ledger again", again)
    fill(installation, "lost-prod", 3)
    for _ in range(3):
        assert create(installation, "lost-prod")
    assert running(installation, "lost-prod") == 3
    fill(installation, "other-prod", 3)
    # Nobody had to begin anew, as somebody else.
    assert ledger(installation, "other")["status"].get("escrow", {}).keys() >= shares
