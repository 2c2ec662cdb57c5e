"""The first day in a cluster that runs: nothing breaks, and everything is foreseen."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from support.controlplane import Client, ControlPlane
from support.installation import Installation, installed
from support.repository import ROOT
from support.waiting import until

NAMESPACES = ("old-shop", "old-lab")
PER_KIND = 5
PORT = {"hostPort": 80, "containerPort": 80}
BREAKING: tuple[dict[str, Any], ...] = (
    {"hostNetwork": True},
    {"hostPID": True},
    {"containers": [{"name": "a", "image": "nginx", "securityContext": {"privileged": True}}]},
    {
        "containers": [
            {"name": "a", "image": "nginx", "ports": [{"hostPort": 80, "containerPort": 80}]}
        ]
    },
    {"containers": [{"name": "a", "image": "registry.example/vendor/db:19"}]},
)
"""One way to break the contract each; none of them asks for cpu or memory."""

TENANT = {
    "apiVersion": "aup.asergo.com/v1alpha1",
    "kind": "Tenant",
    "metadata": {"name": "old"},
    "spec": {
        "policy": "asergo",
        "legalName": "Old ApS",
        "establishment": {"country": "DK"},
        "namespaces": {"names": list(NAMESPACES)},
        "enforceFrom": "2099-01-01T00:00:00Z",
        "budget": {"hard": {"requests.cpu": "100m", "requests.memory": "64Mi", "pods": "4"}},
    },
}
CATALOG = {
    "apiVersion": "aup.asergo.com/v1alpha1",
    "kind": "SoftwareCatalog",
    "metadata": {"name": "default"},
    "spec": {"items": [{"repository": "registry.example/vendor/db", "product": "vendor-db"}]},
}


def template(number: int) -> dict[str, Any]:
    """Return a pod template that breaks the contract."""
    innocent = [{"name": "a", "image": "docker.io/library/nginx:1.29"}]
    spec = {"containers": innocent, **BREAKING[number % len(BREAKING)]}
    return {"metadata": {"labels": {"n": f"w{number}"}}, "spec": spec}


def workloads() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield 50 workloads that were fine until today, each with its namespace."""
    for number in range(PER_KIND * 10):
        labels = {"matchLabels": {"n": f"w{number}"}}
        pod = template(number)
        forever = {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}}
        kind, version, spec = (
            ("Deployment", "apps/v1", {"selector": labels, "template": pod, "replicas": 2}),
            ("Deployment", "apps/v1", {"selector": labels, "template": pod, "replicas": 0}),
            ("StatefulSet", "apps/v1", {"selector": labels, "template": pod, "serviceName": "s"}),
            ("ReplicaSet", "apps/v1", {"selector": labels, "template": pod, "replicas": 1}),
            ("ReplicationController", "v1", {"selector": {"n": f"w{number}"}, "template": pod}),
            ("DaemonSet", "apps/v1", {"selector": labels, "template": pod}),
            ("Job", "batch/v1", {"template": forever}),
            (
                "CronJob",
                "batch/v1",
                {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": forever}}},
            ),
            ("Pod", "v1", pod["spec"]),
            ("Service", "v1", {"ports": [{"port": 80}], "externalIPs": [f"203.0.113.{number}"]}),
        )[number // PER_KIND]
        metadata = {"name": f"w{number}", "labels": {"n": f"w{number}"}}
        manifest = {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
        yield NAMESPACES[number % 2], manifest


def run_them(cluster: ControlPlane) -> None:
    """Create the workloads in a cluster that has never heard of us."""
    cluster.nodes(2, {"topology.kubernetes.io/region": "eu-north-1"})
    for namespace in NAMESPACES:
        cluster.create_namespace(namespace)
        items = [manifest for at, manifest in workloads() if at == namespace]
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        cluster.kubectl("create", "-n", namespace, "-f", "-", input=text)
    until("all pods of the workloads", lambda: len(pods(cluster)) == len(expected()), 120)


def expected() -> list[str]:
    """Return the workload of each pod that has to exist."""
    count = {"Deployment": 2, "DaemonSet": 2, "CronJob": 0, "Service": 0}
    return sorted(
        manifest["metadata"]["name"]
        for _, manifest in workloads()
        for _ in range(manifest["spec"].get("replicas", count.get(manifest["kind"], 1)))
    )


def pods(client: Client | ControlPlane) -> list[str]:
    """Return the workload of each pod that exists."""
    found = json.loads(client.kubectl("get", "pods", "-A", "-o", "json").stdout)["items"]
    return sorted(
        pod["metadata"]["labels"]["n"]
        for pod in found
        if pod["metadata"]["namespace"] in NAMESPACES and "deletionTimestamp" not in pod["metadata"]
    )


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Install into the running cluster and write the tenant down."""
    with installed(before=run_them) as installation:
        cluster = installation.cluster
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [CATALOG, TENANT]})
        until("the policy", lambda: cluster.kubectl("get", "aup", "asergo", check=False).stdout)
        cluster.kubectl("create", "-f", "-", input=text)
        cluster.kubectl("wait", "tenant/old", "--for=condition=Ready", "--timeout=60s")
        yield installation


@pytest.mark.timeout(400)
def test_no_workload_is_lost_when_every_pod_is_made_anew(installation: Installation) -> None:
    """Neither the rules nor the budget, which all of them exceed, keep a pod from coming back."""
    cluster = installation.cluster
    alone = [manifest for _, manifest in workloads() if manifest["kind"] == "Pod"]
    assert pods(cluster) == expected()
    for namespace in NAMESPACES:
        cluster.kubectl("delete", "pods", "--all", "-n", namespace, "--force", "--grace-period=0")
    for namespace, manifest in workloads():
        if manifest in alone:
            text = json.dumps(manifest)
            made = cluster.kubectl("create", "-n", namespace, "-f", "-", input=text)
            # A warning tells what will be refused, and from when.
            assert "would violate from " in made.stderr
    until("all pods again", lambda: pods(cluster) == expected(), 240)


def test_native_quotas_stay_above_use_before_enforcement(installation: Installation) -> None:
    for namespace in NAMESPACES:
        found = json.loads(
            installation.cluster.kubectl(
                *("get", "resourcequota", "aup-budget", "-n", namespace, "-o", "json")
            ).stdout
        )["status"]
        assert int(found["hard"]["pods"]) >= 2 * int(found["used"]["pods"])


def test_impact_names_every_workload(installation: Installation) -> None:
    """What an administrator is told on the first day is everything that will be refused."""
    command = [sys.executable, "-m", "aup", "impact", "old", "-o", "json"]
    told = subprocess.run(
        [*command, "--kubeconfig", str(installation.cluster.kubeconfig)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
    )
    assert told.returncode == 1, told.stderr
    found = {(one["kind"], one["name"]) for one in json.loads(told.stdout) if one["refused"]}
    assert found == {(m["kind"], m["metadata"]["name"]) for _, m in workloads()}


def test_once_notice_is_over_the_same_pod_is_refused(installation: Installation) -> None:
    cluster = installation.cluster
    patch = json.dumps({"spec": {"enforceFrom": "2026-01-01T00:00:00Z"}})
    cluster.kubectl("patch", "tenant", "old", "--type=merge", "-p", patch)
    late = {"apiVersion": "v1", "kind": "Pod", **template(0), "metadata": {"name": "late"}}
    pod = json.dumps(late)

    def refused() -> str:
        made = cluster.kubectl(
            *("create", "--dry-run=server", "-n", NAMESPACES[0], "-f", "-"), input=pod, check=False
        )
        return made.stderr if "violates" in made.stderr else ""

    assert "[host/namespaces, clause 1.2] spec.hostNetwork true" in until("refusal", refused, 30)
