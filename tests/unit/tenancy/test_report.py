"""TenantReports: what a tenant may know, and nothing that changes without a reason."""

from datetime import timedelta

from aup.api.budget_use import BudgetUse
from aup.api.report import ReportedQuarantine, ReportedUse, TenantReportStatus, UseState
from aup.api.sections.fair_use import Measure
from aup.engine.decision import Decision, Finding, Outcome
from aup.facts.model import Subject
from aup.rules.base import Violation
from aup.tenancy.report import MAX_FINDINGS, report_status
from support.world import NOW, terms

BUDGET = BudgetUse(hard={"pods": "10"}, used={"pods": "3"})
QUARANTINE = ReportedQuarantine(state="Isolated", reasons=("PortScan",), appeal="write to us")

USE = ReportedUse(
    measure=Measure.CPU,
    state=UseState.NOTICED,
    clause="1.6",
    unit="cores",
    used="6.75",
    floor="4",
    since=NOW,
    measured_at=NOW,
    message="CPU time: the namespaces of acme use 6.75 cores while others run short",
)


def decision(*outcomes: Outcome, name: str = "web", value: str = "8080") -> Decision:
    """Return a decision with one finding for each outcome."""
    violation = Violation(
        path="spec.containers[0].ports[0].hostPort",
        value=value,
        detail="is opened on the node's own address",
        remedy="leave out hostPort",
        key=(value,),
    )
    return Decision(
        subject=Subject("apps", "Deployment", "acme-prod", name),
        tenant="acme",
        policy=terms("acme").policy,
        findings=tuple(Finding("host/port", "6.2", violation, outcome) for outcome in outcomes),
    )


def report(
    *decisions: Decision,
    before: TenantReportStatus | None = None,
    days: int = 0,
    fair_use: tuple[ReportedUse, ...] | None = (),
) -> TenantReportStatus:
    return report_status(
        terms("acme"),
        decisions,
        budget=BUDGET,
        fair_use=fair_use,
        quarantine=QUARANTINE,
        before=before,
        now=NOW + timedelta(days=days),
    )


def test_a_report_says_what_the_tenant_is_held_to() -> None:
    found = report()
    assert (found.policy, found.revision) == ("asergo", "2023-06-01")
    assert found.addresses == ("198.51.100.16/28", "2001:db8:a::/64")
    assert found.hostnames == (".acme.example", "shop.example.net", ".xn--bcher-kva.example")
    assert found.contact == "abuse@asergo.example"
    assert (found.budget, found.quarantine) == (BUDGET, QUARANTINE)
    assert (found.findings, found.findings_total, found.updated_at) == ((), 0, NOW)


def test_a_finding_is_written_as_in_the_denial() -> None:
    (finding,) = report(decision(Outcome.DENY)).findings
    assert (finding.rule, finding.clause, finding.object) == ("host/port", "6.2", "Deployment/web")
    assert finding.message == (
        "spec.containers[0].ports[0].hostPort 8080 is opened on the node's own address; "
        "leave out hostPort"
    )
    assert finding.since == NOW


def test_reviews_and_consent_are_not_the_tenants_business() -> None:
    outcomes = (Outcome.DENY, Outcome.WARN, Outcome.AUDIT, Outcome.REVIEW, Outcome.EXEMPT)
    assert report(decision(*outcomes)).findings_total == 3


def test_measured_use_is_told_until_it_is_known_to_be_over() -> None:
    """A process that has just started knows nothing yet, and takes nothing back."""
    noticed = report(fair_use=(USE,))
    assert noticed.fair_use == (USE,)
    unknown = report(before=noticed, fair_use=None, days=1)
    assert unknown == noticed
    assert report(fair_use=None).fair_use == ()
    assert report(before=noticed, fair_use=()).fair_use == ()


def test_a_finding_keeps_its_time_and_a_new_one_gets_its_own() -> None:
    first = report(decision(Outcome.WARN))
    second = report(
        decision(Outcome.WARN), decision(Outcome.WARN, name="api"), before=first, days=1
    )
    assert [(f.object, f.since) for f in second.findings] == [
        ("Deployment/api", NOW + timedelta(days=1)),
        ("Deployment/web", NOW),
    ]
    assert second.updated_at == NOW + timedelta(days=1)


def test_a_report_in_which_nothing_changed_is_the_same() -> None:
    first = report(decision(Outcome.WARN))
    assert report(decision(Outcome.WARN), before=first, days=1) == first


def test_the_list_is_bounded_and_the_rest_is_counted() -> None:
    many = [decision(Outcome.WARN, name=f"web-{i:03}") for i in range(MAX_FINDINGS + 5)]
    found = report(*many)
    assert (len(found.findings), found.findings_total) == (MAX_FINDINGS, MAX_FINDINGS + 5)


def test_what_a_tenant_wrote_is_made_printable_and_bounded() -> None:
    (finding,) = report(decision(Outcome.WARN, value="x\n\x00" * 5000)).findings
    assert len(finding.value) <= 1024
    assert finding.value.isprintable()
