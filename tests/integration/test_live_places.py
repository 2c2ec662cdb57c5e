"""Where nodes, zones and volumes are, as a real API server tells it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aup.kube.client import Cluster
from aup.kube.resource import NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES
from aup.live.places import Places
from aup.live.watched import Watched
from support.asynchronous import asynchronous, eventually
from support.controlplane import ControlPlane

REGION = "topology.kubernetes.io/region"
ZONE = "topology.kubernetes.io/zone"
NORTH = frozenset({"eu-north-1"})


@asynccontextmanager
async def followed(kube: Cluster) -> AsyncIterator[Places]:
    """Run the informers of places until the block ends."""
    watched = Watched(kube)
    places = Places(kube, watched.claims)
    informers = (*places.informers, *watched.informers)
    tasks = [asyncio.create_task(informer.run()) for informer in informers]
    try:
        for informer in informers:
            await asyncio.wait_for(informer.synced.wait(), 15)
        yield places
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def volume(name: str, claim: str, namespace: str, key: str, *values: str) -> dict[str, Any]:
    """Return a volume that can be attached to nodes with one of the values of a label."""
    requirement = {"key": key, "operator": "In", "values": list(values)}
    return PERSISTENT_VOLUMES.manifest(
        name,
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "none",
            "hostPath": {"path": "/data"},
            "claimRef": {"namespace": namespace, "name": claim},
            "nodeAffinity": {
                "required": {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}
            },
        },
    )


def claim(name: str, namespace: str, bound: str) -> dict[str, Any]:
    """Return a claim that is bound to a volume."""
    return PERSISTENT_VOLUME_CLAIMS.manifest(
        name,
        namespace=namespace,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "none",
            "volumeName": bound,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    )


@asynchronous
async def test_a_volume_is_where_the_nodes_are_that_it_can_be_attached_to(
    cluster: ControlPlane, namespace: str
) -> None:
    """By region, by zone, by the name of a node; and only while nodes agree about a zone."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await follow(kube, namespace)


async def follow(kube: Cluster, namespace: str) -> None:
    """Make nodes and volumes, and look where they are found."""
    node, other = f"{namespace}-n1", f"{namespace}-n2"
    zone = f"{namespace}-a"
    async with followed(kube) as places:
        for name, region in ((node, "eu-north-1"), (other, "eu-north-1")):
            labels = {REGION: region, ZONE: zone, "kubernetes.io/hostname": name}
            await kube.apply(NODES, NODES.manifest(name, metadata={"labels": labels}))
        for kind, key, value in (
            ("region", REGION, "us-east-1"),
            ("zone", ZONE, zone),
            ("node", "kubernetes.io/hostname", node),
            ("disk", "disk", "ssd"),
        ):
            pv = f"{namespace}-{kind}"
            await kube.apply(PERSISTENT_VOLUMES, volume(pv, kind, namespace, key, value))
            await kube.apply(PERSISTENT_VOLUME_CLAIMS, claim(kind, namespace, pv))

        def regions(name: str) -> frozenset[str] | None:
            return places.regions_of_volume(namespace, name)

        await eventually(lambda: regions("node") == NORTH)
        await eventually(lambda: regions("zone") == NORTH)
        await eventually(lambda: regions("region") == frozenset({"us-east-1"}))
        assert regions("disk") is None
        assert regions("no-such-claim") is None
        assert places.region_of(node) == "eu-north-1"
        # A zone in two regions is in neither: nobody can say where a pod there would land.
        labels = {REGION: "us-east-1", ZONE: zone, "kubernetes.io/hostname": other}
        await kube.apply(NODES, NODES.manifest(other, metadata={"labels": labels}))
        await eventually(lambda: places.region_of_zone(zone) is None)
        assert regions("zone") is None
        await kube.delete(NODES, other)
        await eventually(lambda: places.region_of_zone(zone) == "eu-north-1")
        await kube.delete(NODES, node)
        await eventually(lambda: places.region_of_zone(zone) is None)
