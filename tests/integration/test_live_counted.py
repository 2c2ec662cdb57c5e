"""What budgets count, told in order from one watch of each kind, on a real API server."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from typing_extensions import override

from aup.kube.client import Cluster
from aup.kube.rbac import Call
from aup.kube.resource import PODS
from aup.ledger.horizon import Horizon
from aup.live.counted import Counted, Listener, Stored
from aup.live.surroundings import LiveSurroundings
from support.asynchronous import asynchronous, eventually
from support.controlplane import ControlPlane


class Heard(Listener):
    """Remembers what it was told of pods, and how far the horizon was then."""

    def __init__(self, horizon: Horizon) -> None:
        self._horizon = horizon
        self.stored_: list[tuple[str, Stored]] = []
        self.gone_: list[tuple[str, str]] = []
        self.late: list[Stored] = []
        """Of which it was told after the horizon had passed them."""

    @override
    def stored(self, namespace: str, kind: str, found: Stored) -> None:
        if kind == PODS.plural:
            self.stored_.append((namespace, found))
            if found.version <= (self._horizon.version(kind) or 0):
                self.late.append(found)

    @override
    def gone(self, namespace: str, kind: str, uid: str) -> None:
        self.gone_.append((namespace, uid))

    @override
    def progressed(self) -> None:
        pass

    def of(self, namespace: str) -> list[Stored]:
        """Return what was heard of a namespace's pods."""
        return [found for at, found in self.stored_ if at == namespace]


@asynccontextmanager
async def counted(kube: Cluster) -> AsyncIterator[Heard]:
    """Follow what is counted, beside those who look at addresses and volumes."""
    surroundings, horizon = LiveSurroundings(kube), Horizon()
    heard = Heard(horizon)
    Counted(surroundings.watched, horizon, heard)
    tasks = [asyncio.create_task(informer.run()) for informer in surroundings.informers]
    try:
        for informer in surroundings.informers:
            await asyncio.wait_for(informer.synced.wait(), 15)
        yield heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def pod(name: str, namespace: str) -> dict[str, object]:
    resources = {"requests": {"cpu": "250m"}}
    containers = [{"name": "web", "image": "registry.example/web:1", "resources": resources}]
    return PODS.manifest(name, namespace=namespace, spec={"containers": containers})


@asynchronous
async def test_pods_are_measured_and_told_before_the_horizon_passes_them(
    cluster: ControlPlane, namespace: str
) -> None:
    """Those of one template share one measure."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        await kube.create(PODS, pod("before", namespace))
        async with counted(kube) as heard:
            await kube.create(PODS, pod("after", namespace))
            await eventually(lambda: len({found.uid for found in heard.of(namespace)}) == 2)
            measures = [found.measured for found in heard.of(namespace)]
            assert dict(measures[0].amounts)["requests.cpu"] == Decimal("0.25")
            assert all(measure is measures[0] for measure in measures)

            await kube.delete(PODS, "after", namespace=namespace, grace_seconds=0)
            await eventually(lambda: bool(heard.gone_))
            assert (namespace, heard.of(namespace)[-1].uid) in heard.gone_
            assert heard.late == []


@asynchronous
async def test_a_kind_is_read_once_however_many_look_at_it(cluster: ControlPlane) -> None:
    calls: list[Call] = []
    async with (
        await Cluster.connect(kubeconfig=cluster.kubeconfig, recorder=calls.append) as kube,
        counted(kube),
    ):
        await eventually(lambda: any(call.verb == "watch" for call in calls))
    watches = Counter(call.resource for call in calls if call.verb == "watch")
    assert {"pods", "persistentvolumeclaims", "namespaces"} <= watches.keys()
    assert set(watches.values()) == {1}
