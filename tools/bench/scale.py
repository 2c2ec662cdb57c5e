"""A large cluster: ``make bench ONLY=scale``.

500 tenants of 20 namespaces each and 100,000 pods, unless `TENANTS`, `NAMESPACES` and `PODS` say
otherwise, under the protocol `escrow`. Everything is there before the operator is; then Tenants
claim it, and when that is done its processes start again, one after the other, and are followed.
"""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from bench.load import burst, quantile
from bench.modes import MODES, Mode, Switch
from bench.objects import NAMESPACE, pod
from bench.population import Size, claim, populate
from bench.starting import Start, start
from support.balancer import Backend
from support.controlplane import ControlPlane
from support.installation import Installation, Role, installed
from support.provision import provide, tenant
from support.waiting import until

SIZE: Final = Size(
    tenants=int(os.environ.get("TENANTS", "") or 500),
    namespaces=int(os.environ.get("NAMESPACES", "") or 20),
    pods=int(os.environ.get("PODS", "") or 100_000),
)
REST_SECONDS: Final = float(os.environ.get("REST", "") or 660)
"""More than the ten minutes after which everything is reconciled without a cause."""
QUIET_SECONDS: Final = 20.0
"""So long nothing but Leases must have been written before a measurement begins."""
CLAIM_SECONDS: Final = 3600.0
REQUESTS: Final = 800
VALUES: Final = {"budgets": {"protocol": "escrow"}}
REPORTS: Final = "/apis/aup.asergo.com/v1alpha1/tenantreports"
LEDGERS: Final = "/apis/aup.asergo.com/v1alpha1/budgetledgers"
PODS: Final = "/api/v1/pods"


@dataclass(frozen=True, slots=True)
class Claimed:
    """How the tenants came to be."""

    tenants: int
    namespaces: int
    pods: int
    made: float
    """Seconds until all objects were there."""
    claimed: float
    """Seconds from the first Tenant until nothing was left to be written."""
    writes: int
    """Of the operator, meanwhile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked the API server for at rest."""

    role: str
    verb: str
    resource: str
    in_a_minute: float


@dataclass(frozen=True, slots=True)
class Admission:
    """A server-side dry run of one Pod, by one client."""

    mode: str
    p50: float
    """Milliseconds."""
    p99: float


@dataclass(frozen=True, slots=True)
class Found:
    """All that is measured."""

    claimed: Claimed
    starts: list[Start]
    rest: list[Asked]
    admission: list[Admission]


def measure(size: Size = SIZE, rest: float = REST_SECONDS, requests: int = REQUESTS) -> Found:
    """Make everything, and measure.

    Args:
        size: how much there is.
        rest: seconds for which is counted what is asked at rest.
        requests: how many admissions are timed.

    """
    made: list[float] = []

    def before(cluster: ControlPlane) -> None:
        began = time.monotonic()
        populate(cluster, size)
        until("all pods", lambda: count(cluster, PODS) >= size.pods, 600)
        made.append(time.monotonic() - began)

    with installed(VALUES, replicas=1, before=before) as installation:
        log = Log(installation.cluster)
        claimed = _claimed(installation, log, size, made[0])
        _say(f"{claimed}")
        starts = _starts(installation, log)
        return Found(claimed, starts, _rest(log, rest), _admission(installation, requests))


def _claimed(installation: Installation, log: "Log", size: Size, made: float) -> Claimed:
    """Create the Tenants, and wait until all that follows of it is written."""
    cluster, began = installation.cluster, time.monotonic()
    until("the policy", lambda: cluster.kubectl("get", "aup", "asergo", check=False).stdout)
    claim(cluster, size)
    names = len(size.namespace_names)

    def done() -> bool:
        there = count(cluster, REPORTS), count(cluster, LEDGERS)
        _say(f"{there[0]} of {names} namespaces, {there[1]} of {size.tenants} ledgers")
        time.sleep(2)
        return there == (names, size.tenants)

    until("the tenants' namespaces", done, CLAIM_SECONDS)
    log.wait_quiet()
    seconds = time.monotonic() - began - QUIET_SECONDS
    return Claimed(size.tenants, names, size.pods, made, seconds, log.writes)


def _starts(installation: Installation, log: "Log") -> list[Start]:
    """Start both processes again, one after the other."""

    def controller() -> Role:
        installation.controllers.pop().process.stop()
        return installation.start_controller()

    def admission() -> Role:
        old = installation.admission.pop()
        old.process.stop()
        return installation.start_admission(Backend(old.port, old.health_port))

    found = []
    for name, begin in (("admission", admission), ("controller", controller)):
        log.wait_quiet()
        found.append(start(name, begin))
        _say(f"{found[-1]}")
    return found


def _rest(log: "Log", seconds: float) -> list[Asked]:
    """Count what is asked while nothing happens."""
    log.wait_quiet()
    log.news()
    time.sleep(seconds)
    asked = Counter(
        (role, entry["verb"], entry["objectRef"].get("resource", ""))
        for entry in log.news()
        if (role := log.role(entry)) and "objectRef" in entry
    )
    return [Asked(*what, 60 * number / seconds) for what, number in sorted(asked.items())]


def _admission(installation: Installation, requests: int) -> list[Admission]:
    """Ask for one more Pod, with and without the webhook."""
    provide(installation, tenant("bench", namespaces={"names": [NAMESPACE]}))
    switch, found = Switch(installation), []
    for mode in (MODES[0], Mode("webhook", guard=True, webhook=True)):
        switch.to(mode)
        for number in (requests // 4, requests):
            done = burst(installation.cluster, pod(), clients=1, requests=number, watched={})
        found.append(Admission(mode.name, quantile(done, 50), quantile(done, 99)))
    return found


class Log:
    """The API server's audit log: what the operator's ServiceAccounts asked for."""

    def __init__(self, cluster: ControlPlane) -> None:
        self._path = cluster.folder / "audit.log"
        self._at = 0
        self.writes = 0
        """Seen so far, without those of Leases."""

    def news(self) -> list[dict[str, Any]]:
        """Return what was asked since this was called the last time."""
        if self._path.stat().st_size < self._at:
            # It was full, and another one was begun.
            self._at = 0
        with self._path.open("rb") as file:
            file.seek(self._at)
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._at += sum(map(len, whole))
        found = [json.loads(line) for line in whole]
        self.writes += sum(map(_changes, found))
        return found

    def wait_quiet(self) -> None:
        """Wait until for a while nothing has been written but Leases."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            if any(map(_changes, self.news())):
                quiet_since = time.monotonic()
            time.sleep(1)

    @staticmethod
    def role(entry: dict[str, Any]) -> str:
        """Return whose request it was."""
        return str(entry["user"]["username"]).rpartition("-")[2]


def _changes(entry: dict[str, Any]) -> bool:
    resource = entry.get("objectRef", {}).get("resource")
    return entry["verb"] not in {"get", "list", "watch"} and resource != "leases"


def count(cluster: ControlPlane, path: str) -> int:
    """Return how many objects there are of a kind."""
    found = json.loads(cluster.get(f"{path}?limit=1"))
    return len(found["items"]) + int(found["metadata"].get("remainingItemCount", 0))


def _say(text: str) -> None:
    print(text, flush=True)
