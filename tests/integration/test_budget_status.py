"""What the provider and a tenant are told of a budget, on a real control plane with ledgers."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.audit import asked
from support.installation import Installation, installed
from support.provision import assignment, provide, tenant
from support.waiting import until

QUICK = {"apiRequestSeconds": 5, "marginSeconds": 15}
"""The API server of the tests answers within five seconds, or not at all."""
RESOURCES = {"requests": {"cpu": "100m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}}
CONTAINER = {"name": "c", "image": "docker.io/library/nginx:1.29", "resources": RESOURCES}
READERS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: acme-dev}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}
- {kind: ServiceAccount, name: default, namespace: acme-dev}
"""


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product in mode available, with a tenant that uses some of its budget."""
    values = {"mode": "available", "budgets": {"protocol": "escrow", **QUICK}}
    with installed(values, replicas=2) as running:
        budget = {
            "hard": {"pods": "20", "requests.cpu": "4", "addresses": "3", "count/configmaps": "50"},
            "namespaceCeilings": {"acme-dev": {"pods": "5"}},
        }
        names = {"names": ["acme-dev", "acme-prod"]}
        provide(
            running,
            tenant("acme", namespaces=names, budget=budget),
            tenant("beta"),
            assignment("acme-v4", "acme", "198.51.100.16/28"),
        )
        create(running, "acme-prod", deployment("web", 3))
        create(running, "acme-prod", pod("alone"))
        create(running, "acme-dev", pod("alone"))
        service = {
            "type": "LoadBalancer",
            "externalIPs": ["198.51.100.17"],
            "ports": [{"port": 80}],
        }
        create(running, "acme-prod", manifest("v1", "Service", "web", service))
        create(running, "acme-dev", READERS)
        yield running


def manifest(version: str, kind: str, name: str, spec: dict[str, Any]) -> str:
    """Return an object as JSON."""
    return json.dumps(
        {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}
    )


def pod(name: str) -> str:
    return manifest("v1", "Pod", name, {"containers": [CONTAINER]})


def deployment(name: str, replicas: int) -> str:
    labels = {"matchLabels": {"app": name}}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [CONTAINER]}}
    spec = {"replicas": replicas, "selector": labels, "template": template}
    return manifest("apps/v1", "Deployment", name, spec)


def create(installation: Installation, namespace: str, text: str) -> None:
    """Create an object as soon as the budget is in force."""

    def created() -> bool:
        done = installation.cluster.kubectl(
            "create", "-n", namespace, "-f", "-", input=text, check=False
        )
        return done.returncode == 0 or "already exists" in done.stderr

    until(f"created in {namespace}", created)


def told(installation: Installation, kind: str, name: str, *where: str) -> dict[str, Any]:
    """Return ``status.budget`` of an object."""
    done = installation.cluster.kubectl("get", kind, name, *where, "-o", "json", check=False)
    return dict(json.loads(done.stdout or "{}").get("status", {}).get("budget", {}))


def settled(installation: Installation) -> dict[str, Any]:
    """Return what the Tenant says once all that exists is in it."""

    def whole() -> dict[str, Any]:
        found = told(installation, "tenant", "acme")
        used = found.get("used", {})
        full = (used.get("pods"), used.get("addresses")) == ("5", "2")
        return found if full and not found.get("inFlight") else {}

    return until("all pods counted", whole, 90)


def aup(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    command = [sys.executable, "-m", "aup", "budget", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_tenant_says_what_is_used_by_whom_and_what_is_left(installation: Installation) -> None:
    found = settled(installation)
    assert found["hard"] == {
        "addresses": "3",
        "count/configmaps": "50",
        "pods": "20",
        "requests.cpu": "4",
    }
    used = {key: found["used"][key] for key in ("addresses", "pods", "requests.cpu")}
    assert used == {"addresses": "2", "pods": "5", "requests.cpu": "500m"}
    left = {key: found["left"][key] for key in used}
    assert left == {"addresses": "1", "pods": "15", "requests.cpu": "3500m"}
    each = {one["name"]: one for one in found["namespaces"]}
    assert each["acme-dev"]["hard"] == {"pods": "5"}
    assert {n: one["used"]["pods"] for n, one in each.items()} == {
        "acme-prod": "4",
        "acme-dev": "1",
    }
    pods = [(one["owner"], one["used"]) for one in found["owners"] if one["key"] == "pods"]
    assert pods == [("Deployment/web", "3"), ("Pod/alone", "1"), ("Pod/alone", "1")]
    assert [one["owner"] for one in found["owners"] if one["key"] == "addresses"] == ["Service/web"]


def test_in_mode_available_the_bound_of_an_outage_is_said(installation: Installation) -> None:
    """Ceiling 5 and the whole budget of 20 pods: 25 in two namespaces; addresses have none."""
    bound = settled(installation)["outage"]
    assert bound["hard"] == {"pods": "25", "requests.cpu": "8", "count/configmaps": "50"}
    assert bound["unlimited"] == ["addresses"]


def test_a_report_tells_the_tenant_the_same_and_its_own_owners(installation: Installation) -> None:
    whole = settled(installation)

    def same() -> dict[str, Any]:
        found = told(installation, "tenantreport", "aup", "-n", "acme-dev")
        return found if found.get("used") == whole["used"] else {}

    found = until("a report that has followed", same)
    others = {key: value for key, value in found.items() if key not in {"owners", "updatedAt"}}
    assert others == {k: v for k, v in whole.items() if k not in {"owners", "updatedAt"}}
    assert {(one["owner"], one["namespace"]) for one in found["owners"]} == {
        ("Pod/alone", "acme-dev")
    }
    report = installation.cluster.kubectl(
        "get", "tenantreport", "aup", "-n", "acme-dev", "-o", "jsonpath={.status.tenant}"
    )
    assert report.stdout == "acme"


def test_the_provider_reads_the_tenant(installation: Installation) -> None:
    settled(installation)
    said = aup("acme", "--kubeconfig", installation.cluster.admin.kubeconfig)
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert lines[0].startswith("budget of acme in all its namespaces, as of 20")
    assert any(line.startswith("pods              20      5     0          15") for line in lines)
    assert "Deployment/web 3 in acme-prod" in said.stdout
    assert "no bound: addresses" in lines[-1]


def test_a_tenant_reads_its_report(installation: Installation) -> None:
    """Named or not; and where no namespace is said, that of its kubeconfig."""
    settled(installation)
    cluster = installation.cluster
    alice = cluster.user_kubeconfig("alice")
    named = aup("acme", "-n", "acme-dev", "--kubeconfig", alice, "-o", "json")
    assert named.returncode == 0, named.stderr
    account = cluster.folder / "acme-dev.kubeconfig"
    cluster.service_account_kubeconfig("acme-dev", "default", account)
    unnamed = aup("--kubeconfig", account, "-o", "json")
    unplaced = aup("acme", "--kubeconfig", account, "-o", "json")
    for said in (named, unnamed, unplaced):
        found = json.loads(said.stdout)
        assert (found["tenant"], found["namespace"]) == ("acme", "acme-dev")
        assert found["budget"]["used"]["pods"] == "5"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-n", "acme-prod"), 'cannot get resource "tenantreports"'),
        (("beta", "-n", "acme-dev"), "you may not read tenants, and namespace acme-dev is acme's"),
        (("beta", "-n", "beta-prod"), 'cannot get resource "tenantreports"'),
    ],
)
def test_nobody_reads_what_is_not_its_own(
    installation: Installation, arguments: tuple[str, ...], words: str
) -> None:
    said = aup(*arguments, "--kubeconfig", installation.cluster.user_kubeconfig("alice"))
    assert said.returncode == 2
    assert words in said.stderr
    assert said.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("beta",), "tenant beta has no budget"), (("nobody",), "there is no tenant nobody")],
)
def test_what_there_is_not_is_said(
    installation: Installation, arguments: tuple[str, ...], words: str
) -> None:
    said = aup(*arguments, "--kubeconfig", installation.cluster.admin.kubeconfig)
    assert (said.returncode, said.stderr.strip()) == (2, f"aup: {words}")


def test_busy_pods_write_few_statuses(installation: Installation) -> None:
    """Forty pods that come and go within some seconds are told in two writes or three."""
    settled(installation)
    before, began = writes(installation), time.monotonic()
    for n in range(20):
        create(installation, "acme-dev", pod(f"busy-{n % 4}"))
        installation.cluster.kubectl(
            "delete", "pod", f"busy-{n % 4}", "-n", "acme-dev", "--grace-period=0", "--force"
        )
    seconds = time.monotonic() - began
    settled(installation)
    assert 1 <= writes(installation) - before <= 3 + seconds / 5


def test_a_new_controller_tells_what_changed_meanwhile(installation: Installation) -> None:
    """And tells of no key as gone while it has not read the ledger yet."""
    whole = settled(installation)
    installation.controllers.pop().process.kill()
    create(installation, "acme-dev", pod("meanwhile"))
    before = writes(installation)
    installation.start_controller().wait_ready()

    def followed() -> bool:
        found = told(installation, "tenant", "acme")
        assert found["hard"] == whole["hard"]
        return bool(found["used"]["pods"] == "6")

    until("the pod is told", followed, 90)
    assert writes(installation) - before <= 3
    delete = ("delete", "pod", "meanwhile", "-n", "acme-dev", "--grace-period=0", "--force")
    installation.cluster.kubectl(*delete)
    settled(installation)


def writes(installation: Installation) -> int:
    """Return how many times the status of the tenant was written."""
    return sum(
        one.call.verb == "patch" and one.call.subresource == "status" and one.call.name == "acme"
        for one in asked(installation.cluster)
        if one.account == "aup-operator-controller" and one.call.resource == "tenants"
    )
