"""The lock of an isolated namespace: the platform goes on, and nobody else does anything.

Every identity of the chart's table, and those that must not pass, sends every request; what passes
is what the table says, read here a second time and independently of the chart's template.
"""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from support.controlplane import ControlPlane
from support.guard import grant, role
from support.impersonation import Answer, Identity, Impersonator
from support.lock import (
    CARL,
    CATALOGUE,
    OUTSIDERS,
    PLATFORM,
    ROWS,
    SCALER,
    WORKLOADS,
    Request,
    catalogue,
    covers,
    passes,
)
from support.release import Release

RBAC = "lock-test"
"""Group that RBAC lets do everything but with nodes: what is refused here, the lock refuses."""


@pytest.fixture(scope="module", autouse=True)
def rights(release: Release) -> None:
    """Let RBAC pass all that is tried here; only Carl may also cordon nodes."""
    everything = ["*"]
    groups = ["apps", "batch", "policy", "networking.k8s.io", "discovery.k8s.io", "events.k8s.io"]
    groups += ["coordination.k8s.io", "rbac.authorization.k8s.io", "authorization.k8s.io"]
    subresources = "status ephemeralcontainers binding eviction exec attach portforward proxy"
    core = ["pods", *(f"pods/{subresource}" for subresource in subresources.split())]
    core += ["bindings", "services", "services/status", "services/proxy", "endpoints", "configmaps"]
    core += ["secrets", "serviceaccounts", "serviceaccounts/token", "persistentvolumeclaims"]
    core += ["persistentvolumeclaims/status", "resourcequotas/status", "events"]
    role(
        release.cluster,
        RBAC,
        {"apiGroups": [""], "resources": core, "verbs": everything},
        {"apiGroups": groups, "resources": everything, "verbs": everything},
    )
    grant(release.cluster, "", RBAC, groups=[RBAC])
    grant(release.cluster, "", "cluster-admin", groups=list(CARL.groups))
    nodes = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "update"]}
    role(release.cluster, "scaler", nodes)
    grant(release.cluster, SCALER.user, "scaler")


def furnish(cluster: ControlPlane, namespace: str) -> None:
    """Put into a namespace what the requests are about."""
    spec = {"containers": [{"name": "web", "image": "registry.example/web:1"}]}
    labels = {"app": "web"}
    things: list[tuple[str, str, dict[str, Any]]] = [
        ("v1", "Pod", {"spec": spec}),
        ("v1", "Service", {"spec": {"ports": [{"port": 80}]}}),
        ("v1", "ConfigMap", {}),
        ("v1", "ResourceQuota", {"spec": {"hard": {"pods": "9"}}}),
        ("discovery.k8s.io/v1", "EndpointSlice", {"addressType": "IPv4", "endpoints": []}),
        (
            "apps/v1",
            "Deployment",
            {
                "spec": {
                    "replicas": 0,
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}, "spec": spec},
                }
            },
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            {
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1Gi"}},
                }
            },
        ),
    ]
    items = [
        {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, **fields}
        for version, kind, fields in things
    ]
    items.append({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "waiting"}, "spec": spec})
    items[0]["spec"] = spec | {"nodeName": "node-1"}
    manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    cluster.kubectl("create", "-n", namespace, "-f", "-", input=manifest)


@pytest.fixture(scope="module")
def isolated(release: Release) -> str:
    """Give tests an isolated namespace with something in it."""
    name = f"acme-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    furnish(release.cluster, name)
    release.stamp(name, tenant=None, state="isolated")
    wait_for_lock(release.cluster, name)
    return name


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[Impersonator]:
    """Give tests a connection."""
    with Impersonator(release.cluster) as impersonator:
        yield impersonator


def wait_for_lock(cluster: ControlPlane, namespace: str) -> None:
    """Wait until the API server has seen the stamp: milliseconds on an idle machine."""
    request = next(r for r in catalogue(namespace) if r.id == "CREATE configmaps")
    deadline = time.monotonic() + 20
    with Impersonator(cluster) as server:
        while not refused(send(server, Identity("anna"), request)):
            assert time.monotonic() < deadline, "the lock never came"
            time.sleep(0.05)


