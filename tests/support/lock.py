"""The quarantine lock's table read a second time, and every request that it is tried with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from support.impersonation import Identity
from support.release import CHART

ROWS: list[dict[str, Any]] = yaml.safe_load((CHART / "files/quarantine-lock.yaml").read_text())[
    "rows"
]
EVERY_CONTROLLER = "system:kube-controller-manager"
"""Who controllers are with --use-service-account-credentials=false."""


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
        and any(covers(pattern, request.resource) for pattern in row["resources"])
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


def covers(pattern: str, resource: str) -> bool:
    """Tell whether a row's pattern is about a resource."""
    if pattern == "*":
        return True
    if pattern.startswith("*/"):
        return resource.endswith(pattern.removeprefix("*"))
    return pattern == resource
