"""What the chart gives to Prometheus and Grafana: made of the catalogue, of metrics that exist."""

import json
import re

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from aup import metrics
from aup.fairuse.catalogue import CATALOGUE
from docgen import monitoring
from docgen.metrics import declared
from support.repository import ROOT

FILES = ROOT / "charts" / "aup-operator" / "files"
ALERTS = yaml.safe_load((FILES / "alerts.yaml").read_text())["rules"]
DASHBOARD = json.loads((FILES / "dashboard.json").read_text())
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def labels_of(name: str) -> set[str]:
    """Return the labels of a metric of ours, as it is exported."""
    found = {full: set(labels) for full, _, labels, _ in declared()}
    return found[re.sub(r"_(?:bucket|count|sum)$", "", name)]


def test_records_and_dashboard_are_made_of_the_catalogue() -> None:
    """`make docs` writes them."""
    assert (FILES / "records.yaml").read_text() == monitoring.records()
    assert (FILES / "dashboard.json").read_text() == monitoring.dashboard()


def test_every_measure_is_recorded_and_shown() -> None:
    recorded = {rule["record"] for rule in yaml.safe_load(monitoring.records())["rules"]}
    assert {query.record for query in CATALOGUE} < recorded
    for query in CATALOGUE:
        assert any(query.record in expression for expression in EXPRESSIONS)


@pytest.mark.parametrize(
    "expression", [*(alert["expr"] for alert in ALERTS), *EXPRESSIONS], ids=lambda text: text[:60]
)
def test_a_metric_that_is_asked_for_exists_with_its_labels(expression: str) -> None:
    """A name that nobody exports is an alert that never fires."""
    recorded = {rule["record"] for rule in yaml.safe_load(monitoring.records())["rules"]}
    for name in re.findall(r"[a-z_:]*\baup_\w+(?::\w+)?", expression):
        if name in recorded:
            continue
        assert labels_of(name) is not None
    for name, matchers in re.findall(r"(aup_\w+)\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)(?:=|!=|=~|!~)", matchers)) <= labels_of(name)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(alert: dict[str, dict[str, str]]) -> None:
    assert alert["labels"]["severity"] in {"critical", "warning", "info"}
    assert alert["annotations"]["summary"].endswith(".")
    page = (ROOT / "docs" / "how-to" / "answer-an-alert.md").read_text()
    assert page.count(f"\n| `{alert['alert']}` |") == 1


def test_the_labels_of_our_metrics_do_not_name_tenants() -> None:
    """What one tenant uses is told by Prometheus's own metrics, not by ours."""
    ours = [m for m in vars(metrics).values() if isinstance(m, MetricWrapperBase)]
    assert not {"tenant", "namespace"} & {x for m in ours for x in m._labelnames}