def send(server: Impersonator, identity: Identity, request: Request) -> Answer:
    """Send a request that RBAC lets pass."""
    return server.ask(identity, request.method, request.path, request.body, also=[RBAC])


def may_cordon(server: Impersonator, identity: Identity) -> bool:
    """Ask RBAC whether somebody may cordon nodes: besides administrators, a few controllers may."""
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    return any(
        server.ask(
            identity,
            "POST",
            path,
            {"spec": {"resourceAttributes": {"verb": verb, "resource": "nodes"}}},
            also=[RBAC],
        ).body["status"]["allowed"]
        for verb in ("patch", "update")
    )


def refused(answer: Answer) -> bool:
    """Tell whether the lock refused."""
    return answer.status == 403 and "'aup-operator-quarantine'" in answer.message


@pytest.mark.parametrize(
    "identity",
    [*PLATFORM, *WORKLOADS, *OUTSIDERS, CARL, SCALER],
    ids=lambda i: i.user.removeprefix("system:serviceaccount:"),
)
def test_the_table_and_nothing_else_passes(
    server: Impersonator, isolated: str, identity: Identity
) -> None:
    """Every request of one identity; what passes really succeeds."""
    drains = may_cordon(server, identity)
    assert drains or identity not in {CARL, SCALER}
    for request in catalogue(isolated):
        answer = send(server, identity, request)
        expected = passes(identity, request, terminating=False, may_drain=drains)
        assert refused(answer) is not expected, (request.id, answer)
        if expected:
            assert answer.status < 300, (request.id, answer)


@pytest.mark.parametrize("request_id", CATALOGUE)
def test_a_tenant_is_told_what_and_why(
    server: Impersonator, isolated: str, request_id: str
) -> None:
    """Each of its requests, exec and eviction included, gets the same sentence."""
    request = next(r for r in catalogue(isolated) if r.id == request_id)
    answer = send(server, OUTSIDERS[0], request)
    if request.resource.startswith("localsubjectaccessreviews"):
        assert answer.status == 201
        return
    assert answer.status == 403
    assert answer.message.endswith(
        f" denied request: namespace {isolated} is isolated: {request.operation}"
        f" {request.resource} is refused until it is released; why and how to appeal:"
        f" kubectl get tenantreport aup -n {isolated} -o yaml"
    )


def test_nobody_creates_pods() -> None:
    """No row of the table lets any identity create one: respawning ends."""
    everybody = (*PLATFORM, *WORKLOADS, *OUTSIDERS, CARL, SCALER)
    assert not any(
        passes(identity, CATALOGUE["CREATE pods"], terminating=terminating, may_drain=True)
        for identity in everybody
        for terminating in (False, True)
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_each_row_is_tried(row: dict[str, Any]) -> None:
    """Each identity of it sends a request that this row, and no other, is about."""
    assert row["why"].endswith(".")
    for operation in row["operations"]:
        for pattern in row["resources"]:
            if (operation, pattern) in {
                # Nothing of the sort exists in a namespace that is only looked at.
                ("CREATE", "pods/status"),
                ("CREATE", "persistentvolumeclaims"),
                ("UPDATE", "pods/binding"),
                ("UPDATE", "bindings"),
                ("UPDATE", "endpoints"),
                ("DELETE", "endpoints"),
                ("UPDATE", "events"),
                ("UPDATE", "events.events.k8s.io"),
            }:
                continue
            assert any(
                request.operation == operation and covers(pattern, request.resource)
                for request in CATALOGUE.values()
            ), (operation, pattern)


def test_without_the_stamp_nothing_is_locked(release: Release, server: Impersonator) -> None:
    """A namespace in good standing, and one that was released, take every request."""
    name = f"acme-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    furnish(release.cluster, name)
    release.stamp(name, tenant=None)
    for request in catalogue(name):
        answer = send(server, OUTSIDERS[0], request)
        assert not refused(answer), (request.id, answer)
        # Connections pass admission and end at a node that is not there.
        assert answer.status < 300 or request.operation == "CONNECT", (request.id, answer)


def test_the_operator_passes(release: Release, isolated: str) -> None:
    """It writes its own policy and neutralises those of the tenant."""
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "aup-quarantine", "labels": {"aup.asergo.com/managed": "true"}},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }
    release.controller.kubectl("create", "-n", isolated, "-f", "-", input=json.dumps(manifest))
    release.controller.kubectl("delete", "networkpolicy", "aup-quarantine", "-n", isolated)


