"""Rules and dashboard, as Prometheus itself reads them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.controlplane import ControlPlane
from support.prometheus import promtool
from support.release import CHART, values_file

pytestmark = pytest.mark.prometheus

VALUES = {
    "prometheus": {
        "url": "https://prometheus.example:9090",
        "matchers": 'job=~"kubelet|node",cluster="eu-1"',
        "tokenSecret": "token",
        "caSecret": "authority",
    },
    "monitoring": {
        "rules": {"enabled": True, "labels": {"release": "prometheus"}},
        "serviceMonitor": {"enabled": True, "interval": "30s"},
        "dashboard": {"enabled": True},
        "scrapeAnnotations": True,
    },
}


def rendered(cluster: ControlPlane, *options: str) -> dict[tuple[str, str], Any]:
    """Return the chart's objects, by kind and name."""
    with values_file(VALUES) as values:
        text = cluster.helm(
            "template", "aup-operator", CHART, "-n", "aup-system", "-f", values, *options
        ).stdout
    found = [manifest for manifest in yaml.safe_load_all(text) if manifest]
    return {(m["kind"], m["metadata"]["name"]): m for m in found}


def check(kind: str, path: Path) -> None:
    """Have promtool read a file, and say why it does not."""
    done = subprocess.run(
        [promtool(), *kind.split(), path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_rules_in_either_form(cluster: ControlPlane, tmp_path: Path) -> None:
    """A ConfigMap, or a PrometheusRule where the cluster has that kind: the same rules."""
    plain = rendered(cluster)
    text = plain["ConfigMap", "aup-operator-rules"]["data"]["aup-operator.rules.yaml"]
    (tmp_path / "rules.yaml").write_text(text)
    check("check rules --lint-fatal", tmp_path / "rules.yaml")
    versions = ("--api-versions", "monitoring.coreos.com/v1/PrometheusRule")
    installed = rendered(cluster, *versions)
    rule = installed["PrometheusRule", "aup-operator"]
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    assert rule["spec"] == yaml.safe_load(text)
    assert ("ConfigMap", "aup-operator-rules") not in installed


def test_an_alert_fires_and_a_rule_records(cluster: ControlPlane, tmp_path: Path) -> None:
    """By promtool's own clock: one tenant over is told at once, a silence after half an hour."""
    text = rendered(cluster)["ConfigMap", "aup-operator-rules"]["data"]["aup-operator.rules.yaml"]
    (tmp_path / "rules.yaml").write_text(text)
    labels = 'container="web",image="i",job="kubelet",cluster="eu-1"'
    cores = "container_cpu_usage_seconds_total"
    summary = "CPU was last measured 1h 0m 0s ago: nothing begins and nothing ends meanwhile."
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f'{cores}{{namespace="a",{labels}}}', "values": "0+120x60"},
                    {
                        "series": f'{cores}{{namespace="b",{labels.replace("eu-1", "us-1")}}}',
                        "values": "0+120x60",
                    },
                    {
                        "series": 'aup_fair_use_last_reading_timestamp_seconds{measure="CPU"}',
                        "values": "0x60",
                    },
                ],
                "promql_expr_test": [
                    {
                        "expr": "namespace:aup_fair_use_cpu:cores",
                        "eval_time": "10m",
                        "exp_samples": [
                            {
                                "labels": 'namespace:aup_fair_use_cpu:cores{namespace="a"}',
                                "value": 2,
                            }
                        ],
                    }
                ],
                "alert_rule_test": [
                    {"eval_time": "20m", "alertname": "AupFairUseNotMeasured", "exp_alerts": []},
                    {
                        "eval_time": "60m",
                        "alertname": "AupFairUseNotMeasured",
                        "exp_alerts": [
                            {
                                "exp_labels": {"measure": "CPU", "severity": "warning"},
                                "exp_annotations": {"summary": summary},
                            }
                        ],
                    },
                ],
            }
        ],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
    check("test rules", tmp_path / "test.yaml")


BUDGETS: tuple[tuple[str, str, str, dict[str, str], str], ...] = (
    (
        "AupBudgetOver",
        'aup_tenants_over_budget{pod="leads"}',
        "0x10 2x60",
        {"severity": "info"},
        "2 tenants have more in use than their budget allows; nothing more is admitted to them.",
    ),
    (
        "AupBudgetStaysInFlight",
        'aup_ledgers_stalled{pod="leads"}',
        "0x10 1x60",
        {"severity": "warning"},
        "A share of the budgets of 1 tenants stays in flight, and nobody else can use it.",
    ),
    (
        "AupLedgerNotWritten",
        'aup_ledger_writes_total{reason="refused",pod="a"}',
        "0x10 0+3x60",
        {"severity": "warning", "reason": "refused"},
        "Ledgers of budgets cannot be written: refused.",
    ),
    (
        "AupLedgerStopped",
        'aup_ledger_writes_total{reason="stopped",pod="a"}',
        "0x10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1x60",
        {"severity": "warning"},
        "What writes a ledger ended by a fault of the operator; the log holds the trace.",
    ),
    (
        "AupBudgetClosed",
        'aup_ledger_verdicts_total{decision="closed",pod="a"}',
        "0x10 0+2x60",
        {"severity": "critical"},
        "Requests are refused whatever is left of a budget: a replica has no ledger to admit by.",
    ),
)
"""Alert, what is exported (it goes wrong in the eleventh minute), and what is told."""
QUIET = (
    ('aup_tenants_over_budget{pod="follows"}', "0x70"),
    ('aup_ledgers_stalled{pod="follows"}', "0x70"),
    ('aup_ledger_writes_total{reason="written",pod="a"}', "0+60x70"),
    ('aup_ledger_writes_total{reason="conflict",pod="a"}', "0+20x70"),
    ('aup_ledger_verdicts_total{decision="allowed",pod="a"}', "0+60x70"),
    ('aup_ledger_verdicts_total{decision="short",pod="a"}', "0+60x70"),
    ('aup_ledger_verdicts_total{decision="dry_closed",pod="a"}', "0+60x70"),
)
"""What goes on beside it in any cluster, and is nothing to be told of."""


