"""A process of its own that leads by a Lease and writes while it may: to be killed and frozen.

Run as ``python elector_process.py KUBECONFIG NAMESPACE IDENTITY``. Prints what happens, one word a
line; while it leads, it writes its identity to ConfigMaps as fast as it can, each by a new name.
"""

import asyncio
import itertools
import signal
import sys
from pathlib import Path

from aup.errors import LeadershipLostError
from aup.kube.client import Cluster
from aup.kube.lease import Elector, LeaseTimes
from aup.kube.resource import CONFIG_MAPS

TIMES = LeaseTimes(retry=0.3, renew=1.5, lease=3)
"""Short, so that a takeover is soon; the proportions are those of the product."""


async def write_on(cluster: Cluster, namespace: str, identity: str) -> None:
    """Create ConfigMaps that carry our name, until the guard says no."""
    for number in itertools.count():
        name = f"{identity}-{number}"
        manifest = CONFIG_MAPS.manifest(name, namespace=namespace, data={"by": identity})
        await cluster.create(CONFIG_MAPS, manifest)


async def lead(kubeconfig: Path, namespace: str, identity: str) -> int:
    """Wait for the Lease and lead until it is lost (3) or SIGTERM comes (0)."""
    async with await Cluster.connect(kubeconfig=kubeconfig) as cluster:
        elector = Elector(
            cluster, namespace=namespace, name="leader", identity=identity, times=TIMES
        )
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        print("waiting", flush=True)
        await elector.acquire()
        print("leading", flush=True)
        guarded = cluster.guarded(elector.fence)
        tasks = [
            asyncio.create_task(elector.hold()),
            asyncio.create_task(write_on(guarded, namespace, identity)),
            asyncio.create_task(stop.wait()),
        ]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.wait(tasks)
        if any(isinstance(task.exception(), LeadershipLostError) for task in done):
            print("lost", flush=True)
            return 3
        await elector.release()
        print("released", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(lead(Path(sys.argv[1]), *sys.argv[2:4])))
