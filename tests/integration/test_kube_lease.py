"""Leader election on a real API server: processes killed and frozen, connections cut off."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aup.errors import LeadershipLostError
from aup.kube.client import Cluster
from aup.kube.lease import Elector, LeaseTimes
from aup.kube.resource import CONFIG_MAPS, LEASES, NAMESPACES
from support import elector_process
from support.asynchronous import asynchronous, eventually
from support.controlplane import ControlPlane, Process
from support.proxy import Proxy

TIMES = LeaseTimes(retry=0.3, renew=2.0, lease=3)
ROOT = Path(__file__).parents[2]

Start = Callable[[str], Process]


def elector(cluster: Cluster, namespace: str, identity: str) -> Elector:
    return Elector(cluster, namespace=namespace, name="leader", identity=identity, times=TIMES)


@pytest.fixture
def start(cluster: ControlPlane, namespace: str, tmp_path: Path) -> Iterator[Start]:
    """Start candidates as processes of their own; ends them after the test."""
    started = []

    def run(identity: str) -> Process:
        program = Path(elector_process.__file__)
        paths = os.pathsep.join((str(ROOT / "operator"), str(ROOT / "tests")))
        command: list[str | Path] = [
            sys.executable,
            program,
            cluster.kubeconfig,
            namespace,
            identity,
        ]
        process = Process(identity, command, tmp_path, environment={"PYTHONPATH": paths})
        started.append(process)
        return process

    yield run
    for process in started:
        process.signal(signal.SIGCONT)
        process.kill()


async def said(process: Process, word: str) -> None:
    """Wait until a candidate has printed a word."""
    await eventually(lambda: word in process.log.read_text().split(), seconds=30)


async def writers(cluster: ControlPlane, namespace: str) -> list[str]:
    """Return who wrote, in the order in which the API server stored it."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        stored = [
            (int(item["metadata"]["resourceVersion"]), item["data"]["by"])
            async for item in kube.list_objects(CONFIG_MAPS, namespace=namespace)
            if "by" in item["data"]
        ]
    return [writer for _, writer in sorted(stored)]


@asynchronous
async def test_a_killed_leader_is_followed_and_never_overlaps(
    cluster: ControlPlane, namespace: str, start: Start
) -> None:
    first = start("first")
    await said(first, "leading")
    second = start("second")
    await said(second, "waiting")
    first.kill()
    await said(second, "leading")
    await asyncio.sleep(0.2)
    second.kill()
    order = await writers(cluster, namespace)
    assert order == sorted(order)
    assert set(order) == {"first", "second"}


@asynchronous
async def test_a_frozen_leader_finds_out_before_it_writes_again(
    cluster: ControlPlane, namespace: str, start: Start
) -> None:
    """Only the one request that was on its way when it froze can still arrive."""
    first = start("first")
    await said(first, "leading")
    second = start("second")
    await said(second, "waiting")
    first.signal(signal.SIGSTOP)
    await said(second, "leading")
    first.signal(signal.SIGCONT)
    await said(first, "lost")
    assert first.wait() == 3
    second.kill()
    order = await writers(cluster, namespace)
    began = order.index("second")
    assert order[began:].count("first") <= 1
    assert order[:began].count("first") > 1


@asynchronous
async def test_a_leader_that_ends_lets_the_next_one_in(
    cluster: ControlPlane, namespace: str, start: Start
) -> None:
    first = start("first")
    await said(first, "leading")
    second = start("second")
    await said(second, "waiting")
    first.signal(signal.SIGTERM)
    await said(first, "released")
    assert first.wait() == 0
    await said(second, "leading")
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        lease = await kube.get(LEASES, "leader", namespace=namespace)
    assert lease["spec"]["holderIdentity"] == "second"
    assert lease["spec"]["leaseTransitions"] == 1


