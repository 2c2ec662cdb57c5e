"""Pods as admission knows them, followed on a real API server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

from aup.kube.client import Cluster
from aup.kube.resource import NODES, PODS
from aup.live.surroundings import LiveSurroundings
from support.asynchronous import asynchronous, eventually
from support.controlplane import ControlPlane

REGION = "topology.kubernetes.io/region"


@asynccontextmanager
async def followed(kube: Cluster) -> AsyncIterator[LiveSurroundings]:
    """Run the informers until the block ends."""
    surroundings = LiveSurroundings(kube)
    tasks = [asyncio.create_task(informer.run()) for informer in surroundings.informers]
    try:
        for informer in surroundings.informers:
            await asyncio.wait_for(informer.synced.wait(), 15)
        yield surroundings
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@asynchronous
async def test_what_a_pod_is_can_be_told_for_as_long_as_it_waits(
    cluster: ControlPlane, namespace: str
) -> None:
    """A Binding does not say it; once the pod has a node, only its address matters."""
    (node,) = cluster.nodes(1, {REGION: "eu-north-1"})
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        async with followed(kube) as surroundings:
            containers = [{"name": "hsm", "image": "registry.example/crypto/hsm:3"}]
            labels = {"aup.asergo.com/eu-annex-i": "5D002"}
            pod = PODS.manifest(
                "hsm-0",
                namespace=namespace,
                metadata={"labels": labels},
                spec={"containers": containers, "nodeSelector": {REGION: "eu-north-1"}},
            )
            await kube.apply(PODS, pod)
            await eventually(lambda: surroundings.pod(namespace, "hsm-0") is not None)
            waiting = surroundings.pod(namespace, "hsm-0")
            assert waiting is not None
            assert [image.repository for image in waiting.images] == ["registry.example/crypto/hsm"]
            assert waiting.labels == labels
            assert waiting.placement.regions == frozenset({"eu-north-1"})
            assert waiting.continues
            assert surroundings.pod("elsewhere", "hsm-0") is None

            address = ip_address(
                await asyncio.to_thread(cluster.run_pod, namespace, "hsm-0", node=node)
            )
            await eventually(lambda: surroundings.pod(namespace, "hsm-0") is None)
            # Nobody has claimed the namespace: its pod's address is no tenant's.
            assert surroundings.owner_of(address) is None
        await kube.delete(NODES, node)