def test_what_is_wrong_with_budgets_is_told_and_what_is_usual_is_not(
    cluster: ControlPlane, tmp_path: Path
) -> None:
    """Each alert by itself: half an hour in it is there, before that and without it nothing is."""
    text = rendered(cluster)["ConfigMap", "aup-operator-rules"]["data"]["aup-operator.rules.yaml"]
    (tmp_path / "rules.yaml").write_text(text)
    usual = [{"series": series, "values": values} for series, values in QUIET]

    def told(alert: str, labels: dict[str, str], summary: str) -> list[dict[str, Any]]:
        known = {"exp_labels": labels, "exp_annotations": {"summary": summary}}
        return [
            {"eval_time": "9m", "alertname": alert, "exp_alerts": []},
            {"eval_time": "30m", "alertname": alert, "exp_alerts": [known]},
        ]

    tests = [
        {
            "interval": "1m",
            "input_series": [*usual, {"series": series, "values": values}],
            "alert_rule_test": [
                *told(alert, labels, summary),
                *(
                    {"eval_time": "30m", "alertname": other, "exp_alerts": []}
                    for other, *_ in BUDGETS
                    if other != alert
                ),
            ],
        }
        for alert, series, values, labels, summary in BUDGETS
    ]
    test = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
    check("test rules", tmp_path / "test.yaml")


def test_prometheus_can_read_what_the_dashboard_asks(cluster: ControlPlane, tmp_path: Path) -> None:
    found = rendered(cluster)["ConfigMap", "aup-operator-dashboard"]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    board = json.loads(found["data"]["aup-operator.json"])
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = [
        {"record": f"dashboard:{number}", "expr": text.replace("$__rate_interval", "5m")}
        for number, text in enumerate(asked)
    ]
    (tmp_path / "rules.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})
    )
    check("check rules", tmp_path / "rules.yaml")


def test_the_controller_is_told_and_nobody_else(cluster: ControlPlane) -> None:
    """Admission needs neither Prometheus nor its token."""
    found = rendered(cluster)
    pods = {
        role: found["Deployment", f"aup-operator-{role}"]["spec"]["template"]
        for role in ("controller", "admission")
    }
    variables = {
        role: {entry["name"]: entry.get("value") for entry in container["env"]}
        for role, pod in pods.items()
        for container in pod["spec"]["containers"]
    }
    told = {k: v for k, v in variables["controller"].items() if "PROMETHEUS" in k or "FAIR" in k}
    assert told == {
        "AUP_PROMETHEUS_URL": "https://prometheus.example:9090",
        "AUP_PROMETHEUS_MATCHERS": 'job=~"kubelet|node",cluster="eu-1"',
        "AUP_PROMETHEUS_TOKEN_FILE": "/var/run/aup/prometheus/token",
        "AUP_PROMETHEUS_CA_FILE": "/var/run/aup/prometheus/ca.crt",
        "AUP_FAIR_USE_SECONDS": "60",
        "AUP_FAIR_USE_WINDOW_SECONDS": "300",
    }
    assert not any("PROMETHEUS" in name for name in variables["admission"])
    assert "prometheus" in {volume["name"] for volume in pods["controller"]["spec"]["volumes"]}
    for pod in pods.values():
        assert pod["metadata"]["annotations"]["prometheus.io/scrape"] == "true"
    monitor = found["ServiceMonitor", "aup-operator"]["spec"]
    service = found["Service", "aup-operator-metrics"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"].items() <= service.items()
    assert monitor["endpoints"] == [{"port": "health", "path": "/metrics", "interval": "30s"}]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"seconds": 600}, "must not exceed prometheus.windowSeconds"),
        ({"url": "http://p", "tokenSecret": "t"}, "needs an https URL"),
        ({"matchers": "cluster=eu"}, "matchers"),
        ({"url": "p:9090"}, "url"),
    ],
)
def test_what_cannot_work_is_refused_by_helm(
    cluster: ControlPlane, values: dict[str, Any], told: str
) -> None:
    with values_file({"prometheus": values}) as file:
        done = cluster.helm("template", "aup-operator", CHART, "-f", file, check=False)
    assert done.returncode != 0
    assert told in done.stderr


def test_nothing_of_it_is_there_unless_it_is_asked_for(cluster: ControlPlane) -> None:
    text = cluster.helm("template", "aup-operator", CHART).stdout
    assert "PROMETHEUS" not in text
    assert not [kind for kind in ("PrometheusRule", "ServiceMonitor") if f"kind: {kind}" in text]
    assert "grafana_dashboard" not in text
    assert "prometheus.io" not in text