@pytest.mark.parametrize("before", ["never-held", "released"])
def test_of_many_candidates_one_leads(cluster: ControlPlane, namespace: str, before: str) -> None:
    """The optimistic lock decides, for a Lease to create and for one to take over."""

    @asynchronous
    async def scenario() -> None:
        async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
            if before == "released":
                earlier = elector(kube, namespace, "earlier")
                await earlier.acquire()
                await earlier.release()
            candidates = [elector(kube, namespace, f"c{number}") for number in range(10)]
            # A connection for each, so that none is ahead of the others by a handshake.
            looks = [kube.get(NAMESPACES, namespace) for _ in candidates]
            await asyncio.gather(*looks)
            tasks = [asyncio.create_task(candidate.acquire()) for candidate in candidates]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            leader = next(candidate for candidate in candidates if candidate.leading)
            hold = asyncio.create_task(leader.hold())
            # Longer than the Lease would last by itself: the others look at it all the while.
            await asyncio.sleep(TIMES.lease + 1)
            assert [c.identity for c in candidates if c.leading] == [leader.identity]
            assert [task.done() for task in tasks].count(True) == 1
            for task in (hold, *tasks):
                task.cancel()

    scenario()


@asynchronous
async def test_a_leader_that_is_cut_off_stops_before_another_begins(
    cluster: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    async with (
        Proxy.before(cluster.url) as proxy,
        await Cluster.connect(
            kubeconfig=proxy.kubeconfig(cluster.kubeconfig, tmp_path / "k")
        ) as cuttable,
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
    ):
        first, second = elector(cuttable, namespace, "first"), elector(kube, namespace, "second")
        await first.acquire()
        hold = asyncio.create_task(first.hold())
        following = asyncio.create_task(second.acquire())
        proxy.pause()

        def over() -> bool:
            assert not (first.leading and second.leading)
            return second.leading

        await eventually(over)
        await following
        with pytest.raises(LeadershipLostError, match="not renewed in time"):
            await hold
        with pytest.raises(LeadershipLostError):
            await cuttable.guarded(first.fence).delete(CONFIG_MAPS, "x", namespace=namespace)


@asynchronous
async def test_a_leader_lives_through_a_short_outage_and_an_edit(
    cluster: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    """Broken connections and a label by somebody else are no reason to stop."""
    async with (
        Proxy.before(cluster.url) as proxy,
        await Cluster.connect(
            kubeconfig=proxy.kubeconfig(cluster.kubeconfig, tmp_path / "k")
        ) as cuttable,
        await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube,
    ):
        first = elector(cuttable, namespace, "first")
        await first.acquire()
        hold = asyncio.create_task(first.hold())
        for number in range(5):
            label = {"metadata": {"labels": {"edit": str(number)}}}
            await kube.merge_patch(LEASES, "leader", label, namespace=namespace)
            proxy.cut()
            await asyncio.sleep(TIMES.renew / 4)
            assert first.leading
        assert not hold.done()
        hold.cancel()


@pytest.mark.parametrize("how", ["deleted", "taken"])
def test_a_lease_that_is_gone_or_taken_ends_the_leadership(
    cluster: ControlPlane, namespace: str, how: str
) -> None:
    @asynchronous
    async def scenario() -> None:
        async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
            first = elector(kube, namespace, "first")
            await first.acquire()
            hold = asyncio.create_task(first.hold())
            if how == "deleted":
                await kube.delete(LEASES, "leader", namespace=namespace)
            else:
                spec = {"spec": {"holderIdentity": "thief"}}
                await kube.merge_patch(LEASES, "leader", spec, namespace=namespace)
            with pytest.raises(LeadershipLostError, match=r"deleted|held by thief"):
                await asyncio.wait_for(hold, 15)
            assert not first.leading

    scenario()


@asynchronous
async def test_a_candidate_waits_until_it_may_read_the_lease(
    cluster: ControlPlane, namespace: str
) -> None:
    """Missing rights are waited out, since the chart may still be installing them."""
    async with await Cluster.connect(kubeconfig=cluster.kubeconfig) as kube:
        candidate = elector(kube.as_user("eve"), namespace, "eve")
        task = asyncio.create_task(candidate.acquire())
        await asyncio.sleep(1)
        assert not task.done()
        cluster.kubectl(
            *("create", "role", "elector", "-n", namespace),
            *("--verb=get,create,patch", "--resource=leases.coordination.k8s.io"),
        )
        cluster.kubectl(
            "create", "rolebinding", "elector", "--role=elector", "--user=eve", "-n", namespace
        )
        await asyncio.wait_for(task, 15)
        assert candidate.leading
        await candidate.release()
        assert not candidate.leading
