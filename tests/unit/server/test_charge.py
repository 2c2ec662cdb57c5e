"""What a ledger says becomes an answer: nothing passes for which nothing is held."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from aup.admission import review as reviews
from aup.api.sections.choice import Enforcement
from aup.api.tenant import Budget
from aup.budget.meter import meter
from aup.budget.words import BUDGET_RULE, LICENSE_RULE
from aup.engine.decision import Decision, Finding
from aup.errors import UnchargedError
from aup.ledger.amounts import steps
from aup.ledger.verdict import Allowed, Busy, Closed, Short, Verdict, Why
from aup.live.budgets import Held
from aup.server.charge import Charge, charge
from support.replacing import replace
from support.reviews import pod, review
from support.world import terms

CORES = "license/vendor-cache.cores"
CACHE = {
    "name": "a",
    "image": "registry.example/vendor/cache:1",
    "resources": {"limits": {"cpu": "2", "memory": "1Gi"}},
}
REFUSALS: tuple[Verdict, ...] = (
    Short(missing={"pods": 1}),
    # There is room, and it could not be had in time.
    Short(left={"pods": 7}),
    *(Short(busy=busy) for busy in Busy),
    *(Closed(why) for why in Why),
)


def charged(
    modes: Mapping[str, Enforcement] | None = None, *, dry_run: bool = False, **spec: Any
) -> Charge:
    """Return what a new pod takes of seven pods, and of what acme has licences for."""
    answer = asked(modes, dry_run=dry_run, **spec)
    assert isinstance(answer, Charge)
    return answer


def asked(
    modes: Mapping[str, Enforcement] | None = None,
    *findings: Finding,
    dry_run: bool = False,
    **spec: Any,
) -> Charge | Decision:
    """Return what a budget of seven pods says of a new one, beside what rules have found."""
    found = terms()
    found = replace(found, modes={**found.modes, **(modes or {})})
    whole = review(pod(**spec))
    pods = {"group": "", "version": "v1", "resource": "pods"}
    whole["request"] |= {"resource": pods, "dryRun": dry_run}
    request = reviews.decode(json.dumps(whole).encode())
    counted, _ = meter(found, Budget(hard={"pods": "7"}))
    decision = Decision(reviews.subject(request), found.tenant, found.policy, findings)
    return charge(request, Held(counted, steps(counted.limits)), found, decision)


def test_what_nobody_can_count_is_refused() -> None:
    """It was a mistake of ours once, without a word on the object."""
    answer = asked(overhead={"cpu": [1]})
    assert isinstance(answer, Decision)
    (finding,) = answer.denials
    assert (finding.rule, finding.violation.detail) == (
        BUDGET_RULE,
        "has not the form of its kind, so the budget of acme cannot count it",
    )
    assert asked(None, finding, overhead={"cpu": [1]}) == answer


@pytest.mark.parametrize("verdict", REFUSALS, ids=repr)
def test_what_is_not_held_is_refused(verdict: Verdict) -> None:
    """Whatever the reason, with words for it."""
    found = charged()
    assert found.takes
    (finding,) = found.answered(verdict, Allowed()).denials
    assert finding.rule == BUDGET_RULE
    assert finding.violation.detail


def test_room_that_could_not_be_had_in_time_is_told_as_that() -> None:
    """It is not said to be missing."""
    (finding,) = charged().answered(Short(left={"pods": 7}), Allowed()).denials
    assert finding.violation.detail == (
        "the budget of acme has room, but too many ask for it at this moment"
    )


def test_what_is_held_passes() -> None:
    assert charged().answered(Allowed(), Allowed()).findings == ()


@pytest.mark.parametrize("verdict", REFUSALS, ids=repr)
@pytest.mark.parametrize(
    ("warns", "denies", "taken"),
    [(BUDGET_RULE, LICENSE_RULE, CORES), (LICENSE_RULE, BUDGET_RULE, "pods")],
)
def test_keys_under_which_a_shortage_only_warns_are_not_taken(
    warns: str, denies: str, taken: str, verdict: Verdict
) -> None:
    """Else to be short of them alone would let everything pass that the others hold."""
    found = charged({warns: Enforcement.WARN, denies: Enforcement.DENY}, containers=[CACHE])
    assert found.takes
    assert found.beside is not None
    assert set(found.entry.amounts) == {taken}
    if isinstance(verdict, Short) and verdict.missing:
        verdict = Short(missing={taken: 1})
    assert {f.rule for f in found.answered(verdict, Allowed()).denials} == {denies}


def test_a_shortage_that_only_warns_is_told_beside_what_is_held() -> None:
    found = charged({BUDGET_RULE: Enforcement.WARN}, containers=[CACHE])
    answer = found.answered(Allowed(), Short(missing={"pods": 1}))
    assert answer.allowed
    assert [finding.rule for finding in answer.warnings] == [BUDGET_RULE]
    assert found.answered(Allowed(), Closed(Why.NO_LEDGER)).findings == ()


def test_nothing_is_taken_where_all_only_warns() -> None:
    found = charged({BUDGET_RULE: Enforcement.WARN})
    assert (found.binding, found.takes, found.beside) == (False, False, None)
    assert found.answered(Short(missing={"pods": 1}), Allowed()).warnings


def test_a_dry_run_is_refused_as_the_request_would_be_and_takes_nothing() -> None:
    found = charged(dry_run=True)
    assert not found.takes
    assert found.answered(Short(missing={"pods": 1}), Allowed()).denials


def test_a_mistake_of_ours_lets_nothing_pass() -> None:
    """Should the policy ever say otherwise of what was to be taken, nobody answers."""
    found = charged()
    softer = replace(found.terms, modes={**found.terms.modes, BUDGET_RULE: Enforcement.WARN})
    with pytest.raises(UnchargedError):
        replace(found, terms=softer).answered(Short(missing={"pods": 1}), Allowed())