def test_the_probe_may_do_one_thing_and_nothing_else(release: Release, isolated: str) -> None:
    """The controller proves a lock by a dry run in this user's name, which is in no other use."""
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "aup-lock-probe"},
        "spec": {"podSelector": {}},
    }
    create = ("create", "--dry-run=server", "--validate=false", "-f", "-")
    done = release.controller.kubectl(
        *create, "-n", isolated, input=json.dumps(manifest), as_user="aup:lock-probe", check=False
    )
    assert f"namespace {isolated} is isolated" in done.stderr
    free = release.controller.kubectl(
        *create, "-n", "default", input=json.dumps(manifest), as_user="aup:lock-probe"
    )
    assert "created (server dry run)" in free.stdout
    other = release.controller.kubectl("get", "pods", as_user="anna", check=False)
    assert 'cannot impersonate resource "users"' in other.stderr
    pods = release.controller.kubectl("get", "pods", as_user="aup:lock-probe", check=False)
    assert 'cannot list resource "pods"' in pods.stderr


def test_controllers_do_not_respawn_what_the_node_took_away(release: Release) -> None:
    """The real ReplicaSet controller tries, is refused, and goes on once the lock is lifted."""
    cluster, name = release.cluster, f"acme-{secrets.token_hex(3)}"
    cluster.create_namespace(name)
    cluster.kubectl("create", "deployment", "web", "--image=registry.example/web", "-n", name)
    pod = wait_for_pod(cluster, name)
    release.stamp(name, tenant=None, state="isolated")
    wait_for_lock(cluster, name)
    gone = f"/api/v1/namespaces/{name}/pods/{pod}?gracePeriodSeconds=0"
    with Impersonator(cluster) as server:
        assert server.ask(PLATFORM[0], "DELETE", gone, also=[RBAC]).status == 200
    deadline = time.monotonic() + 30
    while "is isolated: CREATE pods is refused" not in (
        told := cluster.kubectl("get", "events", "-n", name, "-o", "yaml").stdout.replace(
            "\n      ", " "
        )
    ):
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    assert not cluster.kubectl("get", "pods", "-n", name, "-o", "name").stdout
    release.stamp(name, tenant=None)
    assert wait_for_pod(cluster, name) != pod


def wait_for_pod(cluster: ControlPlane, namespace: str) -> str:
    """Wait until there is a pod; return its name."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        listed = cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").stdout.split()
        if listed:
            return listed[0].removeprefix("pod/")
        time.sleep(0.2)
    raise AssertionError("no pod came")


def test_a_deletion_before_the_lock_goes_to_its_end(release: Release) -> None:
    """The namespace controller takes everything away, others nothing, once it is Terminating."""
    cluster, name = release.cluster, f"acme-{secrets.token_hex(3)}"
    cluster.create_namespace(name)
    cluster.kubectl("create", "configmap", "web", "-n", name)
    held = {"metadata": {"finalizers": ["example.com/hold"]}}
    cluster.kubectl("patch", "cm", "web", "-n", name, "--type=merge", "-p", json.dumps(held))
    cluster.kubectl("delete", "namespace", name, "--wait=false")
    release.stamp(name, tenant=None, state="isolated")
    request = Request(
        "DELETE", "configmaps", "DELETE", f"/api/v1/namespaces/{name}/configmaps/web?dryRun=All"
    )
    with Impersonator(cluster) as server:
        for identity in (*PLATFORM, *WORKLOADS, *OUTSIDERS):
            answer = send(server, identity, request)
            expected = passes(identity, request, terminating=True, may_drain=False)
            assert refused(answer) is not expected, (identity, answer)
    # Taking a finalizer away is a change too: whoever holds it does so once the lock is lifted.
    release.stamp(name, tenant=None)
    cluster.kubectl(
        *("patch", "cm", "web", "-n", name, "--type=merge"),
        *("-p", '{"metadata":{"finalizers":null}}'),
    )
    cluster.kubectl("wait", "--for=delete", f"namespace/{name}", "--timeout=60s")
