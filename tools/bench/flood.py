"""What one tenant's flood costs the others: ``make bench ONLY=flood``.

Reviews go straight to one admission replica over TLS, as the API server would send them: the API
server has its own fairness, and is not what is measured. The flooding tenant keeps its clients
busy with pods that are refused; beside it another tenant sends ordinary pods. Quiet and flooded
turns take turns.

In a cluster clients run elsewhere. Here the replica has a core for itself, and the flood's clients
come last on the others: what is to be seen is the replica's line, not the machine's.
"""

import base64
import json
import os
import re
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.load import program
from bench.objects import catalogue, encoded, pod
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

ROUNDS: Final = int(os.environ.get("ROUNDS", "") or 5)
CORES: Final = sorted(os.sched_getaffinity(0))
QUIET_CLIENTS: Final = 2
QUIET_REQUESTS: Final = 2000
WARM_UP: Final = 20
"""Requests of each client of a flood before anything is measured."""
ENDLESS: Final = 10**6
COUNTER: Final = r"^aup_admission_duration_seconds_count (\S+)$"
FLOODS: Final = (("8 KB", 32, 8 << 10), ("64 KB", 32, 64 << 10), ("1 MB", 8, 1 << 20))
"""What the flood is made of: a title, clients, and bytes of each pod."""


@dataclass(frozen=True, slots=True)
class Row:
    """The other tenant beside one flood; milliseconds, medians of the rounds."""

    flood: str
    quiet_p50: float
    quiet_p99: float
    flooded_p50: float
    flooded_p99: float
    times_p99: float
    """How many times its quiet value."""
    rate: float
    """Reviews of both in a second."""


def measure() -> list[Row]:
    """Run the product with two tenants and measure the one beside the other."""
    with _apart(), installed(replicas=1) as installation:
        provide(installation, catalogue(), tenant("bench"), tenant("loud"))
        _confine(installation.admission[0].process.pid, CORES[:1])
        sender = _Sender(installation)
        quiet = sender.body("quiet", "bench-prod", pod())
        return [
            _row(sender, quiet, title, clients, sender.body("loud", "loud-prod", _forbidden(size)))
            for title, clients, size in FLOODS
        ]


@contextmanager
def _apart() -> Iterator[None]:
    """Have this process, and all that it starts, keep off the replica's core."""
    os.sched_setaffinity(0, CORES[1:] or CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def _confine(pid: int, cores: Iterable[int]) -> None:
    """Have all threads of a process run on some cores only."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def _last() -> None:
    """Have this process, and what it becomes, run when nobody else wants to.

    Not merely nice: such a process keeps its core for milliseconds after another one wakes.
    """
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _row(sender: "_Sender", quiet: Path, title: str, clients: int, loud: Path) -> Row:
    alone: list[list[float]] = []
    beside: list[list[float]] = []
    rates: list[float] = []
    for _ in range(ROUNDS):
        alone.append(sender.burst(quiet, QUIET_CLIENTS, QUIET_REQUESTS)[0])
        with sender.flood(loud, clients) as rate:
            beside.append(sender.burst(quiet, QUIET_CLIENTS, QUIET_REQUESTS)[0])
        rates.append(rate[0])
    p99 = _median(alone, 99), _median(beside, 99)
    return Row(
        flood=title,
        quiet_p50=_median(alone, 50),
        quiet_p99=p99[0],
        flooded_p50=_median(beside, 50),
        flooded_p99=p99[1],
        times_p99=p99[1] / p99[0],
        rate=statistics.median(rates),
    )


def _median(rounds: list[list[float]], percent: int) -> float:
    """Return the median over rounds of a percentile, in milliseconds."""
    return statistics.median(statistics.quantiles(r, n=100)[percent - 1] for r in rounds) / 1000


def _forbidden(size: int) -> dict[str, Any]:
    """Return a pod that is refused, of about that many bytes."""
    found = pod()
    found["spec"]["hostPID"] = True
    note = size - len(encoded(found))
    found["metadata"]["annotations"]["example.com/more"] = "x" * max(note, 0)
    return found


class _Sender:
    """Sends reviews to the replica."""

    def __init__(self, installation: Installation) -> None:
        self._cluster = installation.cluster
        self._role = installation.admission[0]
        name = installation.release.name
        bundle = self._cluster.kubectl(
            *("get", "validatingwebhookconfiguration", name),
            *("-o", "jsonpath={.webhooks[0].clientConfig.caBundle}"),
        ).stdout
        self._ca = self._cluster.folder / "flood-ca.pem"
        self._ca.write_bytes(base64.b64decode(bundle))
        self._token = self._cluster.folder / "flood-token"
        self._token.write_text("none")
        self._url = f"https://127.0.0.1:{installation.admission[0].port}/validate"

    def body(self, name: str, namespace: str, obj: dict[str, Any]) -> Path:
        """Write a review into a file."""
        request = {
            "uid": name,
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "operation": "CREATE",
            "namespace": namespace,
            "userInfo": {"username": "somebody", "groups": ["system:authenticated"]},
            "object": obj,
        }
        path = self._cluster.folder / f"flood-{name}-{len(encoded(obj))}.body"
        path.write_bytes(encoded({"request": request}))
        return path

    def burst(self, body: Path, clients: int, requests: int) -> tuple[list[float], float]:
        """Send reviews; return microseconds of each, and seconds of all."""
        done = subprocess.run(
            self._command(body, clients, requests),
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        answer = json.loads(done.stdout)
        return answer["microseconds"], answer["seconds"]

    @contextmanager
    def flood(self, body: Path, clients: int) -> Iterator[list[float]]:
        """Keep clients busy for as long as the block lasts; yield where the rate will stand."""
        rate: list[float] = []
        command = self._command(body, clients, ENDLESS)
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_last,  # noqa: PLW1509 - no threads of ours
        ) as loud:
            try:
                # The API server keeps its connections: to open so many is no part of a flood.
                stands = self._answered() + WARM_UP * clients
                until("the flood", lambda: self._answered() > stands)
                started, before = time.monotonic(), self._answered()
                yield rate
                rate.append((self._answered() - before) / (time.monotonic() - started))
            finally:
                loud.terminate()

    def _answered(self) -> float:
        """Return how many reviews the replica has answered."""
        found = re.search(COUNTER, self._role.metrics(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def _command(self, body: Path, clients: int, requests: int) -> list[str | Path]:
        return [
            program("load", self._cluster.folder),
            *("-url", self._url, "-ca", self._ca, "-token-file", self._token, "-body", body),
            *("-clients", str(clients), "-requests", str(requests)),
        ]
