"""What a process of the operator costs from its start until it has come to rest."""

import http.client
import os
import re
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self
from urllib.request import urlopen

from bench.load import AT_REST, resident, spent
from support.installation import Role
from support.waiting import until

READY_SECONDS: Final = 900.0
REST_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.02
"""Between two questions: a stall shorter than that may be missed."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a process started."""

    role: str
    ready: float
    """Seconds until it said that it was ready."""
    ready_cpu: float
    """Seconds of processor time until then."""
    rest: float
    """Seconds until it did next to nothing any more."""
    rest_cpu: float
    """Seconds of processor time until then."""
    memory: float
    """MiB that it holds at rest."""
    peak: float
    """The most MiB that it held."""
    stall: float
    """Milliseconds: the longest time in which it answered nothing."""
    load: float
    """Of the machine in that minute: beyond its cores, others were at work."""
    writes: int = 0
    """Requests of the operator that changed something until then, Leases left out."""


def start(name: str, begin: Callable[[], Role], *, leads: bool = False) -> Start:
    """Start a process, and follow it until it has come to rest.

    With ``leads`` it is ready when it leads and says so: one that waits for its turn is ready, too.
    """
    began = time.monotonic()
    role = begin()
    with _Pulse(role) as pulse:
        until("an answer", lambda: _is_ready(role, leads=leads), READY_SECONDS)
        ready, ready_cpu = time.monotonic() - began, spent(role.process.pid)
        _wait_at_rest(role.process.pid)
        rest, rest_cpu = time.monotonic() - began - REST_SECONDS, spent(role.process.pid)
    pid = role.process.pid
    return Start(
        role=name,
        ready=ready,
        ready_cpu=ready_cpu,
        rest=rest,
        rest_cpu=rest_cpu,
        memory=resident(pid),
        peak=_peak(pid),
        stall=1000 * pulse.longest,
        load=os.getloadavg()[0],
    )


class _Pulse:
    """Asks a process whether it lives, again and again: its event loop has to answer."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._over = Event()
        self._thread = Thread(target=self._ask, daemon=True)
        self.longest = 0.0
        """Seconds that an answer took."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            # It does not listen yet, or has closed the connection.
            with suppress(OSError, http.client.HTTPException):
                self._follow()

    def _follow(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._role.health_port, timeout=60)
        with closing(connection):
            while not self._over.wait(LOOK_SECONDS):
                asked = time.monotonic()
                connection.request("GET", "/livez")
                connection.getresponse().read()
                self.longest = max(self.longest, time.monotonic() - asked)


def _is_ready(role: Role, *, leads: bool) -> bool:
    with suppress(OSError):
        if leads and not re.search(r"^aup_leader 1", role.metrics(), re.MULTILINE):
            return False
        with urlopen(f"{role.url}/readyz", timeout=60):  # noqa: S310
            return True
    return False


def _wait_at_rest(pid: int) -> None:
    """Wait until a process has done next to nothing for a while."""
    before = spent(pid)
    for _ in range(int(READY_SECONDS / REST_SECONDS)):
        time.sleep(REST_SECONDS)
        now = spent(pid)
        if now - before < AT_REST * REST_SECONDS:
            return
        before = now
    raise TimeoutError("it does not come to rest")


def _peak(pid: int) -> float:
    """Return the most memory that a process has held, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return int(found.split()[1]) / 1024
