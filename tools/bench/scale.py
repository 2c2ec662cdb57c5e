"""A large cluster: ``make bench ONLY=scale``.

500 tenants of 20 namespaces each and 100,000 pods, unless `TENANTS`, `NAMESPACES` and `PODS` say
otherwise, under the protocol `escrow`. The first tenant claims its namespaces while the operator
runs. Then it stops, the others are made after the first one's likeness, and its processes start
again, one after the other, and are followed.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from bench.load import burst, quantile
from bench.modes import MODES, Mode, Switch
from bench.objects import NAMESPACE, pod
from bench.population import Size, claim, multiply, populate
from bench.starting import Start, start
from support.balancer import Backend
from support.controlplane import ControlPlane
from support.controlplane.errors import RefusedError
from support.installation import Installation, installed
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
CLAIM_SECONDS: Final = 900.0
SETTLED_SECONDS: Final = 600.0
REQUESTS: Final = 800
REPORTS: Final = "/apis/aup.asergo.com/v1alpha1/tenantreports"
LEDGERS: Final = "/apis/aup.asergo.com/v1alpha1/budgetledgers"
KINDS: Final = (
    *(REPORTS, LEDGERS, "/apis/aup.asergo.com/v1alpha1/tenants"),
    *("/api/v1/pods", "/api/v1/namespaces", "/api/v1/resourcequotas", "/api/v1/limitranges"),
)
"""What is copied and watched."""


@dataclass(frozen=True, slots=True)
class Made:
    """What there is, and how it came to be."""

    tenants: int
    namespaces: int
    pods: int
    claimed: float
    """Seconds from the creation of the first Tenant until all that follows of it was written."""
    writes: int
    """Of the operator, meanwhile."""
    copied: float
    """Seconds until all the others were there, and the API server knew them."""


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

    made: Made
    starts: list[Start]
    rest: list[Asked]
    admission: list[Admission]


def measure(
    size: Size = SIZE,
    *,
    rest: float = REST_SECONDS,
    requests: int = REQUESTS,
    quiet: float = QUIET_SECONDS,
    settings: Mapping[str, str] | None = None,
) -> Found:
    """Make everything, and measure.

    Args:
        size: how much there is.
        rest: seconds for which is counted what is asked at rest.
        requests: how many admissions are timed.
        quiet: seconds without a write after which everything counts as done.
        settings: more ``AUP_*`` variables for every process.

    """
    values = {"budgets": {"protocol": "escrow"}}
    with installed(
        values, replicas=1, settings=settings, before=lambda cluster: populate(cluster, size)
    ) as installation:
        log = Log(installation.cluster, quiet)
        claimed = _claimed(installation, log, size)
        # In this order: the controller clears up after the replica, which each copy would name.
        installation.admission[0].process.stop()
        until("no shares", lambda: _settled(installation.cluster), SETTLED_SECONDS)
        installation.controllers[0].process.stop()
        made = Made(
            size.tenants,
            size.tenants * size.namespaces,
            size.pods,
            claimed,
            log.writes,
            _copied(installation.cluster, size),
        )
        _say(f"{made}")
        starts = _starts(installation, log)
        until("the ledgers", lambda: _settled(installation.cluster), SETTLED_SECONDS)
        return Found(made, starts, _rest(log, rest), _admission(installation, requests))


def _claimed(installation: Installation, log: "Log", size: Size) -> float:
    """Create the first Tenant, and wait until all that follows of it is written."""
    cluster = installation.cluster
    until("the policy", lambda: cluster.kubectl("get", "aup", "asergo", check=False).stdout)
    log.wait_quiet()
    log.writes, began = 0, time.monotonic()
    claim(cluster, size)
    until("reports", lambda: count(cluster, REPORTS) == size.namespaces, CLAIM_SECONDS)
    log.wait_quiet()
    seconds = time.monotonic() - began - log.quiet
    until("an open ledger", lambda: count(cluster, LEDGERS) and _settled(cluster), SETTLED_SECONDS)
    return seconds


def _copied(cluster: ControlPlane, size: Size) -> float:
    """Make the other tenants."""
    began = time.monotonic()
    multiply(cluster, size)
    for path in KINDS:
        until(f"the API server's copy of {path}", partial(_current, cluster, path), CLAIM_SECONDS)
    return time.monotonic() - began


def _current(cluster: ControlPlane, path: str) -> bool:
    """Tell whether the API server's own watch has seen all that is stored of a kind.

    Until then it refuses to watch from where a list stands.
    """
    try:
        version = json.loads(cluster.get(f"{path}?limit=1"))["metadata"]["resourceVersion"]
        cluster.get(f"{path}?resourceVersionMatch=NotOlderThan&resourceVersion={version}&limit=1")
    except (RefusedError, OSError):
        return False
    return True


def _starts(installation: Installation, log: "Log") -> list[Start]:
    """Start both processes again, one after the other."""
    old = installation.admission.pop()
    installation.controllers.clear()
    backend = Backend(old.port, old.health_port)
    found = []
    for name, begin in (
        ("admission", partial(installation.start_admission, backend)),
        ("controller", installation.start_controller),
    ):
        log.news()
        before = log.writes
        started = start(name, begin, leads=name == "controller")
        log.news()
        found.append(replace(started, writes=log.writes - before))
        _say(f"{found[-1]}")
    return found


def _settled(cluster: ControlPlane) -> bool:
    """Tell whether every budget is open, and no replica that has ended has a share."""
    leases = json.loads(cluster.get("/apis/coordination.k8s.io/v1/namespaces/aup-system/leases"))
    alive = {lease["metadata"]["name"].rpartition("-replica-")[2] for lease in leases["items"]}
    ledgers = json.loads(cluster.get(LEDGERS))["items"]
    return all(
        set(found["status"].get("open", ())) == found["status"]["hard"].keys()
        and found["status"].get("escrow", {}).keys() <= alive
        for found in ledgers
    )


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

    def __init__(self, cluster: ControlPlane, quiet: float) -> None:
        """Args: ``quiet`` is how many seconds without a write make rest."""
        self._path = cluster.folder / "audit.log"
        self._at = 0
        self.quiet = quiet
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
        while time.monotonic() - quiet_since < self.quiet:
            if any(map(_changes, self.news())):
                quiet_since = time.monotonic()
            time.sleep(0.5)

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
