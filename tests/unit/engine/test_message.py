"""What a tenant reads stays within what an API server takes and shows."""

from datetime import datetime

from aup.engine import message
from aup.engine.decision import Decision, Finding, Outcome
from aup.facts.model import Subject
from aup.rules.base import Violation
from support.replacing import replace
from support.world import terms


def decision(count: int, outcome: Outcome) -> Decision:
    """Return a decision with this many findings."""
    findings = tuple(
        Finding(
            rule="host/port",
            clause="6.2",
            violation=Violation(f"spec.ports[{n}]", str(n), "is open", "close it", (str(n),)),
            outcome=outcome,
        )
        for n in range(count)
    )
    return Decision(Subject("", "Pod", "acme-prod", "web"), "acme", terms().policy, findings)


def test_a_denial_tells_all_that_it_holds_and_counts_the_rest() -> None:
    found = decision(5000, Outcome.DENY)
    told = message.told(found)
    text = message.denial(found)
    assert 100 < len(told) < 5000
    assert told == found.denials[: len(told)]
    assert len(text) < message.DENIAL_LIMIT + 1024
    assert f"and {5000 - len(told)} more findings, not shown here\n" in text
    assert text.count("[host/port, clause 6.2]") == len(told)


def test_a_denial_of_a_few_findings_tells_them_all() -> None:
    found = decision(3, Outcome.DENY)
    assert message.told(found) == found.denials
    assert "not shown" not in message.denial(found)


def test_warnings_end_where_the_api_server_stops_showing_them() -> None:
    lines = message.warnings(decision(1000, Outcome.WARN))
    *shown, last = lines
    assert sum(map(len, lines)) <= message.WARNINGS_LIMIT
    assert all(line.startswith("would violate [host/port") for line in shown)
    assert last == (
        f"and {1000 - len(shown)} more findings; "
        "what you are held to: kubectl get tenantreport aup -n acme-prod -o yaml"
    )


def test_a_warning_of_what_will_be_refused_names_the_day() -> None:
    (found,) = decision(1, Outcome.WARN).findings
    begins = datetime.fromisoformat("2026-12-21T01:30:00+02:00")
    text = message.warning(replace(found, refused_from=begins))
    assert text.startswith("would violate from 2026-12-20 [host/port, clause 6.2] ")


def test_a_few_warnings_are_all_shown() -> None:
    assert len(message.warnings(decision(3, Outcome.WARN))) == 3


def test_what_consent_covers_is_told_with_its_exemption_and_no_remedy() -> None:
    (found,) = decision(1, Outcome.EXEMPT).findings
    covered = replace(found, exemption="acme-debug-q4")
    assert message.excused(covered) == (
        "spec.ports[0] 0 is open; exemption acme-debug-q4 covers it"
    )
