"""The lock of an isolated namespace: the platform goes on, and nobody else does anything.

Every identity of the chart's table, and those that must not pass, sends every request; what passes
is what the table says, read here a second time and independently of the chart's template.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from support.controlplane import ControlPlane
from support.guard import grant, role
from support.impersonation import Answer, Identity, Impersonator
from support.release import CHART, Release

ROWS: list[dict[str, Any]] = yaml.safe_load((CHART / "files/quarantine-lock.yaml").read_text())[
    "rows"
]
EVERY_CONTROLLER = "system:kube-controller-manager"
"""Who controllers are with --use-service-account-credentials=false."""
RBAC = "lock-test"
"""Group that RBAC lets do everything but with nodes: what is refused here, the lock refuses."""


def controller(name: str) -> Identity:
    """Return a controller of the platform."""
    return Identity.service_account("kube-system", name)


PLATFORM = (
    Identity("system:node:node-1", ("system:nodes",)),
    Identity("system:kube-scheduler"),
    Identity("system:apiserver"),
    Identity(EVERY_CONTROLLER),
    *(
        controller(name)
        for name in sorted({name for row in ROWS for name in row["who"].get("controllers", ())})
    ),
)
"""Everybody whom the table names."""
WORKLOADS = tuple(
    controller(name)
    for name in (
        *("deployment-controller", "replicaset-controller", "replication-controller"),
        *("statefulset-controller", "daemon-set-controller", "cronjob-controller"),
        *("horizontal-pod-autoscaler", "ttl-after-finished-controller", "job-controller"),
    )
)
"""Controllers that would make, replace or delete pods."""
CARL = Identity("carl", ("admins",))
"""A cluster-admin, by RBAC."""
SCALER = Identity.service_account("cluster-autoscaler", "cluster-autoscaler")
"""Drains nodes; its RBAC role lets it update them."""
OUTSIDERS = (
    Identity("anna", ("tenants:acme",)),
    Identity.service_account("acme-prod", "default"),
    Identity.service_account("argocd", "argocd-application-controller"),
    Identity.service_account("ingress-nginx", "ingress-nginx"),
    Identity.service_account("aup-system", "aup-operator-admission"),
    Identity.service_account("aup-system", "source-falco"),
    # A ServiceAccount of a tenant with a platform controller's name.
    Identity.service_account("acme-prod", "generic-garbage-collector"),
    Identity("aup:lock-probe"),
)
"""Tenants, GitOps, and other parts of the provider."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what admission calls it."""

    operation: str
    resource: str
    """As in the table: ``<plural>[.<group>][/<subresource>]``."""
    method: str
    path: str
    body: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        """Return a short name."""
        return f"{self.operation} {self.resource}"


