"""Fair use: its reference page, the chart's recording rules and the chart's dashboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import yaml

from aup.fairuse.catalogue import CATALOGUE, Query, Scope
from docgen.markdown import code, page, table

FILES = Path("charts/aup-operator/files")
RECORDS = FILES / "records.yaml"
DASHBOARD = FILES / "dashboard.json"
MATCHERS, WINDOW = "MATCHERS", "WINDOW"
"""Stand in the files for what the template fills in."""
CONTENTION = "aup_fair_use_contention:ratio"
HEAD = """\
# Recording rules of fair use: made by `make docs` out of operator/aup/fairuse/catalogue.py, not to
# be edited. MATCHERS and WINDOW are filled in by the template.
"""


def write(root: Path) -> None:
    """Write the chart's files."""
    (root / RECORDS).write_text(records(), encoding="utf-8")
    (root / DASHBOARD).write_text(dashboard(), encoding="utf-8")


def records() -> str:
    """Return the recording rules."""
    rules: list[dict[str, Any]] = []
    for query in CATALOGUE:
        rules.append({"record": query.record, "expr": _expression(query.use, query)})
        if query.contention:
            rules.append(
                {
                    "record": CONTENTION,
                    "expr": _expression(query.contention, query),
                    "labels": {"measure": str(query.measure)},
                }
            )
    return HEAD + yaml.safe_dump({"rules": rules}, sort_keys=False, width=100)


def _expression(template: str, query: Query) -> str:
    full = f"{query.contention_percent / 100:g}"
    return Template(template).substitute(W=WINDOW, M=MATCHERS, C=full, L=WINDOW)


def pages(_root: Path) -> dict[str, str]:
    """Return the page of the measures."""
    rows = [
        (
            code(query.measure),
            query.title,
            query.unit,
            f"{query.share_percent} %",
            query.floor,
            f"{query.contention_percent} %" if query.contention else "none",
        )
        for query in CATALOGUE
    ]
    return {
        "fair-use.md": page(
            "Fair use",
            "What is measured, and from when on it is reported unless `spec.fairUse` of the policy "
            "says otherwise: use at least the floor, **and** at least the share of what is "
            "contended, **and** contention, for 15 measured minutes. It is over when one of the "
            "three has been below 80 % of its threshold for as long. "
            "[How to connect and tune it](../how-to/fair-use.md).",
            table(["Measure", "What", "Unit", "Share", "Floor", "Contention"], rows),
            *(_section(query) for query in CATALOGUE),
        )
    }


def _section(query: Query) -> str:
    scope = Scope()
    queries = [("Use by namespace", query.use), ("Share", query.share)]
    if query.contention:
        queries.append(("Contention", query.contention))
    queries.append(("Age of the oldest scrape, endless where a target is down", query.health()))
    parts = [f"## {query.measure}", f"Contention: {query.contention_means}. {query.note}".strip()]
    for title, template in queries:
        text = scope.render(template, query.contention_percent / 100)
        parts.append(f"{title}:\n\n```promql\n{text}\n```")
    parts.append(f"Recorded by the chart as {code(query.record)}.")
    return "\n\n".join(parts)


def dashboard() -> str:
    """Return the dashboard for Grafana."""
    panels = list(_panels())
    for number, panel in enumerate(panels):
        panel["id"] = number + 1
        panel["gridPos"] = {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)}
    board = {
        "uid": "aup-operator",
        "title": "AUP Operator",
        "tags": ["aup-operator"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                }
            ]
        },
        "panels": panels,
    }
    return json.dumps(board, indent=1, ensure_ascii=False) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    """Yield the panels: what the operator does, then what tenants use."""
    rate = "$__rate_interval"
    yield _panel(
        "Answers of the webhook",
        "reqps",
        (f"sum by (decision) (rate(aup_admission_decisions_total[{rate}]))", "{{decision}}"),
    )
    slow = f"sum by (le) (rate(aup_admission_duration_seconds_bucket[{rate}]))"
    yield _panel(
        "Time of an answer",
        "s",
        (f"histogram_quantile(0.5, {slow})", "p50"),
        (f"histogram_quantile(0.99, {slow})", "p99"),
    )
    yield _panel(
        "Findings of the webhook by rule",
        "reqps",
        (f"sum by (rule, enforcement) (rate(aup_rule_violations_total[{rate}]))", "{{rule}}"),
    )
    yield _panel(
        "Findings on what runs", "short", ("sum by (rule) (aup_audit_findings)", "{{rule}}")
    )
    yield from _budgets(rate)
    yield _panel("Quarantines", "short", ("sum by (phase) (aup_quarantines)", "{{phase}}"))
    yield _panel(
        "Tenants over fair use",
        "short",
        ("sum by (measure, phase) (aup_fair_use_tenants)", "{{measure}} {{phase}}"),
    )
    yield _panel(
        "Questions to Prometheus without an answer",
        "reqps",
        (
            f'sum by (result) (rate(aup_fair_use_queries_total{{result!="ok"}}[{rate}]))',
            "{{result}}",
        ),
    )
    yield _panel("Contention", "percentunit", (CONTENTION, "{{measure}}"))
    units = {"cores": "short", "bytes": "bytes", "bytes per second": "Bps"}
    for query in CATALOGUE:
        unit = units.get(query.unit, "reqps" if query.unit.startswith("requests") else "pps")
        yield _panel(f"{query.title}: most", unit, (f"topk(10, {query.record})", "{{namespace}}"))


def _budgets(rate: str) -> Iterator[dict[str, Any]]:
    """Yield the panels of budgets."""
    yield _panel(
        "Budgets in trouble",
        "short",
        ("max(aup_tenants_over_budget)", "tenants over their budget"),
        ("max(aup_ledgers_stalled)", "tenants whose share stays in flight"),
    )
    yield _panel(
        "Answers of ledgers",
        "reqps",
        (f"sum by (decision) (rate(aup_ledger_verdicts_total[{rate}]))", "{{decision}}"),
    )
    yield _panel(
        "Writes of ledgers",
        "reqps",
        (f"sum by (reason) (rate(aup_ledger_writes_total[{rate}]))", "{{reason}}"),
    )


def _panel(title: str, unit: str, *targets: tuple[str, str]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "title": title,
        "type": "timeseries",
        "datasource": source,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "expr": expr, "legendFormat": legend, "datasource": source}
            for n, (expr, legend) in enumerate(targets)
        ],
    }
