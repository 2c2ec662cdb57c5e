"""What the network rules rely on: which requests of a real API server write which part.

A status is judged only in requests to ``/status``. That is safe because every other request drops
it. Annotations are judged there too, because such a request can change them.
"""

import json
from typing import Any

import pytest

from support.controlplane import ControlPlane

FOREIGN = "203.0.113.9"
KEY = "metallb.io/loadBalancerIPs"
BALANCER = {"loadBalancer": {"ingress": [{"ip": FOREIGN}]}}
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}
OBJECTS: dict[str, dict[str, Any]] = {
    "service": {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        "status": BALANCER,
    },
    "ingress": {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {"defaultBackend": BACKEND},
        "status": BALANCER,
    },
    "gateway": {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "web"},
        "spec": {
            "gatewayClassName": "public",
            "listeners": [{"name": "web", "protocol": "HTTP", "port": 80}],
        },
        "status": {"addresses": [{"value": FOREIGN}]},
    },
}
CLAIM_IN_SPEC: dict[str, dict[str, Any]] = {
    "service": {"spec": {"externalIPs": [FOREIGN]}},
    "ingress": {"spec": {"rules": [{"host": "beta.example"}]}},
    "gateway": {"spec": {"addresses": [{"value": FOREIGN}]}},
}


@pytest.fixture(params=OBJECTS)
def kind(cluster: ControlPlane, namespace: str, request: pytest.FixtureRequest) -> str:
    """Return a kind of which an object exists, created with a status that is not its own."""
    name: str = request.param
    if name == "gateway":
        cluster.install_gateway_api()
    cluster.kubectl("create", "-n", namespace, "-f", "-", input=json.dumps(OBJECTS[name]))
    return name


def stored(cluster: ControlPlane, namespace: str, kind: str) -> dict[str, Any]:
    """Return the object as it is stored."""
    answer = cluster.kubectl("get", kind, "web", "-n", namespace, "-o", "json")
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def patch(
    cluster: ControlPlane, namespace: str, kind: str, change: dict[str, Any], *options: str
) -> dict[str, Any]:
    """Change the object and return it as it is stored then."""
    words = ("patch", kind, "web", "-n", namespace, "--type=merge", "-p", json.dumps(change))
    cluster.kubectl(*words, *options)
    return stored(cluster, namespace, kind)


def test_a_create_drops_the_status(cluster: ControlPlane, namespace: str, kind: str) -> None:
    assert FOREIGN not in json.dumps(stored(cluster, namespace, kind).get("status", {}))


def test_an_update_drops_the_status(cluster: ControlPlane, namespace: str, kind: str) -> None:
    change = {"metadata": {"labels": {"a": "b"}}, "status": OBJECTS[kind]["status"]}
    found = patch(cluster, namespace, kind, change)
    assert found["metadata"]["labels"] == {"a": "b"}
    assert FOREIGN not in json.dumps(found.get("status", {}))


def test_a_status_request_writes_the_status_and_no_spec(
    cluster: ControlPlane, namespace: str, kind: str
) -> None:
    before = stored(cluster, namespace, kind)["spec"]
    change = {"status": OBJECTS[kind]["status"], **CLAIM_IN_SPEC[kind]}
    found = patch(cluster, namespace, kind, change, "--subresource=status")
    assert FOREIGN in json.dumps(found["status"])
    assert found["spec"] == before


def test_a_status_request_can_write_annotations_of_a_service(
    cluster: ControlPlane, namespace: str
) -> None:
    cluster.kubectl("create", "-n", namespace, "-f", "-", input=json.dumps(OBJECTS["service"]))
    change = {"metadata": {"annotations": {KEY: FOREIGN}}}
    found = patch(cluster, namespace, "service", change, "--subresource=status")
    assert found["metadata"]["annotations"][KEY] == FOREIGN
