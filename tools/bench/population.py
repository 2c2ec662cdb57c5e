"""Tenants, namespaces and pods by the hundred thousand, on a real control plane.

Nodes, namespaces and Tenants are created through the API. So is one pod of each application, with
all that the API server adds to it; the others are copies of it, which go straight into etcd as the
API server stores them (Protobuf), each with names, UID, node and address of its own: the API server
would take minutes for what it then serves all the same. Texts that differ are equally long, so that
one can be put in the place of the other.
"""

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import uuid4

import aiohttp

from aup.kube.client import Cluster
from aup.kube.resource import NAMESPACES, NODES, PODS, TENANTS, Resource
from support.controlplane import ControlPlane
from support.controlplane.errors import RefusedError
from support.provision import tenant
from support.waiting import until

WRITERS: Final = 16
"""Requests to the API server that are under way at a time."""
IN_ONE_WRITE: Final = 100
"""Objects in one transaction of etcd, which takes 128 operations and 1.5 MiB."""
PODS_OF_A_NODE: Final = 100
PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
APPLICATIONS: Final = ("web", "job")
"""Of each namespace; its pods of one application are alike, and unlike all others."""
ADDRESS: Final = "10.100.100.100"


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are."""

    tenants: int
    namespaces: int
    """Of each tenant."""
    pods: int
    """Of all together."""

    @property
    def tenants_with_namespaces(self) -> Mapping[str, Sequence[str]]:
        """Return the names of all tenants, each with those of its namespaces."""
        names = (f"t{number:04}" for number in range(self.tenants))
        return {t: [f"{t}-n{place:02}" for place in range(self.namespaces)] for t in names}

    @property
    def namespace_names(self) -> Sequence[str]:
        """Return the names of all namespaces."""
        return [name for names in self.tenants_with_namespaces.values() for name in names]

    @property
    def node_names(self) -> Sequence[str]:
        """Return the names of the nodes."""
        return [f"node-{number:05}" for number in range(self.pods // PODS_OF_A_NODE + 1)]


@dataclass(frozen=True, slots=True)
class Example:
    """A pod as the API server stores it, to be copied."""

    raw: bytes
    name: str
    namespace: str
    node: str
    uid: str

    def copy(self, namespace: str, node: str, number: int) -> tuple[str, bytes]:
        """Return another pod of that application, with the key under which it is stored."""
        own = f"{self.name[:-6]}{number:06}"
        changes = {
            self.namespace: namespace,
            # In the image: each tenant runs its own.
            f"/{self.namespace[:5]}/": f"/{namespace[:5]}/",
            self.name: own,
            self.node: node,
            self.uid: str(uuid4()),
            ADDRESS: _address(number),
        }
        raw = self.raw
        for before, after in changes.items():
            if len(before) != len(after):
                raise ValueError(f"{after} is not as long as {before}")
            raw = raw.replace(before.encode(), after.encode())
        return f"/registry/pods/{namespace}/{own}", raw


def populate(cluster: ControlPlane, size: Size) -> None:
    """Make nodes, namespaces and pods."""
    asyncio.run(_populate(cluster, size))


def claim(cluster: ControlPlane, size: Size) -> None:
    """Create the Tenants to whom the namespaces belong, with budgets that all of it fits into."""
    made = (_tenant(name, of) for name, of in size.tenants_with_namespaces.items())
    asyncio.run(_claim(cluster, made))


async def _populate(cluster: ControlPlane, size: Size) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await _create(kube, NODES, (NODES.manifest(name) for name in size.node_names))
        await _create(kube, NAMESPACES, (NAMESPACES.manifest(n) for n in size.namespace_names))
        at = size.namespace_names[0], size.node_names[0]
        account = f"/api/v1/namespaces/{at[0]}/serviceaccounts/default"
        await asyncio.to_thread(until, "a ServiceAccount", lambda: _exists(cluster, account), 300)
        examples = [await _example(cluster, kube, name, *at) for name in APPLICATIONS]
    async with aiohttp.ClientSession(cluster.store_url) as store:
        await _store(store, islice(_pods(examples, size), size.pods))


async def _claim(cluster: ControlPlane, manifests: Iterable[Mapping[str, Any]]) -> None:
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await _create(kube, TENANTS, manifests)


async def _create(
    kube: Cluster, resource: Resource, manifests: Iterable[Mapping[str, Any]]
) -> None:
    """Create objects, several at a time."""
    waiting = iter(manifests)

    async def write() -> None:
        for manifest in waiting:
            await kube.create(resource, manifest)

    await asyncio.gather(*(write() for _ in range(WRITERS)))


async def _example(
    cluster: ControlPlane, kube: Cluster, application: str, namespace: str, node: str
) -> Example:
    """Create a pod, report it running, and read it as it is stored."""
    name = f"{application}-5d4f8c7b9-000000"
    manifest = _pod(name, application, namespace, node)
    made = await kube.create(PODS, manifest)
    await kube.merge_patch(
        PODS, name, {"status": _RUNNING}, namespace=namespace, subresource="status"
    )
    raw = cluster.get(PODS.path(name, namespace=namespace), accept=PROTOBUF)
    return Example(raw, name, namespace, node, made["metadata"]["uid"])


async def _store(store: aiohttp.ClientSession, objects: Iterable[tuple[str, bytes]]) -> None:
    """Put objects straight into etcd."""
    waiting = iter(objects)
    while some := list(islice(waiting, IN_ONE_WRITE)):
        puts = [{"requestPut": {"key": _text(k.encode()), "value": _text(v)}} for k, v in some]
        body = json.dumps({"success": puts})
        async with store.post("/v3/kv/txn", data=body) as answer:
            answer.raise_for_status()


def _pods(examples: Sequence[Example], size: Size) -> Iterator[tuple[str, bytes]]:
    """Yield the pods, namespace after namespace, as many of each application."""
    names, nodes = size.namespace_names, size.node_names
    each = -(-size.pods // len(names))
    for place, namespace in enumerate(names):
        for own in range(each):
            number = place * each + own + 1
            # Neighbours run on different nodes.
            node = nodes[number % len(nodes)]
            yield examples[own * len(examples) // each].copy(namespace, node, number)


def _tenant(name: str, namespaces: Sequence[str]) -> Mapping[str, Any]:
    hard = {
        "pods": "100k",
        "requests.cpu": "10k",
        "requests.memory": "10Ti",
        "limits.memory": "20Ti",
        "services": "1k",
    }
    return tenant(name, namespaces={"names": list(namespaces)}, budget={"hard": hard})


def _pod(name: str, application: str, namespace: str, node: str) -> Mapping[str, Any]:
    """Return an ordinary pod: a program with a sidecar, probes, variables and volumes."""
    labels = {"app": application, "pod-template-hash": "5d4f8c7b9", "tier": "front"}
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    image = f"registry.example/{namespace[:5]}"
    container = {
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": f"SETTING_{i}", "value": "x" * 24} for i in range(10)],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "readinessProbe": probe,
        "livenessProbe": probe,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return PODS.manifest(
        name,
        namespace=namespace,
        metadata={"labels": labels, "annotations": annotations},
        spec={
            "nodeName": node,
            "containers": [
                {"name": application, "image": f"{image}/{application}:1.4.2", **container},
                {"name": "proxy", "image": f"{image}/proxy:2.0", **container, "ports": []},
            ],
            "volumes": [
                {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}},
                {"name": "config", "configMap": {"name": application}},
            ],
        },
    )


_RUNNING: Final = {
    "phase": "Running",
    "podIP": ADDRESS,
    "podIPs": [{"ip": ADDRESS}],
    "conditions": [
        {"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
        for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ],
}


def _address(number: int) -> str:
    """Return an address whose parts have three digits each."""
    rest, last = divmod(number, 100)
    third, second = rest % 100, rest // 100
    return f"10.{100 + second}.{100 + third}.{101 + last}"


def _exists(cluster: ControlPlane, path: str) -> bool:
    try:
        return bool(cluster.get(path))
    except RefusedError:
        return False


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
