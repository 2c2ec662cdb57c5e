"""Every measure of fair use through a real Prometheus: who is told and reported, and who is not.

One tenant is reported after seconds, one has a policy that waits for an hour, one suffers.
"""

import json
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from aup.api.sections.fair_use import Measure
from support.fair_use import DRIVES, HEAVY, LITTLE
from support.installation import Installation, installed
from support.prometheus import Exporter, prometheus
from support.provision import provide, tenant
from support.waiting import until

pytestmark = pytest.mark.prometheus

HOLD: Final = 3
"""Seconds that overuse must have been measured to be reported."""
LONG: Final = 2.5 * HOLD
"""Seconds after which what had to come has come: nothing that was not allowed to did."""
LIMITS = [
    {
        "measure": measure.value,
        "sharePercent": 40,
        "floor": f"{drive.floor:.0f}",
        **({"contentionQuery": drive.query} if drive.query else {}),
    }
    for measure, drive in DRIVES.items()
]
USED = {"acme-prod": HEAVY, "slow-prod": HEAVY, "bolt-prod": LITTLE}
EACH = pytest.mark.parametrize("measure", Measure)


@dataclass(slots=True)
class Scene:
    """An operator that measures, and the targets that it hears of."""

    installation: Installation
    targets: dict[str, Exporter]
    forger: Exporter

    def room(self, *, plenty: bool) -> None:
        """Have everything be full, or nothing."""
        for drive in DRIVES.values():
            drive.room(self.targets["kubelet"], plenty=plenty)

    def reports(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return what was reported, by tenant and measure."""
        items = self._json("abusereports")["items"]
        usages = [(item["spec"]["usage"], item) for item in items]
        return {(usage["tenant"], usage["measure"]): item for usage, item in usages}

    def told(self, name: str) -> dict[str, dict[str, Any]]:
        """Return what a tenant is told of its own use, by measure."""
        status = self._json("tenantreport", "aup", "-n", f"{name}-prod").get("status", {})
        return {use["measure"]: use for use in status.get("fairUse", ())}

    def metric(self, name: str, measure: Measure) -> float:
        """Return a metric of the controller."""
        start = f'{name}{{measure="{measure}"}} '
        lines = self.installation.controllers[-1].metrics().splitlines()
        found = [line for line in lines if line.startswith(start)]
        return float(found[0].removeprefix(start)) if found else 0.0

    def read(self, measure: Measure) -> float:
        """Return when a measure was last known whole, in seconds since 1970."""
        return self.metric("aup_fair_use_last_reading_timestamp_seconds", measure)

    def _json(self, *what: str) -> dict[str, Any]:
        found = self.installation.cluster.kubectl("get", *what, "-o", "json").stdout
        return dict(json.loads(found))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Run everything with much in use and enough for all."""
    folder = tmp_path_factory.mktemp("prometheus")
    targets, forger = {"kubelet": Exporter(), "audit": Exporter()}, Exporter()
    for drive in DRIVES.values():
        drive.room(targets["kubelet"], plenty=True)
        for namespace, amount in USED.items():
            drive.use(targets[drive.job], namespace, amount)
    jobs = {name: [exporter] for name, exporter in targets.items()} | {"forger": [forger]}
    with prometheus(folder, jobs) as server:
        settings = {
            "AUP_PROMETHEUS_URL": server.url,
            "AUP_FAIR_USE_SECONDS": "0.5",
            "AUP_FAIR_USE_WINDOW_SECONDS": "3",
        }
        values = {"policy": {"overrides": {"fairUse": {"forSeconds": HOLD, "limits": LIMITS}}}}
        with installed(values, replicas=1, settings=settings) as installation:
            provide(installation, tenant("acme"), tenant("bolt"))
            patient(installation, "patient")
            provide(installation, tenant("slow", policy="patient"))
            yield Scene(installation, targets, forger)
    for exporter in (*targets.values(), forger):
        exporter.stop()


def states(told: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    """Return measure, state and clause of what a tenant is told."""
    return {(measure, use["state"], use["clause"]) for measure, use in told.items()}


def patient(installation: Installation, name: str) -> None:
    """Create a policy that is the preset's, but waits for an hour before it reports."""
    found = installation.cluster.kubectl("get", "aup", "asergo", "-o", "json").stdout
    spec = json.loads(found)["spec"]
    spec["fairUse"]["forSeconds"] = 3600
    head = {"apiVersion": "aup.asergo.com/v1alpha1", "kind": "AcceptableUsePolicy"}
    manifest = {**head, "metadata": {"name": name}, "spec": spec}
    installation.cluster.kubectl("create", "-f", "-", input=json.dumps(manifest))


@pytest.fixture(scope="module")
def alone(scene: Scene) -> Scene:
    """Wait until every measure has been read for long enough."""
    enough = time.time() + LONG
    until("readings", lambda: all(scene.read(measure) > enough for measure in Measure))
    return scene


@EACH
def test_who_takes_much_of_what_is_enough_for_all_hears_nothing(
    alone: Scene, measure: Measure
) -> None:
    assert [who for who, what in alone.reports() if what == measure] == []
    assert all(measure not in alone.told(name) for name in ("acme", "slow", "bolt"))


@pytest.fixture(scope="module")
def crowded(alone: Scene) -> Scene:
    """Have everything be full, with nothing else changed."""
    alone.room(plenty=False)
    return alone


@EACH
def test_who_takes_much_while_others_run_short_is_reported(
    crowded: Scene, measure: Measure
) -> None:
    """With its own numbers, and those of how full it was."""
    until("the report", lambda: ("acme", measure) in crowded.reports())
    usage = crowded.reports()["acme", measure]["spec"]["usage"]
    drive = DRIVES[measure]
    assert usage["namespace"] == "acme-prod"
    assert 0.6 * HEAVY < float(usage["used"]) / drive.scale < 1.4 * HEAVY
    assert float(usage["floor"]) == drive.floor
    assert 0.4 <= float(usage["share"]) < 0.6
    assert 0.85 <= float(usage["contention"]) < 1.2
    assert usage["jobs"] == [drive.job]
    reported = (measure, "Reported", "1.6")
    until("the word", lambda: reported in states(crowded.told("acme")))


@EACH
def test_it_is_told_before_anything_is_reported(crowded: Scene, measure: Measure) -> None:
    """From the first reading on, with its own numbers and nothing of anybody else."""
    until("the notice", lambda: (measure, "Noticed", "1.6") in states(crowded.told("slow")))
    told = crowded.told("slow")[measure]
    assert 0.6 * HEAVY < float(told["used"]) / DRIVES[measure].scale < 1.4 * HEAVY
    assert [use["name"] for use in told["namespaces"]] == ["slow-prod"]
    assert "it is reported to abuse@asergo.example once it has lasted for 60 min" in told["message"]
    assert "acme" not in json.dumps(told)
    assert "bolt" not in json.dumps(told)
    assert ("slow", measure) not in crowded.reports()


@EACH
def test_who_suffers_is_neither_told_nor_reported(crowded: Scene, measure: Measure) -> None:
    until("somebody else's report", lambda: ("acme", measure) in crowded.reports())
    assert ("bolt", measure) not in crowded.reports()
    assert measure not in crowded.told("bolt")


def test_a_restart_takes_no_word_back(crowded: Scene) -> None:
    """What an earlier process told stands until a new one has measured."""
    before = crowded.told("slow")
    installation = crowded.installation
    replaced = installation.controllers.pop()
    replaced.process.signal(signal.SIGTERM)
    assert replaced.process.wait() == 0
    installation.start_controller().wait_ready()
    until("readings", lambda: all(map(crowded.read, Measure)))
    assert crowded.told("slow").keys() == before.keys()
    assert {use["state"] for use in crowded.told("acme").values()} == {"Reported"}


def test_several_jobs_that_export_one_measure_are_told(crowded: Scene) -> None:
    """A forgery, or a target that counts twice: nothing but the jobs' names shows it."""
    log = Path(crowded.installation.controllers[-1].process.log)
    assert "set prometheus.matchers" in log.read_text()
    assert "several jobs export one measure" not in log.read_text()
    DRIVES[Measure.CPU].use(crowded.forger, "bolt-prod", LITTLE)
    until("both jobs", lambda: crowded.metric("aup_fair_use_jobs", Measure.CPU) == 2)
    assert crowded.metric("aup_fair_use_jobs", Measure.MEMORY) == 1
    assert '"jobs":["forger","kubelet"]' in log.read_text()


def test_it_ends_when_there_is_enough_for_all(crowded: Scene) -> None:
    """In the report, and in what the tenants are told."""
    crowded.room(plenty=True)
    until(
        "recovery",
        lambda: all("recoveredAt" in r.get("status", {}) for r in crowded.reports().values()),
    )
    until("nothing to tell", lambda: not crowded.told("acme") and not crowded.told("slow"))
    assert {who for who, _ in crowded.reports()} == {"acme"}
