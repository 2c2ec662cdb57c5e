"""The TenantReport of a namespace: what its tenant is held to, and how it stands.

Tenants read it, so it holds nothing of other tenants, nothing that a person has yet to look into
(a review may be about the tenant itself) but its own use, and nothing that consent covers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from aup.api.budget_use import BudgetUse
from aup.api.report import (
    ReportedFinding,
    ReportedQuarantine,
    ReportedUse,
    TenantReportStatus,
)
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.message import sentence
from aup.policy.terms import Terms
from aup.tenancy.stamps import hostnames
from aup.text import printable

MAX_FINDINGS: Final = 100
"""Findings that are listed; the rest is counted."""
_SHOWN: Final = frozenset({Outcome.DENY, Outcome.WARN, Outcome.AUDIT})
_Key = tuple[str, str, str, str]


def report_status(
    terms: Terms,
    decisions: Iterable[Decision],
    *,
    budget: BudgetUse | None,
    fair_use: tuple[ReportedUse, ...] | None,
    quarantine: ReportedQuarantine | None,
    before: TenantReportStatus | None,
    now: datetime,
) -> TenantReportStatus:
    """Return the report that a namespace must have.

    A finding keeps the time at which it was first found, and a report in which nothing changed
    keeps its time too, so that it compares equal.

    Args:
        terms: what the tenant is held to.
        decisions: on the objects of this namespace.
        budget: of all namespaces of the tenant; ``None`` without one.
        fair_use: what the tenant uses too much of; ``None`` while that is not known, so that what
            was told stays.
        quarantine: of this namespace; ``None`` without one.
        before: the report as it stands; ``None`` when there is none.
        now: the time of the decisions.

    """
    before = before or TenantReportStatus()
    found = _findings(decisions, first_seen(before), now)
    report = msgspec.structs.replace(
        before,
        tenant=terms.tenant,
        policy=terms.policy.name,
        revision=terms.policy.revision,
        enforce_from=terms.enforce_from,
        addresses=terms.network.addresses.cidrs,
        hostnames=hostnames(terms.network.domains),
        budget=budget,
        findings=tuple(found[:MAX_FINDINGS]),
        findings_total=len(found),
        fair_use=before.fair_use if fair_use is None else fair_use,
        quarantine=quarantine,
        contact=terms.policy.contact,
    )
    return report if report == before else msgspec.structs.replace(report, updated_at=now)


def _findings(
    decisions: Iterable[Decision], known: Mapping[_Key, datetime | None], now: datetime
) -> list[ReportedFinding]:
    """Return what the tenant is told of its objects, in a lasting order."""
    found = [
        _reported(decision, finding, known, now)
        for decision in decisions
        for finding in decision.findings
        if finding.outcome in _SHOWN
    ]
    return sorted(found, key=_key)


def _reported(
    decision: Decision, finding: Finding, known: Mapping[_Key, datetime | None], now: datetime
) -> ReportedFinding:
    """Write one finding down for the tenant."""
    reported = ReportedFinding(
        rule=finding.rule,
        clause=finding.clause,
        object=f"{decision.subject.kind}/{decision.subject.name}",
        path=printable(finding.violation.path, 1024),
        value=printable(finding.violation.value, 1024),
        message=printable(sentence(finding), 4096),
    )
    since = known.get(_key(reported)) or now
    return msgspec.structs.replace(reported, since=since)


def first_seen(before: TenantReportStatus | None) -> Mapping[_Key, datetime | None]:
    """Return since when each finding is known; those beyond the list begin anew."""
    return {_key(finding): finding.since for finding in (before.findings if before else ())}


def _key(finding: ReportedFinding) -> _Key:
    return finding.rule, finding.object, finding.path, finding.value
