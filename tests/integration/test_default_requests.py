"""What is omitted is not free: defaults in all namespaces of a tenant, if its policy says so."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
import yaml

from support.installation import Installation, installed
from support.provision import provide, tenant
from support.repository import ROOT
from support.waiting import until

Manifest = dict[str, Any]

NS, LEFT_ALONE, LEAVING = "acme-prod", "acme-own", "acme-old"
NAMES: Final = (NS, LEFT_ALONE, LEAVING)
BUDGET: Final = {
    "hard": {"pods": "9"},
    "scoped": [{"name": "services", "scopes": ["NotTerminating"], "hard": {"requests.cpu": "25m"}}],
}
"""No native quota counts what a scope limits, so none of them asks for requests of cpu."""
OWN: Final = {
    "apiVersion": "v1",
    "kind": "LimitRange",
    "metadata": {"name": "own"},
    "spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "1m"}}]},
}


def policy(**resources: Any) -> Manifest:
    """Return the default preset under another name, with other terms of resources."""
    found = yaml.safe_load((ROOT / "operator/aup/presets/asergo.yaml").read_text())
    assert isinstance(found, dict)
    found["metadata"] = {"name": "giving"}
    found["spec"]["resources"].update(resources)
    return found


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with one tenant, which has a LimitRange of its own in one namespace."""
    values = {"budgets": {"apiRequestSeconds": 5, "marginSeconds": 15}}
    with installed(values, replicas=1) as installation:
        cluster = installation.cluster
        for name in NAMES:
            cluster.create_namespace(name)
        cluster.kubectl("create", "-n", LEFT_ALONE, "-f", "-", input=json.dumps(OWN))
        names = {"names": list(NAMES)}
        acme = tenant("acme", policy="giving", namespaces=names, budget=BUDGET)
        provide(installation, policy(giveDefaults="Requests"), acme)
        yield installation


def ours(installation: Installation, namespace: str) -> Manifest:
    """Return what the operator's LimitRange says; empty without one."""
    command = ("get", "limitrange", "aup-defaults", "-n", namespace, "-o", "json")
    done = installation.cluster.kubectl(*command, check=False)
    if done.returncode:
        return {}
    (limit,) = json.loads(done.stdout)["spec"]["limits"]
    return dict(limit)


def says(installation: Installation, namespace: str, limit: Manifest) -> bool:
    return ours(installation, namespace) == limit


def used(installation: Installation) -> dict[str, str]:
    """Return what the ledger says that pods take."""
    found = installation.cluster.kubectl("get", "budgetledger", "acme", "-o", "json").stdout
    return dict(
        json.loads(found).get("status", {}).get("counts", {}).get("pods", {}).get("used", {})
    )


def run(installation: Installation, name: str, namespace: str = NS) -> str:
    """Create a pod that says nothing of what it needs; return why not."""
    container = {"name": "c", "image": "docker.io/library/nginx:1.29"}
    metadata = {"name": name}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [container]},
    }
    command = ("create", "-n", namespace, "-f", "-")
    done = installation.cluster.kubectl(*command, input=json.dumps(pod), check=False)
    return done.stderr if done.returncode else ""


def test_every_namespace_is_given_what_it_does_not_give_itself(installation: Installation) -> None:
    """Requests and no limits; a tenant's own LimitRange stays as it is."""
    whole = {"type": "Container", "defaultRequest": {"cpu": "10m", "memory": "32Mi"}}
    rest = {"type": "Container", "defaultRequest": {"memory": "32Mi"}}
    for name, given in ((NS, whole), (LEAVING, whole), (LEFT_ALONE, rest)):
        until(f"defaults in {name}", partial(says, installation, name, given))
    found = installation.cluster.kubectl("get", "limitrange", "own", "-n", LEFT_ALONE, "-o", "json")
    assert json.loads(found.stdout)["spec"] == OWN["spec"]


def test_a_pod_that_says_nothing_is_charged_the_default(installation: Installation) -> None:
    """Two of ten thousandths of a core fit into twenty-five."""
    until("a pod", lambda: not run(installation, "one"))
    assert run(installation, "two") == ""
    until("the ledger", lambda: used(installation).get("scope/services:requests.cpu") == "20m")
    said = run(installation, "three")
    assert "10m of requests.cpu is more than the 5m that is left to services of 25m" in said
    # What the tenant gives itself is what it is charged.
    assert run(installation, "small", LEFT_ALONE) == ""
    until("the ledger", lambda: used(installation)["scope/services:requests.cpu"] == "21m")


@pytest.mark.parametrize("command", [("delete",), ("annotate", "a=b")], ids=lambda c: c[0])
def test_nobody_else_changes_them(installation: Installation, command: tuple[str, ...]) -> None:
    """Not even the administrator of the cluster."""
    verb, *rest = command
    done = installation.cluster.kubectl(
        verb, "limitrange", "aup-defaults", "-n", NS, *rest, check=False
    )
    assert "is for the operator only" in done.stderr


def test_they_go_with_the_claim(installation: Installation) -> None:
    """A namespace that the tenant leaves is as it was."""
    patch = json.dumps({"spec": {"namespaces": {"names": [NS, LEFT_ALONE]}}})
    installation.cluster.kubectl("patch", "tenant", "acme", "--type=merge", "-p", patch)
    until("no defaults", lambda: not ours(installation, LEAVING))
    assert ours(installation, NS)


def test_they_go_with_the_budget_and_the_option(installation: Installation) -> None:
    """Without a budget they stay, and nothing waits for a quota; without the option they go."""
    kubectl = installation.cluster.kubectl
    kubectl("patch", "tenant", "acme", "--type=merge", "-p", '{"spec":{"budget":null}}')
    until(
        "no quota", lambda: kubectl("get", "quota", "aup-budget", "-n", NS, check=False).returncode
    )
    assert ours(installation, NS)
    stamp = (
        "get",
        "namespace",
        NS,
        "-o",
        "jsonpath={.metadata.annotations.aup\\.asergo\\.com/budget}",
    )
    until("the stamp", lambda: kubectl(*stamp).stdout == "none")
    off = {"spec": {"revision": "later", "resources": {"giveDefaults": "WhereNeeded"}}}
    kubectl("patch", "acceptableusepolicy", "giving", "--type=merge", "-p", json.dumps(off))
    for name in (NS, LEFT_ALONE):
        until(f"no defaults in {name}", partial(says, installation, name, {}))
    assert kubectl("get", "limitrange", "own", "-n", LEFT_ALONE, check=False).returncode == 0
