"""Fair use, measured by a real Prometheus over exporters whose numbers the test sets."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from support.controlplane.ports import unlikely
from support.installation import Installation, installed
from support.prometheus import Exporter, Server, prometheus
from support.provision import provide, tenant
from support.quarantines import QUICK_LEASE
from support.waiting import until

pytestmark = pytest.mark.prometheus

HOLD: Final = 3
"""Seconds that overuse, and recovery, must have been measured."""
FAIR_USE = {
    "forSeconds": HOLD,
    "limits": [{"measure": "CPU", "sharePercent": 40, "floor": "2"}],
}
CORES: Final = 8
LONG: Final = 2.5 * HOLD
"""Seconds after which what had to come has come: nothing that was not allowed to did."""


@dataclass(slots=True)
class Scene:
    """An operator that measures, and the cluster whose numbers it is told."""

    installation: Installation
    server: Server
    nodes: list[Exporter]
    forger: Exporter

    def use(self, **cores: float) -> None:
        """Set what namespaces use on the first node; ``acme_prod`` is ``acme-prod``."""
        for name, rate in cores.items():
            self.nodes[0].grow(cpu(name.replace("_", "-")), rate)

    def reports(self) -> dict[str, dict[str, Any]]:
        """Return what was reported, by tenant."""
        found = self.installation.cluster.kubectl("get", "abusereports", "-o", "json").stdout
        items = list(json.loads(found)["items"])
        by_tenant = {item["spec"]["usage"]["tenant"]: item for item in items}
        assert len(by_tenant) == len(items), "an episode was reported twice"
        return by_tenant

    def recovered(self, name: str) -> bool:
        """Tell whether the overuse of a tenant is over."""
        return "recoveredAt" in self.reports()[name].get("status", {})

    def standing(self, phase: str) -> float:
        """Return how many tenants stand somewhere with CPU time."""
        (controller,) = self.installation.controllers[-1:]
        start = f'aup_fair_use_tenants{{measure="CPU",phase="{phase}"}} '
        for line in controller.metrics().splitlines():
            if line.startswith(start):
                return float(line.removeprefix(start))
        return 0.0

    def gaps(self) -> float:
        """Return how many readings of CPU time did not count."""
        (controller,) = self.installation.controllers[-1:]
        start = 'aup_fair_use_gaps_total{measure="CPU"} '
        found = [x for x in controller.metrics().splitlines() if x.startswith(start)]
        return float(found[0].removeprefix(start)) if found else 0.0


def cpu(namespace: str) -> str:
    """Return the series of the CPU time of a namespace."""
    labels = f'namespace="{namespace}",pod="web",container="web",image="registry.example/web"'
    return f"container_cpu_usage_seconds_total{{{labels}}}"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("prometheus")
    nodes, forger = [Exporter(), Exporter()], Exporter()
    for node in nodes:
        node.set("machine_cpu_cores", CORES)
    nodes[1].grow(cpu("acme-prod"), 0.5)
    with prometheus(folder, {"cadvisor": nodes, "forger": [forger]}) as server:
        settings = {
            **QUICK_LEASE,
            "AUP_PROMETHEUS_URL": server.url,
            "AUP_PROMETHEUS_MATCHERS": 'job="cadvisor"',
            "AUP_FAIR_USE_SECONDS": "0.5",
            "AUP_FAIR_USE_WINDOW_SECONDS": "3",
        }
        values = {"policy": {"overrides": {"fairUse": FAIR_USE}}}
        with installed(values, replicas=1, settings=settings) as installation:
            names = ("acme", "bolt", "cosy")
            provide(installation, *(tenant(name) for name in names))
            yield Scene(installation, server, nodes, forger)
    for exporter in (*nodes, forger):
        exporter.stop()


def test_busy_but_alone_and_forged_labels_are_nobody(scene: Scene) -> None:
    """A large share of an idle cluster harms nobody; a label alone makes nobody responsible."""
    # Six of eight cores of a node that has room left.
    scene.use(acme_prod=5.5, bolt_prod=0.2)
    # A full node, but of namespaces that nobody has claimed, or that cannot exist.
    scene.nodes[1].grow(cpu("nobody-prod"), 4)
    scene.nodes[1].grow(cpu("acme-prod/../bolt"), 3.4)
    # What a tenant exports itself, as if it were a node on which another tenant runs wild.
    scene.forger.set("machine_cpu_cores", 4)
    scene.forger.grow(cpu("cosy-prod"), 4)
    until("the forgery is stored", lambda: scene.server.ask('up{job="forger"} == 1'))
    time.sleep(LONG)
    scene.nodes[1].drop(cpu("nobody-prod"))
    scene.nodes[1].drop(cpu("acme-prod/../bolt"))
    assert scene.standing("Rising") == 0
    assert scene.reports() == {}


def test_a_noisy_neighbour_is_reported_with_its_numbers(scene: Scene) -> None:
    """Under contention, who takes the largest part is reported; who suffers is not."""
    scene.use(acme_prod=6, bolt_prod=1.5)
    until("the report", lambda: "acme" in scene.reports())
    report = scene.reports()["acme"]
    usage = report["spec"]["usage"]
    assert report["spec"]["source"] == "usage"
    assert report["spec"]["category"] == "Usage"
    assert "address" not in report["spec"]
    assert (usage["measure"], usage["clause"], usage["unit"]) == ("CPU", "1.6", "cores")
    assert 5.5 < float(usage["used"]) < 7.5
    assert 0.6 < float(usage["share"]) < 0.9
    assert 0.85 <= float(usage["contention"]) < 1.1
    limits = (usage["floor"], usage["shareLimit"], usage["contentionLimit"])
    assert limits == ("2", "0.4", "0.85")
    assert usage["measuredSeconds"] >= HOLD
    assert usage["readings"] >= 2
    assert usage["namespace"] == usage["namespaces"][0]["name"] == "acme-prod"
    assert usage["query"].startswith("sum by (namespace) (rate(container_cpu_usage_seconds_total")
    name = report["metadata"]["name"]
    get = ("get", "abusereport", name, "-o", "json")
    until(
        "the answer",
        lambda: "phase" in json.loads(scene.installation.cluster.kubectl(*get).stdout)["status"],
    )
    status = scene.reports()["acme"]["status"]
    assert (status["phase"], status["tenant"], status["namespace"]) == (
        "Review",
        "acme",
        "acme-prod",
    )
    # Numbers alone isolate nobody, nor do they ask for it.
    assert "quarantine" not in status
    assert scene.installation.cluster.kubectl("get", "quarantines", "-o", "name").stdout == ""
    assert set(scene.reports()) == {"acme"}


def test_a_gap_and_a_restart_neither_end_nor_double_it(scene: Scene) -> None:
    """With a target gone, sums are too small to be believed, whatever they say."""
    before = scene.gaps()
    scene.nodes[1].on = False
    scene.use(acme_prod=0.1)
    until("the gap is noticed", lambda: scene.gaps() > before + 1)
    time.sleep(LONG)
    assert not scene.recovered("acme")
    # The process that knew of the episode is gone, and so is Prometheus for a while.
    scene.server.process.kill()
    scene.installation.controllers[-1].process.kill()
    scene.installation.start_controller().wait_ready()
    time.sleep(HOLD)
    assert not scene.recovered("acme")
    scene.use(acme_prod=6)
    scene.nodes[1].on = True
    scene.server.restart()
    until("it is known again", lambda: scene.standing("Over") == 1)
    assert not scene.recovered("acme")
    assert set(scene.reports()) == {"acme"}


def test_recovery_ends_it(scene: Scene) -> None:
    """And is written into the same report."""
    scene.use(acme_prod=0.5)
    until("it is over", lambda: scene.recovered("acme"))
    until("nobody is over", lambda: not scene.standing("Over") + scene.standing("Recovering"))


def test_a_gap_counts_for_nothing(scene: Scene) -> None:
    """What rose before a gap has not risen through it."""
    scene.use(bolt_prod=7.5)
    until("it rises", lambda: scene.standing("Rising") == 1)
    scene.nodes[0].on = False
    time.sleep(LONG)
    assert set(scene.reports()) == {"acme"}
    scene.use(bolt_prod=0.1)
    # The counter as it would have been had it been quiet meanwhile.
    scene.nodes[0].drop(cpu("bolt-prod"))
    scene.use(bolt_prod=0.1)
    scene.nodes[0].on = True
    until("it is quiet", lambda: scene.standing("Rising") == 0)
    assert set(scene.reports()) == {"acme"}


def test_without_prometheus_the_silence_is_told(scene: Scene) -> None:
    """In a metric and in the log; readiness is not lost over it."""
    role = scene.installation.start_controller(
        AUP_PROMETHEUS_URL=f"http://127.0.0.1:{unlikely(1)[0]}"
    )
    role.wait_ready()
    scene.installation.controllers[-2].process.kill()
    wanted = 'aup_fair_use_queries_total{measure="CPU",result="unreachable"}'
    until("the metric", lambda: wanted in role.metrics())
    assert "fair use was not measured" in Path(role.process.log).read_text()
    role.wait_ready()
