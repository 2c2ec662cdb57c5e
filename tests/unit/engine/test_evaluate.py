"""What the engine makes of violations: modes, notice, consent and the ratchet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from aup.api.sections.choice import Enforcement
from aup.engine.decision import Decision, Outcome
from aup.engine.evaluate import UNREADABLE, evaluate
from aup.facts.model import Exposure, Facts, Placement, Problem, Subject, Workload
from aup.policy.addresses import AddressSet
from aup.policy.terms import ExemptionTerm, Terms
from aup.rules.base import Rule, Violation
from support.replacing import replace
from support.world import terms

SUBJECT = Subject(group="", kind="Pod", namespace="acme-prod", name="web")
TOOL = "docker.io/library/tool"
ADDRESS = ip_address("203.0.113.9")


def workload(*labels: str) -> Facts:
    """Return a pod that breaks the rule of this module once for each label."""
    found = Workload(
        namespace="acme-prod",
        path="spec",
        containers=(),
        volume_images=(),
        placement=Placement(regions=None, path="", value=""),
        labels={f"{number}": label for number, label in enumerate(labels)},
    )
    return Facts(SUBJECT, (found,))


def check(pod: Workload, _terms: Terms) -> Iterator[Violation]:
    """Yield a violation for each label; its value is what the ratchet remembers."""
    for number, label in pod.labels.items():
        yield Violation(
            path=f"metadata.labels.{number}",
            value=label,
            detail="is a label",
            remedy="remove it",
            key=(label,),
            image=TOOL,
            address=ADDRESS,
            review=label == "review",
            warn=label == "warn",
            change=label == "noted",
        )


RULE = Rule(
    id="test/labels",
    title="No labels",
    reads=Workload,
    terms=lambda whole: whole,
    check=check,
    blind="everything else",
)


def judge(new: Facts, held: Terms | None = None, old: Facts | None = None) -> Decision:
    """Evaluate with the one rule of this module."""
    return evaluate(new, held or terms(), old, rules=(RULE,))


def outcomes(decision: Decision) -> list[tuple[str, Outcome]]:
    """Return value and outcome of each finding."""
    return [(f.violation.value, f.outcome) for f in decision.findings]


def test_what_only_may_not_be_written_is_no_finding_where_it_stood() -> None:
    """Not even a warning; and it is told how often it stood."""
    assert outcomes(judge(workload("noted"))) == [("noted", Outcome.DENY)]
    assert outcomes(judge(workload("noted", "a"), old=workload("noted"))) == [("a", Outcome.DENY)]
    assert outcomes(judge(workload("noted", "noted"), old=workload("noted"))) == [
        ("noted", Outcome.DENY)
    ]


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        (Enforcement.DENY, [("a", Outcome.DENY)]),
        (Enforcement.WARN, [("a", Outcome.WARN)]),
        (Enforcement.AUDIT, [("a", Outcome.AUDIT)]),
        (Enforcement.OFF, []),
    ],
)
def test_the_policy_decides_what_a_violation_leads_to(
    mode: Enforcement, outcome: list[tuple[str, Outcome]]
) -> None:
    by_rule = replace(terms(), modes={"test/labels": mode})
    by_default = replace(terms(), enforcement=mode)
    assert outcomes(judge(workload("a"), by_rule)) == outcome
    assert outcomes(judge(workload("a"), by_default)) == outcome


def test_before_enforcement_begins_a_denial_is_a_warning() -> None:
    begins = datetime(2026, 12, 21, tzinfo=UTC)
    noticed = replace(terms(), enforcing=False, enforce_from=begins)
    decision = judge(workload("a", "warn"), noticed)
    assert decision.allowed
    assert outcomes(decision) == [("a", Outcome.WARN), ("warn", Outcome.WARN)]
    assert [f.refused_from for f in decision.findings] == [begins, None]


def test_what_would_not_be_refused_later_names_no_day() -> None:
    """A mode that warns, what stood before, and a day that has come."""
    noticed = replace(terms(), enforcing=False, enforce_from=datetime(2026, 12, 21, tzinfo=UTC))
    warned = judge(workload("a"), replace(noticed, enforcement=Enforcement.WARN))
    stood = judge(workload("a"), noticed, old=workload("a"))
    begun = judge(workload("a"), replace(noticed, enforcing=True))
    found = (*warned.findings, *stood.findings, *begun.findings)
    assert [f.refused_from for f in found] == [None, None, None]


def test_a_review_and_a_soft_violation_never_refuse() -> None:
    decision = judge(workload("review", "warn"))
    assert outcomes(decision) == [("review", Outcome.REVIEW), ("warn", Outcome.WARN)]
    assert decision.allowed


@pytest.mark.parametrize(
    ("old", "new", "denied"),
    [
        pytest.param(("a",), ("a",), [], id="unchanged-passes"),
        pytest.param(("a", "b"), ("b", "a"), [], id="reordered-passes"),
        pytest.param(("a",), (), [], id="mended-passes"),
        pytest.param(("a",), ("b",), ["b"], id="exchanged-is-new"),
        pytest.param(("a",), ("a", "b"), ["b"], id="added-is-new"),
        pytest.param(("a",), ("a", "a"), ["a"], id="doubled-is-new"),
        pytest.param((), ("a",), ["a"], id="first-is-new"),
    ],
)
def test_the_ratchet(old: tuple[str, ...], new: tuple[str, ...], denied: list[str]) -> None:
    decision = judge(workload(*new), old=workload(*old))
    assert [f.violation.value for f in decision.denials] == denied
    assert len(decision.findings) == len(new)
    assert all(f.standing for f in decision.warnings)


def exemption(
    rule: str = "test/labels",
    namespaces: frozenset[str] = frozenset(),
    images: tuple[str, ...] = (),
    targets: str = "",
) -> ExemptionTerm:
    """Return consent with some limits."""
    return ExemptionTerm(
        name="consent",
        rules=frozenset({rule}),
        namespaces=namespaces,
        images=images,
        targets=AddressSet.of([targets]) if targets else None,
        expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("consent", "outcome"),
    [
        (exemption(), Outcome.EXEMPT),
        (exemption(namespaces=frozenset({"acme-prod"})), Outcome.EXEMPT),
        (exemption(images=(TOOL,)), Outcome.EXEMPT),
        (exemption(targets="203.0.113.0/28"), Outcome.EXEMPT),
        (exemption(rule="test/other"), Outcome.DENY),
        (exemption(namespaces=frozenset({"acme-dev"})), Outcome.DENY),
        (exemption(images=("docker.io/library/tools",)), Outcome.DENY),
        (exemption(targets="203.0.113.16/28"), Outcome.DENY),
        (exemption(images=(TOOL,), targets="203.0.113.16/28"), Outcome.DENY),
    ],
)
def test_consent_covers_what_all_its_limits_name(consent: ExemptionTerm, outcome: Outcome) -> None:
    decision = judge(workload("a"), replace(terms(), exemptions=(consent,)))
    assert outcomes(decision) == [("a", outcome)]
    assert decision.findings[0].exemption == ("consent" if outcome is Outcome.EXEMPT else "")


def test_what_cannot_be_read_is_refused_and_not_skipped() -> None:
    problem = Problem("spec.externalIPs[0]", "true", "is a boolean where an address belongs")
    facts = Facts(SUBJECT, exposure=Exposure("acme-prod"), problems=(problem,))
    decision = judge(facts)
    assert [(f.rule, f.outcome) for f in decision.findings] == [(UNREADABLE, Outcome.DENY)]
    assert outcomes(judge(facts, old=facts)) == [("true", Outcome.WARN)]


def test_what_hides_more_than_it_shows_never_stood_before() -> None:
    """Else foreign addresses could join the thousands that nobody looks at."""
    problem = Problem("object", "", "has more than 4096 addresses", hides=True)
    facts = Facts(SUBJECT, exposure=Exposure("acme-prod"), problems=(problem,))
    assert outcomes(judge(facts, old=facts)) == [("", Outcome.DENY)]


def test_what_cannot_be_read_stands_in_its_own_field_only() -> None:
    def facts(path: str) -> Facts:
        return Facts(SUBJECT, problems=(Problem(path, "7", "is a number"),))

    assert outcomes(judge(facts("a[1]"), old=facts("a[0]"))) == [("7", Outcome.WARN)]
    assert outcomes(judge(facts("b"), old=facts("a"))) == [("7", Outcome.DENY)]


@pytest.mark.parametrize(
    ("default", "rule", "outcome"),
    [
        (Enforcement.AUDIT, Enforcement.DENY, [("", Outcome.DENY)]),
        (Enforcement.DENY, Enforcement.WARN, [("", Outcome.WARN)]),
        (Enforcement.DENY, Enforcement.OFF, []),
    ],
)
def test_what_cannot_be_read_is_held_to_the_strictest_rule(
    default: Enforcement, rule: Enforcement, outcome: list[tuple[str, Outcome]]
) -> None:
    """It may hide a violation of any rule, and no more than of the rules that there are."""
    held = replace(terms(), enforcement=default, modes={"test/labels": rule})
    unread = Facts(SUBJECT, problems=(Problem("object", "", "is not JSON", hides=True),))
    assert outcomes(judge(unread, held)) == outcome


def test_a_rule_is_asked_only_about_what_it_reads() -> None:
    assert judge(Facts(SUBJECT, exposure=Exposure("acme-prod"))).findings == ()
