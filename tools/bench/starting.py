"""What a process of the operator costs from its start until it has come to rest."""

import http.client
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self

from bench.load import resident, settle, spent
from support.installation import Role

READY_SECONDS: Final = 900.0
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


def start(name: str, begin: Callable[[], Role]) -> Start:
    """Start a process, and follow it until it has come to rest."""
    began = time.monotonic()
    role = begin()
    with _Pulse(role) as pulse:
        _wait_ready(role)
        ready, ready_cpu = time.monotonic() - began, spent(role.process.pid)
        settle((role.process.pid,))
        rest, rest_cpu = time.monotonic() - began, spent(role.process.pid)
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


def _wait_ready(role: Role) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", role.health_port, timeout=60)
            with closing(connection):
                connection.request("GET", "/readyz")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
        time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"{role.process.name} is not ready: {role.process.tail()}")


def _peak(pid: int) -> float:
    """Return the most memory that a process has held, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return int(found.split()[1]) / 1024
