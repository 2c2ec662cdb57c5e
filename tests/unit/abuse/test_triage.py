"""What a report may do by itself depends on its source and on bounds, never on what it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aup.abuse.resolve import Place
from aup.abuse.triage import APPROVED, Why, judge, new_quarantine, open_for
from aup.api.exemption import Approval
from aup.api.meta import ObjectMeta, condition
from aup.api.quarantine import (
    Quarantine,
    QuarantinePhase,
    QuarantineSpec,
    QuarantineStatus,
    Release,
)
from aup.api.sections.abuse import AbuseSource, AbuseTerms, AutomaticIsolation, Trust

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = Place("acme-prod", "0b9d6a55-1f53", "acme")
SOURCES = (
    AbuseSource(name="falco", trust=Trust.TRUSTED),
    AbuseSource(name="mail", trust=Trust.UNTRUSTED),
)


def terms(**automatic: Any) -> AbuseTerms:
    """Return terms with one trusted source."""
    return AbuseTerms(sources=SOURCES, automatic=AutomaticIsolation(**automatic))


def quarantine(
    name: str,
    *,
    by: str | None = None,
    uid: str = "another",
    at: datetime | None = None,
    created: datetime = NOW,
    phase: QuarantinePhase | None = None,
    release: bool = False,
) -> Quarantine:
    """Return a Quarantine that was approved by somebody at a time."""
    conditions = (
        condition((), APPROVED, status=True, reason="Approved", message="", now=at) if at else ()
    )
    return Quarantine(
        metadata=ObjectMeta(name=name, creation_timestamp=created),
        spec=QuarantineSpec(
            namespace="acme-prod",
            namespace_uid=uid,
            tenant="acme",
            reasons=("PortScan",),
            requested_by="operator",
            approval=Approval(by=by) if by else None,
            release=Release(by="lead", reason="done") if release else None,
        ),
        status=QuarantineStatus(phase=phase, conditions=conditions),
    )


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("source", "given", "others", "why"),
    [
        pytest.param("falco", terms(), [], Why.AUTOMATIC, id="trusted-isolates"),
        pytest.param("mail", terms(), [], Why.UNTRUSTED, id="untrusted-asks"),
        pytest.param("stranger", terms(), [], Why.UNTRUSTED, id="unlisted-asks"),
        pytest.param(
            "falco",
            terms(protected_namespaces=("acme-prod",)),
            [],
            Why.PROTECTED,
            id="protected-asks",
        ),
        pytest.param("falco", terms(dry_run=True), [], Why.DRY_RUN, id="dry-run-asks"),
        pytest.param("falco", terms(per_hour=0), [], Why.CAP_REACHED, id="none-an-hour-is-never"),
        pytest.param(
            "falco",
            terms(per_hour=1),
            [quarantine("q", by="source:falco", at=NOW - HOUR)],
            Why.CAP_REACHED,
            id="one-just-within-the-hour-counts",
        ),
        pytest.param(
            "falco",
            terms(per_hour=1),
            [quarantine("q", by="source:falco", at=NOW - HOUR - timedelta(seconds=1))],
            Why.AUTOMATIC,
            id="an-older-one-does-not",
        ),
        pytest.param(
            "falco",
            terms(per_hour=1),
            [quarantine("q", by="source:other", created=NOW)],
            Why.CAP_REACHED,
            id="one-that-was-not-looked-at-yet-counts",
        ),
        pytest.param(
            "falco",
            terms(per_hour=1),
            [quarantine("q", by="source:falco", at=NOW, created=NOW - 48 * HOUR)],
            Why.CAP_REACHED,
            id="an-old-review-approved-just-now-counts",
        ),
        pytest.param(
            "falco",
            terms(per_hour=1),
            [quarantine("q", by="lead@asergo.example", at=NOW), quarantine("r")],
            Why.AUTOMATIC,
            id="what-people-approved-or-nobody-did-does-not-count",
        ),
    ],
)
def test_judge(source: str, given: AbuseTerms, others: list[Quarantine], why: Why) -> None:
    assert judge(given, source, PLACE, others, NOW).why is why


def test_reports_are_added_to_the_open_quarantine_of_the_same_namespace() -> None:
    """Approved ones first; released ones and those of other namespaces are no answer."""
    uid = PLACE.uid
    review = quarantine("a-review", uid=uid)
    standing = quarantine("b-standing", uid=uid, by="lead")
    over = quarantine("c-over", uid=uid, by="lead", phase=QuarantinePhase.RELEASED)
    leaving = quarantine("d-leaving", uid=uid, by="lead", release=True)
    assert open_for(PLACE, [review, standing, over, leaving]) is standing
    assert open_for(PLACE, [review, over]) is review
    assert open_for(PLACE, [over, leaving, quarantine("elsewhere")]) is None


def test_the_same_decision_has_the_same_name_until_it_is_over() -> None:
    """A process that was killed before it heard of its own create meets its own object."""

    def name(*others: Quarantine) -> str:
        made = new_quarantine(
            PLACE,
            reasons=("PortScan",),
            requested_by="operator",
            approved_by="source:falco",
            quarantines=others,
        )
        return made.metadata.name

    assert name() == name(quarantine("unrelated")) == "acme-prod-0b9d6a55-1"
    assert name(quarantine("acme-prod-0b9d6a55-1")) == "acme-prod-0b9d6a55-2"


def test_what_was_measured_isolates_nobody_whatever_a_policy_says_of_it() -> None:
    """Numbers alone are one signal; a second one, or a person, has to come."""
    sources = AbuseTerms(sources=(AbuseSource(name="usage", trust=Trust.TRUSTED),))
    verdict = judge(sources, "usage", PLACE, (), NOW)
    assert (verdict.why, verdict.automatic) == (Why.MEASURED, False)
