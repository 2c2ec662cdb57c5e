"""Our own outage: what a tenant's creates see while parts of the operator die or freeze."""

import asyncio
import json
import signal
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from support.controlplane import ControlPlane, Process
from support.installation import Installation, installed
from support.provision import provide, tenant

NAMESPACE = "acme-prod"
SECONDS = 24.0
PER_SECOND = 20
CHAOS = {4.0: "kill controller", 9.0: "kill admission", 14.0: "freeze admission"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One create and its answer."""

    at: float
    forbidden: bool
    status: int
    text: str
    seconds: float


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with one tenant."""
    with installed(replicas=3) as installation:
        provide(installation, tenant("acme"))
        yield installation


def pod(number: int, *, forbidden: bool) -> bytes:
    """Return a pod; every second one asks for the host's process table."""
    spec: dict[str, Any] = {"containers": [{"name": "a", "image": "nginx:1.29"}]}
    if forbidden:
        spec["hostPID"] = True
    metadata = {"name": f"p{number}"}
    return json.dumps(
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    ).encode()


async def stream(cluster: ControlPlane) -> list[Sent]:
    """Create pods at a steady rate, whether or not the last one has been answered."""
    started = time.monotonic()
    url = f"{cluster.url}/api/v1/namespaces/{NAMESPACE}/pods"
    headers = {
        "Authorization": f"Bearer {cluster.admin_token}",
        "Content-Type": "application/json",
    }
    tls = ssl.create_default_context(cafile=str(cluster.ca_file))
    limits = aiohttp.ClientTimeout(total=15)
    connector = aiohttp.TCPConnector(ssl=tls, limit=200)
    async with aiohttp.ClientSession(
        headers=headers, timeout=limits, connector=connector
    ) as session:

        async def create(number: int) -> Sent:
            forbidden = number % 2 == 1
            begun = time.monotonic()
            async with session.post(url, data=pod(number, forbidden=forbidden)) as answer:
                text = await answer.text()
            ended = time.monotonic()
            return Sent(begun - started, forbidden, answer.status, text, ended - begun)

        tasks = []
        for number in range(int(SECONDS * PER_SECOND)):
            tasks.append(asyncio.create_task(create(number)))
            await asyncio.sleep(max(0.0, started + (number + 1) / PER_SECOND - time.monotonic()))
        return list(await asyncio.gather(*tasks))


def busiest(installation: Installation) -> Process:
    """Return the replica that the API server talks to: it keeps few connections and keeps them."""
    port = installation.balancer.busiest()
    return next(r.process for r in installation.admission if r.port == port)


async def chaos(installation: Installation) -> None:
    """Kill the controller, kill a replica, freeze another one for five seconds."""
    started = time.monotonic()
    for at, what in CHAOS.items():
        await asyncio.sleep(max(0.0, started + at - time.monotonic()))
        match what:
            case "kill controller":
                installation.controllers[0].process.signal(signal.SIGKILL)
            case "kill admission":
                busiest(installation).signal(signal.SIGKILL)
            case _:
                frozen = busiest(installation)
                frozen.signal(signal.SIGSTOP)
                await asyncio.sleep(5)
                frozen.signal(signal.SIGCONT)


@pytest.mark.timeout(300)
def test_nothing_forbidden_passes_while_parts_of_us_die(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """Report how many innocent creates failed and for how long; forbidden ones never pass."""

    async def both() -> list[Sent]:
        trouble = asyncio.create_task(chaos(installation))
        sent = await stream(installation.cluster)
        await trouble
        return sent

    sent = asyncio.run(both())
    innocent = [s for s in sent if not s.forbidden]
    failed = [s for s in innocent if s.status != 201]
    with capsys.disabled():
        print(f"\n  {len(innocent)} innocent creates, {len(failed)} failed")
        for at, what in CHAOS.items():
            hit = [s for s in failed if at <= s.at < at + 5]
            lasted = max((s.at + s.seconds for s in hit), default=at) - at
            print(f"  {what:16} {len(hit):3} failed, over {lasted:.1f} s")
    assert not [s for s in sent if s.forbidden and s.status < 400]
    refused = [s for s in sent if s.forbidden and "[host/namespaces" in s.text]
    assert len(refused) > len(sent) // 4
    # A create that fails says that the webhook could not be asked; it is safe to send it again.
    assert all("workloads.aup.asergo.com" in s.text for s in failed)
    after = [s for s in innocent if s.at > SECONDS - 3]
    assert after
    assert all(s.status == 201 for s in after)
