"""PolicyReports: what existing objects break, in the form that dashboards of the field read.

One report in each namespace, of the Policy Working Group's shape: ``Report`` of openreports.io, or
``PolicyReport`` of wgpolicyk8s.io where a cluster has only that. It is bounded: findings beyond
the limit are counted in the summary and not listed. Tenants may read it, so it holds what the
TenantReport holds: nothing that a person has yet to look into, nothing of other tenants.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from aup.audit.impact import Impact
from aup.engine.decision import Finding, Outcome
from aup.engine.message import sentence
from aup.policy.terms import Terms
from aup.text import printable

SOURCE: Final = "aup-operator"
MAX_RESULTS: Final = 250
"""Results that are listed. Each is two kilobytes at most, and etcd takes 1.5 MiB an object."""
_RESULTS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.DENY: ("fail", "high"),
    Outcome.WARN: ("warn", "medium"),
    Outcome.AUDIT: ("warn", "low"),
}
"""What becomes of a finding: result and severity. Others are not for the tenant's eyes."""

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
        if finding.outcome in _RESULTS
    ]
    found.sort(key=_order)
    count = Counter(result["result"] for result in found)
    return {
        "source": SOURCE,
        "summary": {name: count[name] for name in ("pass", "fail", "warn", "error", "skip")},
        "results": found[:MAX_RESULTS],
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
    return {
        "policy": terms.policy.name,
        "rule": finding.rule,
        "category": finding.rule.partition("/")[0],
        "severity": severity,
        "result": result,
        "scored": True,
        "source": SOURCE,
        "message": printable(sentence(finding), 1024),
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
        },
    }


def _order(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Order results so that the same findings make the same report."""
    resource, properties = result["resources"][0], result["properties"]
    return (
        result["result"],
        result["rule"],
        resource["kind"],
        resource["name"],
        properties["path"],
        properties["value"],
    )
