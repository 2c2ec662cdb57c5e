"""Tenants, namespaces and pods by the hundred thousand, on a real control plane.

The first tenant is made through the API, with namespaces, pods and all that the operator and
Kubernetes write for them. The others are copies of it: what stands in etcd under its name is put
there again under other names, as the API server stores it, with UIDs, nodes and addresses of its
own. The API server would take most of an hour for what it then serves all the same. Texts that
differ are equally long, since lengths are part of what is stored.
"""

import asyncio
import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import uuid4

import aiohttp

from aup.kube.client import Cluster
from aup.kube.resource import NODES, PODS, TENANTS, Resource
from support.controlplane import ControlPlane
from support.provision import tenant

WRITERS: Final = 16
"""Requests to the API server that are under way at a time."""
IN_ONE_WRITE: Final = 100
"""Objects in one transaction of etcd, which takes 128 operations and 1.5 MiB."""
PODS_OF_A_NODE: Final = 100
FIRST: Final = "t0000"
APPLICATIONS: Final = ("web", "job")
"""Of each namespace: pods of one application are alike, within a tenant."""

_UID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NODE = re.compile(rb"node-(\d{5})")
_ADDRESS = re.compile(rb"10\.100\.(\d{3})\.(\d{3})")
_THIRDS: Final = 20
"""Third parts of addresses that a tenant has: 3,000 addresses."""
_LASTS: Final = 150
"""Last parts, of three digits each."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are: 500 tenants and 3,000 pods of each at most."""

    tenants: int
    namespaces: int
    """Of each tenant."""
    pods: int
    """Of all together."""

    @property
    def namespace_names(self) -> Sequence[str]:
        """Return the names of the first tenant's namespaces."""
        return [f"{FIRST}-n{number:02}" for number in range(self.namespaces)]

    @property
    def nodes(self) -> int:
        """Return how many nodes carry the pods."""
        return self.pods // PODS_OF_A_NODE + 1


def populate(cluster: ControlPlane, size: Size) -> None:
    """Make nodes, and the first tenant's namespaces with their pods, which run."""
    nodes = (NODES.manifest(_node(number)) for number in range(size.nodes))
    asyncio.run(_create(cluster, NODES, nodes))
    for name in size.namespace_names:
        cluster.create_namespace(name)
    each = size.pods // size.tenants // size.namespaces
    places = ((name, own) for name in size.namespace_names for own in range(each))
    pods = (_pod(*place, number, each, size) for number, place in enumerate(places))
    asyncio.run(_create(cluster, PODS, pods))


def claim(cluster: ControlPlane, size: Size) -> None:
    """Create the first Tenant, with a budget that all of it fits into."""
    hard = {
        "pods": "100k",
        "requests.cpu": "10k",
        "requests.memory": "10Ti",
        "limits.memory": "20Ti",
        "services": "1k",
    }
    namespaces = {"names": list(size.namespace_names)}
    manifest = tenant(FIRST, namespaces=namespaces, budget={"hard": hard})
    asyncio.run(_create(cluster, TENANTS, [manifest]))


def multiply(cluster: ControlPlane, size: Size) -> None:
    """Make all other tenants, with everything that the first one has."""
    asyncio.run(_multiply(cluster, size))


async def _create(
    cluster: ControlPlane, resource: Resource, manifests: Iterable[Mapping[str, Any]]
) -> None:
    """Create objects, several at a time, and give them the status that they say they have."""
    waiting = iter(manifests)

    async def write(kube: Cluster) -> None:
        for manifest in waiting:
            await kube.create(resource, manifest)
            if "status" in manifest:
                meta, told = manifest["metadata"], {"status": manifest["status"]}
                at = {"namespace": meta["namespace"], "subresource": "status"}
                await kube.merge_patch(resource, meta["name"], told, **at)

    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await asyncio.gather(*(write(kube) for _ in range(WRITERS)))


async def _multiply(cluster: ControlPlane, size: Size) -> None:
    async with aiohttp.ClientSession(cluster.store_url) as store:
        first = await _stored(store)
        for number in range(1, size.tenants):
            waiting = iter(_copies(first, number, size))
            while some := list(islice(waiting, IN_ONE_WRITE)):
                await _put(store, some)


def _copies(
    first: Sequence[tuple[bytes, bytes]], number: int, size: Size
) -> Iterator[tuple[bytes, bytes]]:
    """Yield what another tenant has, by key."""
    name = f"t{number:04}".encode()
    uids: dict[bytes, bytes] = {}

    def uid(found: re.Match[bytes]) -> bytes:
        return uids.setdefault(found[0], str(uuid4()).encode())

    def node(found: re.Match[bytes]) -> bytes:
        return _node((int(found[1]) + 7 * number) % size.nodes).encode()

    def address(found: re.Match[bytes]) -> bytes:
        third = int(found[1]) + _THIRDS * (number // 100)
        return f"10.{100 + number % 100}.{third}.".encode() + found[2]

    for key, value in first:
        own = _UID.sub(uid, _NODE.sub(node, _ADDRESS.sub(address, value)))
        yield key.replace(FIRST.encode(), name), own.replace(FIRST.encode(), name)


async def _stored(store: aiohttp.ClientSession) -> list[tuple[bytes, bytes]]:
    """Return what is stored of the first tenant; Events go by themselves."""
    whole = {"key": _text(b"/registry/"), "range_end": _text(b"/registry0")}
    async with store.post("/v3/kv/range", json=whole) as answer:
        found = json.loads(await answer.read())["kvs"]
    pairs = [(base64.b64decode(kv["key"]), base64.b64decode(kv["value"])) for kv in found]
    return [
        (key, value)
        for key, value in pairs
        if f"/{FIRST}".encode() in key and not key.startswith(b"/registry/events/")
    ]


async def _put(store: aiohttp.ClientSession, objects: Sequence[tuple[bytes, bytes]]) -> None:
    puts = [{"requestPut": {"key": _text(key), "value": _text(value)}} for key, value in objects]
    async with store.post("/v3/kv/txn", data=json.dumps({"success": puts})) as answer:
        answer.raise_for_status()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _node(number: int) -> str:
    return f"node-{number:05}"


def _pod(namespace: str, own: int, number: int, each: int, size: Size) -> Mapping[str, Any]:
    """Return an ordinary pod that runs: a program with a sidecar, probes, variables, volumes."""
    application = APPLICATIONS[own * len(APPLICATIONS) // each]
    third, last = divmod(number, _LASTS)
    address = f"10.100.{100 + third}.{100 + last}"
    return PODS.manifest(
        f"{application}-5d4f8c7b9-{own:05}",
        namespace=namespace,
        metadata={
            "labels": {"app": application, "pod-template-hash": "5d4f8c7b9", "tier": "front"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
        },
        spec={
            "nodeName": _node(number % size.nodes),
            "containers": [_container(application), _container("proxy")],
            "volumes": [
                {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}},
                {"name": "config", "configMap": {"name": application}},
            ],
        },
        status={
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [
                {"type": kind, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
                for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
            ],
        },
    )


def _container(name: str) -> Mapping[str, Any]:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    return {
        "name": name,
        "image": f"registry.example/{FIRST}/{name}:1.4.2",
        "env": [{"name": f"SETTING_{i}", "value": "x" * 24} for i in range(10)],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "readinessProbe": probe,
        "livenessProbe": probe,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
