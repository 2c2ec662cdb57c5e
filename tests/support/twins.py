"""Twins on a control plane of their own: the chart in mode `available`, the operator away."""

import http.client
import json
import re
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aup.api.meta import BudgetState, NamespaceState
from aup.tenancy.stamps import stamp
from support.controlplane import ControlPlane
from support.controlplane.gateway import install as install_gateway_api
from support.release import Release, install
from support.waiting import until
from support.world import terms, world_objects

NOBODY = "https://127.0.0.1:9/validate"
"""Where no webhook answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said to a request."""

    code: int
    message: str

    @property
    def by_twin(self) -> bool:
        """Tell whether one of our policies refused it."""
        return self.code == 403 and "ValidatingAdmissionPolicy 'aup-operator-twin-" in self.message

    @property
    def rules(self) -> set[str]:
        """Return the rules that a twin names."""
        return set(re.findall(r"\[([a-z-]+/[a-z-]+)[,\]]", self.message)) if self.by_twin else set()


class Twins:
    """A cluster in which twins hold and the operator is away."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._plurals: dict[tuple[str, str], str] = {}
        self._connection = http.client.HTTPSConnection(
            release.cluster.url.removeprefix("https://"),
            context=ssl.create_default_context(cafile=str(release.cluster.ca_file)),
            timeout=30,
        )

    def create(self, obj: dict[str, Any], namespace: str) -> Answer:
        """Try to create an object by dry run, as a user of the tenant with every right."""
        version, kind = str(obj["apiVersion"]), str(obj["kind"])
        plural = self._plural(version, kind)
        if not plural:
            return Answer(404, f"no {kind} in {version}")
        body = json.loads(json.dumps(obj))
        body["metadata"].pop("namespace", None)
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        return self._send("POST", f"{base}/namespaces/{namespace}/{plural}?dryRun=All", body)

    def stamp(
        self, namespace: str, tenant: str, labels: Mapping[str, str | None] | None = None
    ) -> None:
        """Stamp a namespace as the controller does for a tenant of the corpus' world.

        In one write with labels that are otherwise; ``None`` leaves one out.
        """
        written = stamp(terms(tenant), namespace, NamespaceState.ACTIVE, BudgetState.SETTLED)
        self.write(namespace, {**written.labels, **(labels or {})}, written.annotations)

    def write(
        self, namespace: str, labels: Mapping[str, str | None], annotations: Mapping[str, str]
    ) -> None:
        """Write labels and annotations as the controller, and wait until admission reads them.

        It reads namespaces from a watch, which is some milliseconds behind the answer to a write.
        """
        turn = uuid.uuid4().hex
        metadata = {"labels": labels, "annotations": {**annotations, _TURN: turn}}
        self.release.controller.kubectl(
            *("patch", "namespace", namespace, "--type=merge", "-p"),
            json.dumps({"metadata": metadata}),
        )
        until("the stamp", lambda: turn in self.create(_ASKED, namespace).message)

    def _plural(self, version: str, kind: str) -> str:
        """Return under which name a kind is served in namespaces; empty when it is not."""
        if (version, kind) not in self._plurals:
            base = f"/apis/{version}" if "/" in version else f"/api/{version}"
            listed = self._get(base).get("resources", [])
            found = [
                r["name"]
                for r in listed
                if r["kind"] == kind and r["namespaced"] and "/" not in r["name"]
            ]
            self._plurals[version, kind] = found[0] if found else ""
        return self._plurals[version, kind]

    def _get(self, path: str) -> dict[str, Any]:
        self._connection.request("GET", path, headers=self._headers())
        answer = self._connection.getresponse()
        body = answer.read()
        return dict(json.loads(body)) if answer.status == http.HTTPStatus.OK else {}

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        headers = {
            **self._headers(),
            "Content-Type": "application/json",
            "Impersonate-User": "alice@acme.example",
            "Impersonate-Group": "system:masters",
        }
        self._connection.request(method, path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        return Answer(answer.status, str(said.get("message", "")))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.release.cluster.admin_token}"}


@contextmanager
def alone(version: str | None = None) -> Iterator[Twins]:
    """Start a control plane with the chart in mode `available`, and wait until twins hold."""
    with ControlPlane(version) as cluster:
        install_gateway_api(cluster.admin)
        release = install(cluster, {"mode": "available", "webhook": {"url": NOBODY}})
        twins = Twins(release)
        for manifest in _READER:
            cluster.kubectl("create", "-f", "-", input=json.dumps(manifest))
        for tenant in world_objects().tenants:
            for namespace in tenant.spec.namespaces.names:
                cluster.create_namespace(namespace)
                twins.stamp(namespace, tenant.metadata.name)
        until("the twins", lambda: all(twins.create(o, at).by_twin for at, o in _PROBES))
        yield twins


_TURN = "test.example/turn"
_ASKED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "what-is-written"}}


def _policy(kind: str, **spec: Any) -> dict[str, Any]:
    version = "admissionregistration.k8s.io/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "reader"}, "spec": spec}


_READER = (
    _policy(
        "ValidatingAdmissionPolicy",
        matchConstraints={
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["configmaps"],
                    "resourceNames": ["what-is-written"],
                }
            ]
        },
        validations=[
            {
                "expression": "false",
                "messageExpression": "namespaceObject.metadata.?annotations"
                f"[?'{_TURN}'].orValue('nothing yet')",
            }
        ],
    ),
    _policy("ValidatingAdmissionPolicyBinding", policyName="reader", validationActions=["Deny"]),
)
"""Tells what admission reads of a namespace."""


def _probe(version: str, kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "probe"}, "spec": spec}


_CONTAINERS = [{"name": "a", "image": "nginx:1"}]
_PROBES = (
    ("acme-prod", _probe("v1", "Pod", hostPID=True, containers=_CONTAINERS)),
    ("rho-prod", _probe("v1", "Pod", containers=_CONTAINERS)),
    ("acme-prod", _probe("v1", "Service", ports=[{"port": 80}], externalIPs=["203.0.113.9"])),
    ("acme-prod", _probe("networking.k8s.io/v1", "Ingress", rules=[{"host": "other.example"}])),
)
"""Where, and what each of the policies refuses there."""
