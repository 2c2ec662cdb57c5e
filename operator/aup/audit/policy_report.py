"""PolicyReports: what existing objects break, in the form that dashboards of the field read.

One report in each namespace, of the Policy Working Group's shape: ``Report`` of openreports.io, or
``PolicyReport`` of wgpolicyk8s.io where a cluster has only that. It is bounded: findings beyond
the limit are counted in the summary and not listed. Tenants may read it, so it holds what the
TenantReport holds: nothing that a person has yet to look into, nothing of other tenants. Beside
that it says what an Exemption covers: whoever reads a dashboard would miss it there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aup.audit.impact import Impact
from aup.engine.decision import Finding, Outcome
from aup.engine.message import excused, sentence
from aup.policy.terms import Terms
from aup.text import printable

SOURCE: Final = "aup-operator"
MAX_RESULTS: Final = 250
"""Results that are listed. Each is two kilobytes at most, and etcd takes 1.5 MiB an object."""
_RESULTS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.DENY: ("fail", "high"),
    Outcome.WARN: ("warn", "medium"),
    Outcome.AUDIT: ("warn", "low"),
    Outcome.EXEMPT: ("skip", "info"),
}
"""What becomes of a finding: result and severity. Others are not for the tenant's eyes."""
_LISTED: Final = ("fail", "warn", "skip")
"""What is listed first, where not all can be."""

Seen = Mapping[tuple[str, str, str, str], datetime | None]
"""Rule, object, path and value to the time at which a finding was first made."""


def policy_report(
    terms: Terms, impacts: Iterable[Impact], seen: Seen, now: datetime
) -> dict[str, Any]:
    """Return the content of a report: everything but its kind and its metadata.

    Args:
        terms: what the tenant is held to.
        impacts: what the objects of one namespace break.
        seen: since when findings are known; others are new.
        now: the time at which they were judged.

    """
    found = [
        _result(terms, impact, finding, seen, now)
        for impact in impacts
        for finding in impact.findings
        if finding.outcome in _RESULTS and not finding.violation.review
    ]
    found.sort(key=_order)
    count = Counter(result["result"] for result in found)
    return {
        "source": SOURCE,
        "summary": {name: count[name] for name in ("pass", "fail", "warn", "error", "skip")},
        "results": found[:MAX_RESULTS],
    }


def timestamps(report: Mapping[str, Any]) -> Seen:
    """Return since when the findings of a report are known."""
    return {
        (
            result["rule"],
            f"{resource['kind']}/{resource['name']}",
            result["properties"]["path"],
            result["properties"]["value"],
        ): datetime.fromtimestamp(result["timestamp"]["seconds"], UTC)
        for result in report.get("results", ())
        for resource in result["resources"]
    }


def _result(
    terms: Terms, impact: Impact, finding: Finding, seen: Seen, now: datetime
) -> dict[str, Any]:
    """Return one finding as a result."""
    violation = finding.violation
    result, severity = _RESULTS[finding.outcome]
    path, value = printable(violation.path, 512), printable(violation.value, 256)
    key = (finding.rule, impact.object, path, value)
    since = seen.get(key) or now
    covered = {"exemption": printable(finding.exemption, 256)} if finding.exemption else {}
    return {
        "policy": terms.policy.name,
        "rule": finding.rule,
        "category": finding.rule.partition("/")[0],
        "severity": severity,
        "result": result,
        "scored": True,
        "source": SOURCE,
        "message": printable((excused if covered else sentence)(finding), 1024),
        "timestamp": {"seconds": int(since.timestamp()), "nanos": 0},
        "resources": [
            {
                "apiVersion": impact.api_version,
                "kind": impact.kind,
                "namespace": impact.namespace,
                "name": impact.name,
            }
        ],
        "properties": {
            "revision": terms.policy.revision,
            "clause": finding.clause,
            "path": path,
            "value": value,
            "help": finding.link,
            **covered,
        },
    }


def _order(result: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Order results so that the same findings make the same report."""
    resource, properties = result["resources"][0], result["properties"]
    return (
        _LISTED.index(result["result"]),
        result["rule"],
        resource["kind"],
        resource["name"],
        properties["path"],
        properties["value"],
    )
