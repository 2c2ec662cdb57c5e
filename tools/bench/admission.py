"""Admission on a real API server: server-side dry runs of one Pod, engine after engine, in one run.

All contenders take turns in every round, so that what else the machine does hits them alike; what
one adds is its figure minus that of "no policy" in the same round. Only the one whose turn it is
stands in the way: other engines do not even run, and the product's processes are idle.
"""

import os
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench.contender import Contender
from bench.floor import SaysYes
from bench.handwritten import HandWritten
from bench.load import Burst, burst, quantile, resident, settle
from bench.modes import MODES, Part, Switch
from bench.objects import NAMESPACE, catalogue, pod
from bench.peers.gatekeeper import Gatekeeper
from bench.peers.kyverno import Kyverno
from support.controlplane import ControlPlane
from support.installation import Installation, installed
from support.provision import provide, tenant

CLIENTS: Final = (1, 8, 32)
ROUNDS: Final = int(os.environ.get("ROUNDS", "") or 3)
SCALE: Final = float(os.environ.get("SCALE", "") or 1)
"""Of the usual number of requests, for a run that is shorter and tells less."""
REQUESTS: Final = {1: round(800 * SCALE), 8: round(1600 * SCALE), 32: round(3200 * SCALE)}
"""By clients."""
WARM_UP: Final = {1: round(200 * SCALE), 8: round(800 * SCALE), 32: round(400 * SCALE)}
"""By clients. An engine that has just started is slower until it has seen a few hundred."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contender at one concurrency: medians over the rounds."""

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
    engine_cpu: float
    """The same of the processes that decide beside it."""
    idle_cpu: float
    """The same of the product's processes that had nothing to do with it."""
    memory: float
    """MiB of the largest process that decides, after its turn."""
    load: float
    """Of the machine in that minute: beyond its cores, others were at work and latencies mean
    little."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a contender did in one round, by clients."""

    bursts: dict[int, Burst]
    memory: float
    load: float


def measure(*, peers: bool = False) -> list[Row]:
    """Install the product, measure every contender at every concurrency, and take it away.

    Args:
        peers: whether other engines are measured too.

    """
    found: defaultdict[str, list[Turn]] = defaultdict(list)
    with _running() as installation:
        switch = Switch(installation)
        switch.to(MODES[0])
        nothing, *parts = (Part(mode, switch) for mode in MODES)
        by_hand = HandWritten(installation.cluster)
        others = _peers(installation.cluster) if peers else ()
        contenders: list[Contender] = [nothing, by_hand, *parts, *others]
        for number in range(ROUNDS):
            for contender in contenders:
                print(f"round {number + 1} of {ROUNDS}: {contender.name}", flush=True)
                found[contender.name].append(_turn(installation, contender, switch.processes))
    none = found[MODES[0].name]
    return [_row(name, n, turns, none) for n in CLIENTS for name, turns in found.items()]


def _peers(cluster: ControlPlane) -> Sequence[Contender]:
    """Return the other engines, and what none of them can stay below."""
    engines = Gatekeeper(cluster, "CEL"), Gatekeeper(cluster, "Rego"), Kyverno(cluster)
    return SaysYes(cluster), *engines


@contextmanager
def _running() -> Iterator[Installation]:
    """Run the product in mode `available`, which has every part, with one tenant."""
    with installed({"mode": "available"}) as installation:
        found = tenant("bench", namespaces={"names": [NAMESPACE]})
        provide(installation, catalogue(), found)
        yield installation


def _turn(installation: Installation, contender: Contender, ours: Sequence[int]) -> Turn:
    """Let one contender stand in the way, warm it up at each concurrency, and measure."""
    cluster = installation.cluster
    server = [cluster.pid_of("kube-apiserver")]
    with contender.standing() as deciding:
        settle((*server, *deciding))
        idle = sorted(set(ours) - set(deciding))
        watched = {"server": server, "engine": deciding, "idle": idle}
        bursts = {}
        for clients in CLIENTS:
            burst(cluster, pod(), clients=clients, requests=WARM_UP[clients], watched={})
            requests = REQUESTS[clients]
            bursts[clients] = burst(
                cluster, pod(), clients=clients, requests=requests, watched=watched
            )
        memory = max(map(resident, deciding), default=0.0)
        return Turn(bursts, memory, os.getloadavg()[0])


def _row(name: str, clients: int, turns: list[Turn], none: list[Turn]) -> Row:
    """Put the rounds of a contender together."""
    own = [turn.bursts[clients] for turn in turns]
    p50, p99 = [quantile(b, 50) for b in own], [quantile(b, 99) for b in own]
    without = [turn.bursts[clients] for turn in none]
    median = statistics.median

    def cpu(of: str) -> float:
        return median(1000 * b.cpu[of] / len(b.microseconds) for b in own)

    return Row(
        mode=name,
        clients=clients,
        p50=median(p50),
        p99=median(p99),
        added_p50=median(a - quantile(b, 50) for a, b in zip(p50, without, strict=True)),
        added_p99=median(a - quantile(b, 99) for a, b in zip(p99, without, strict=True)),
        rate=median(len(b.microseconds) / b.seconds for b in own),
        server_cpu=cpu("server"),
        engine_cpu=cpu("engine"),
        idle_cpu=cpu("idle"),
        memory=median(turn.memory for turn in turns),
        load=median(turn.load for turn in turns),
    )
