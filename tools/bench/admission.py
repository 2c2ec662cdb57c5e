"""Admission on a real API server: server-side dry runs of one Pod, mode after mode, in one run.

All modes take turns in every round, so that what else the machine does hits them alike; what a
mode adds is its figure minus that of "no policy" in the same round.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench.load import Burst, burst, resident
from bench.modes import MODES, Mode, Switch
from bench.objects import NAMESPACE, pod
from support.installation import Installation, installed
from support.provision import provide, tenant

CLIENTS: Final = (1, 8, 32)
ROUNDS: Final = 3
REQUESTS: Final = {1: 400, 8: 1600, 32: 3200}
"""By clients."""
WARM_UP: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One mode at one concurrency: medians over the rounds."""

    mode: str
    clients: int
    p50: float
    """Milliseconds."""
    p99: float
    added_p50: float
    """Milliseconds beyond "no policy" of the same round."""
    added_p99: float
    rate: float
    """Requests in a second."""
    server_cpu: float
    """Seconds of the API server's processor time for 1,000 requests."""
    webhook_cpu: float
    """The same of all admission replicas."""
    memory: float
    """MiB of the largest admission replica after the run."""


def measure() -> list[Row]:
    """Install the product, measure every mode at every concurrency, and take it away."""
    with _running() as installation:
        switch = Switch(installation)
        found: defaultdict[tuple[str, int], list[Burst]] = defaultdict(list)
        for _ in range(ROUNDS):
            for mode in MODES:
                switch.to(mode)
                for clients in CLIENTS:
                    found[mode.name, clients].append(_burst(installation, clients))
        memory = max(resident(role.process.pid) for role in installation.admission)
    return [
        _row(mode, clients, found[mode.name, clients], found[MODES[0].name, clients], memory)
        for clients in CLIENTS
        for mode in MODES
    ]


@contextmanager
def _running() -> Iterator[Installation]:
    """Run the product in mode `available`, which has every part, with one tenant."""
    with installed({"mode": "available"}) as installation:
        provide(installation, tenant("bench", namespaces={"names": [NAMESPACE]}))
        yield installation


def _burst(installation: Installation, clients: int) -> Burst:
    """Warm the connections up, then measure."""
    cluster = installation.cluster
    watched = {
        "server": [cluster.pid_of("kube-apiserver")],
        "webhook": [role.process.pid for role in installation.admission],
    }
    burst(cluster, pod(), clients=clients, requests=WARM_UP, watched={})
    requests = REQUESTS[clients]
    return burst(cluster, pod(), clients=clients, requests=requests, watched=watched)


def _row(mode: Mode, clients: int, own: list[Burst], none: list[Burst], memory: float) -> Row:
    """Put the rounds of a mode together."""
    p50, p99 = [_percentile(b, 50) for b in own], [_percentile(b, 99) for b in own]
    without = [(_percentile(b, 50), _percentile(b, 99)) for b in none]
    median = statistics.median
    return Row(
        mode=mode.name,
        clients=clients,
        p50=median(p50),
        p99=median(p99),
        added_p50=median(a - b for a, (b, _) in zip(p50, without, strict=True)),
        added_p99=median(a - b for a, (_, b) in zip(p99, without, strict=True)),
        rate=median(len(b.microseconds) / b.seconds for b in own),
        server_cpu=median(1000 * b.cpu["server"] / len(b.microseconds) for b in own),
        webhook_cpu=median(1000 * b.cpu["webhook"] / len(b.microseconds) for b in own),
        memory=memory if mode.webhook else 0.0,
    )


def _percentile(found: Burst, percent: int) -> float:
    """Return a percentile in milliseconds."""
    return statistics.quantiles(found.microseconds, n=100)[percent - 1] / 1000