def catalogue(namespace: str) -> list[Request]:
    """Return one request for each way into a namespace, all dry runs but the connections."""
    core, apps = f"/api/v1/namespaces/{namespace}", f"/apis/apps/v1/namespaces/{namespace}"
    groups = {
        "": core,
        "apps": apps,
        **{
            group: f"/apis/{group}/{version}/namespaces/{namespace}"
            for group, version in (
                ("batch", "v1"),
                ("policy", "v1"),
                ("networking.k8s.io", "v1"),
                ("discovery.k8s.io", "v1"),
                ("events.k8s.io", "v1"),
                ("coordination.k8s.io", "v1"),
                ("rbac.authorization.k8s.io", "v1"),
                ("authorization.k8s.io", "v1"),
            )
        },
    }

    def path(resource: str, name: str = "") -> str:
        plain, _, subresource = resource.partition("/")
        plural, _, group = plain.partition(".")
        parts = [groups[group], plural, name, subresource]
        return "/".join(part for part in parts if part) + "?dryRun=All"

    def create(resource: str, body: Mapping[str, Any], on: str = "") -> Request:
        return Request("CREATE", resource, "POST", path(resource, on), body)

    def update(resource: str, name: str, body: Mapping[str, Any] | None = None) -> Request:
        changed = body or {"metadata": {"labels": {"touched": "yes"}}}
        return Request("UPDATE", resource, "PATCH", path(resource, name), changed)

    def delete(resource: str, name: str) -> Request:
        return Request("DELETE", resource, "DELETE", path(resource, name))

    def connect(resource: str, name: str, query: str = "") -> Request:
        plain = path(resource, name).removesuffix("?dryRun=All")
        return Request("CONNECT", resource, "POST", f"{plain}?{query}")

    def named(name: str = "new", **fields: Any) -> dict[str, Any]:
        return {"metadata": {"name": name}, **fields}

    pod = {"containers": [{"name": "web", "image": "registry.example/web:1"}]}
    template = {"metadata": {"labels": {"app": "new"}}, "spec": pod}
    selector = {"matchLabels": {"app": "new"}}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    job = {"template": {"spec": pod | {"restartPolicy": "Never"}}}
    about = {"kind": "Pod", "name": "web", "namespace": namespace, "apiVersion": "v1"}
    debug = {"name": "debug", "image": "registry.example/debug:1"}
    return [
        create("pods", named(spec=pod)),
        update("pods", "web"),
        delete("pods", "web"),
        Request("DELETE", "pods", "DELETE", f"{core}/pods?dryRun=All"),
        update("pods/status", "web", {"status": {"message": "text"}}),
        update("pods/ephemeralcontainers", "web", {"spec": {"ephemeralContainers": [debug]}}),
        create(
            "pods/binding", named("waiting", target={"kind": "Node", "name": "node-1"}), "waiting"
        ),
        create("bindings", named("waiting", target={"kind": "Node", "name": "node-1"})),
        create(
            "pods/eviction",
            {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web"}},
            "web",
        ),
        connect("pods/exec", "web", "command=sh&stdout=true"),
        connect("pods/attach", "web", "stdout=true"),
        connect("pods/portforward", "web", "ports=80"),
        connect("pods/proxy", "web"),
        connect("services/proxy", "web"),
        create("deployments.apps", named(spec={"selector": selector, "template": template})),
        update("deployments.apps", "web"),
        delete("deployments.apps", "web"),
        update("deployments.apps/scale", "web", {"spec": {"replicas": 3}}),
        update("deployments.apps/status", "web", {"status": {"observedGeneration": 9}}),
        create("replicasets.apps", named(spec={"selector": selector, "template": template})),
        create("jobs.batch", named(spec=job)),
        create(
            "cronjobs.batch", named(spec={"schedule": "* * * * *", "jobTemplate": {"spec": job}})
        ),
        create("services", named(spec={"ports": [{"port": 80}]})),
        update("services", "web"),
        update("services/status", "web", {"status": {"loadBalancer": {"ingress": None}}}),
        create("endpoints", named()),
        create("endpointslices.discovery.k8s.io", named(addressType="IPv4", endpoints=[])),
        update("endpointslices.discovery.k8s.io", "web"),
        delete("endpointslices.discovery.k8s.io", "web"),
        create("configmaps", named()),
        update("configmaps", "web"),
        delete("configmaps", "web"),
        create("secrets", named()),
        create("serviceaccounts", named()),
        create("serviceaccounts/token", {"spec": {"audiences": []}}, "default"),
        create(
            "rolebindings.rbac.authorization.k8s.io",
            named(
                roleRef={
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "view",
                }
            ),
        ),
        create("networkpolicies.networking.k8s.io", named(spec={"podSelector": {}})),
        create("persistentvolumeclaims", named(spec=claim)),
        update("persistentvolumeclaims", "web"),
        update("persistentvolumeclaims/status", "web", {"status": {"phase": "Pending"}}),
        delete("persistentvolumeclaims", "web"),
        update("resourcequotas/status", "web", {"status": {"used": {"pods": "1"}}}),
        create("poddisruptionbudgets.policy", named(spec={"selector": selector})),
        create("leases.coordination.k8s.io", named()),
        create("events", named(involvedObject=about, reason="Seen")),
        create(
            "events.events.k8s.io",
            named(
                regarding=about,
                reason="Seen",
                action="See",
                type="Normal",
                eventTime="2026-11-21T09:30:00.000000Z",
                reportingController="example.com/test",
                reportingInstance="one",
            ),
        ),
        create(
            "localsubjectaccessreviews.authorization.k8s.io",
            {
                "metadata": {"namespace": namespace},
                "spec": {
                    "user": "anna",
                    "resourceAttributes": {
                        "namespace": namespace,
                        "verb": "get",
                        "resource": "pods",
                    },
                },
            },
        ),
    ]


CATALOGUE = {request.id: request for request in catalogue("unused")}
"""What can be asked; the ids name the tests."""


def passes(identity: Identity, request: Request, *, terminating: bool, may_drain: bool) -> bool:
    """Tell whether the table lets a request through."""
    return any(
        _who(row["who"], identity, may_drain=may_drain)
        and request.operation in row["operations"]
        and any(_what(pattern, request.resource) for pattern in row["resources"])
        and (terminating or "only" not in row)
        for row in ROWS
    )


def _who(who: Mapping[str, Any], identity: Identity, *, may_drain: bool) -> bool:
    accounts = {f"system:serviceaccount:kube-system:{name}" for name in who.get("controllers", ())}
    groups = set(who.get("groups", ()))
    platform = bool(accounts) or "system:serviceaccounts:kube-system" in groups
    return (
        identity.user in accounts
        or identity.user in who.get("users", ())
        or bool(groups & {*identity.groups, "system:authenticated"})
        or (identity.user == EVERY_CONTROLLER and platform)
        or (may_drain and "may" in who)
    )


def _what(pattern: str, resource: str) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("*/"):
        return resource.endswith(pattern.removeprefix("*"))
    return pattern == resource


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
                request.operation == operation and _what(pattern, request.resource)
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
