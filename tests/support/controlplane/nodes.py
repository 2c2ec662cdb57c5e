"""Nodes without kubelets, and the part of a kubelet that tests need: pods that run."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from support.controlplane.client import Client
from support.controlplane.errors import TestbedError

POD_NETWORK = ipaddress.IPv4Network("10.244.0.0/16")
NODE_NETWORK = ipaddress.IPv4Network("10.1.0.0/16")
SINCE = "2026-01-01T00:00:00Z"
"""When every node became ready and every pod started: nothing here measures it."""


def create_nodes(client: Client, count: int, labels: Mapping[str, str]) -> list[str]:
    """Create Ready nodes with these labels and return their names, counting on from those there.

    A region, for example, is ``{"topology.kubernetes.io/region": "eu-north-1"}``.
    """
    first = 1 + len(_items(client, "nodes"))
    manifests = [_node(number, labels) for number in range(first, first + count)]
    names = [str(manifest["metadata"]["name"]) for manifest in manifests]
    client.kubectl("create", "-f", "-", input=_list(manifests))
    # Admission marks every new node not-ready, and the controller that would remove it is off.
    client.kubectl("taint", "nodes", *names, "node.kubernetes.io/not-ready-")
    return names


def run_pod(client: Client, namespace: str, name: str, node: str | None) -> str:
    """Bind a pod to a node (the first one by default) and report it Running and Ready.

    Returns the pod's address, which no other pod has. A pod that was bound stays Terminating
    when it is deleted, since there is no kubelet to confirm: delete it with ``--force``.
    """
    place = ("--namespace", namespace)
    pod = json.loads(client.kubectl("get", "pod", name, *place, "-o", "json").stdout)
    bound = pod["spec"].get("nodeName") or _bind(client, namespace, name, node)
    host = json.loads(client.kubectl("get", "node", bound, "-o", "json").stdout)
    address = _free_address(client, host)
    status = _running(pod, address, host["status"]["addresses"][0]["address"])
    client.kubectl(
        *("patch", "pod", name, *place, "--subresource=status", "--type=merge"),
        *("--patch", json.dumps({"status": status})),
    )
    return address


def _node(number: int, labels: Mapping[str, str]) -> dict[str, Any]:
    name = f"node-{number}"
    cidr = f"{POD_NETWORK[number * 256]}/24"
    resources = {"cpu": "64", "memory": "256Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            }
            | dict(labels),
        },
        "spec": {"podCIDR": cidr, "podCIDRs": [cidr]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": str(NODE_NETWORK[number])}],
            "capacity": resources,
            "allocatable": resources,
            "conditions": [_true("Ready", reason="KubeletReady")],
        },
    }


def _bind(client: Client, namespace: str, name: str, node: str | None) -> str:
    """Do the scheduler's part."""
    if node is None:
        nodes = _items(client, "nodes")
        if not nodes:
            raise TestbedError("there is no node to run a pod on: call nodes(1) first")
        node = str(nodes[0]["metadata"]["name"])
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": name, "namespace": namespace},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    }
    path = f"/api/v1/namespaces/{namespace}/pods/{name}/binding"
    client.kubectl("create", f"--raw={path}", "-f", "-", input=json.dumps(binding))
    return node


def _free_address(client: Client, node: Mapping[str, Any]) -> str:
    """Return the first address of a node's pod network that no pod has."""
    selector = f"--field-selector=spec.nodeName={node['metadata']['name']}"
    taken = {
        pod.get("status", {}).get("podIP")
        for pod in _items(client, "pods", "--all-namespaces", selector)
    }
    hosts = ipaddress.IPv4Network(node["spec"]["podCIDR"]).hosts()
    return next(str(address) for address in hosts if str(address) not in taken)


def _running(pod: Mapping[str, Any], address: str, host: str) -> dict[str, Any]:
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": True,
            "started": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": SINCE}},
        }
        for container in pod["spec"]["containers"]
    ]
    conditions = [
        _true(kind) for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    return {
        "phase": "Running",
        "startTime": SINCE,
        "hostIP": host,
        "hostIPs": [{"ip": host}],
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": conditions,
        "containerStatuses": containers,
    }


def _true(kind: str, reason: str = "") -> dict[str, str]:
    return {
        "type": kind,
        "status": "True",
        "lastTransitionTime": SINCE,
        **({"reason": reason} if reason else {}),
    }


def _items(client: Client, *what: str) -> list[dict[str, Any]]:
    items = json.loads(client.kubectl("get", *what, "-o", "json").stdout)["items"]
    return list(items)


def _list(manifests: list[dict[str, Any]]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
