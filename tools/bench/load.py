"""One burst of requests at the API server, and what it cost whom."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench.objects import NAMESPACE, encoded
from support.controlplane import ControlPlane, build
from support.controlplane.components import GO_MODULES

TICK: Final = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS: Final = 30
AT_REST: Final = 0.1
"""Seconds of processor time in a second."""
URL: Final = f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All&fieldManager=bench"


@dataclass(frozen=True, slots=True)
class Burst:
    """What some requests cost."""

    microseconds: tuple[int, ...]
    seconds: float
    cpu: Mapping[str, float]
    """Seconds of processor time, by who spent them."""


@cache
def program(name: str, folder: Path) -> Path:
    """Build a program of the benchmark into a folder; none has dependencies: it takes seconds."""
    target = folder / name
    subprocess.run(
        [build.find_go(), "build", "-o", target, "."],
        cwd=GO_MODULES / name,
        env=build.environment(),
        check=True,
        timeout=300,
    )
    return target


def burst(
    cluster: ControlPlane,
    manifest: Mapping[str, Any],
    *,
    clients: int,
    requests: int,
    watched: Mapping[str, Iterable[int]],
) -> Burst:
    """Create a Pod again and again by server-side dry run; every request must be admitted.

    Args:
        cluster: the API server.
        manifest: the Pod.
        clients: how many ask at once.
        requests: of all clients together.
        watched: processes whose processor time is counted, by a name.

    """
    body, token = cluster.folder / "bench-body.json", cluster.folder / "bench-token"
    body.write_bytes(encoded(dict(manifest)))
    token.touch(mode=0o600)
    token.write_text(cluster.admin_token)
    command: list[str | Path] = [
        program("load", cluster.folder),
        "-url",
        f"{cluster.url}{URL}",
        "-ca",
        cluster.ca_file,
    ]
    command += ["-token-file", token, "-body", body]
    command += ["-clients", str(clients), "-requests", str(requests)]
    before = {name: sum(map(spent, pids)) for name, pids in watched.items()}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    cost = {name: sum(map(spent, pids)) - before[name] for name, pids in watched.items()}
    answer = json.loads(done.stdout)
    if answer["refused"]:
        raise RuntimeError(f"{answer['refused']} of {requests} were refused: {answer['answer']}")
    return Burst(tuple(answer["microseconds"]), answer["seconds"], cost)


def quantile(done: Burst, percent: int) -> float:
    """Return a percentile of a burst, in milliseconds."""
    return statistics.quantiles(done.microseconds, n=100)[percent - 1] / 1000


def resident(pid: int) -> float:
    """Return the memory that a process holds now, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def settle(pids: Iterable[int]) -> None:
    """Wait until processes have come to rest, but not for ever: some never do.

    A server to which kinds have been added is busy describing them for seconds.
    """
    watched = tuple(pids)
    for _ in range(SETTLE_SECONDS):
        before = sum(map(spent, watched))
        time.sleep(1)
        if sum(map(spent, watched)) - before < AT_REST:
            return


def spent(pid: int) -> float:
    """Return the processor time that a process has spent so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
