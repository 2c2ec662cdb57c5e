"""What of a status is news for people."""

from datetime import UTC, datetime

import pytest

from aup.api.meta import Condition, condition
from aup.controller.status import changed

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def one(type_: str, reason: str, *, status: bool, message: str = "") -> tuple[Condition, ...]:
    return condition((), type_, status=status, reason=reason, message=message, now=NOW)


GOOD = one("InForce", "Active", status=True)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param((), GOOD, ["Active"], id="first-time"),
        pytest.param(GOOD, GOOD, [], id="unchanged"),
        pytest.param(GOOD, one("InForce", "Active", status=True, message="b"), [], id="words-only"),
        pytest.param(GOOD, one("InForce", "Expired", status=False), ["Expired"], id="turned"),
        pytest.param((), one("Conflict", "NoConflict", status=False), [], id="no-conflict-is-none"),
        pytest.param((), one("WithinBudget", "WithinBudget", status=True), [], id="within-budget"),
        pytest.param(
            one("WithinBudget", "WithinBudget", status=True),
            one("WithinBudget", "OverBudget", status=False),
            ["OverBudget"],
            id="over-budget",
        ),
        pytest.param(
            one("Conflict", "ClaimedTwice", status=True),
            one("Conflict", "NoConflict", status=False),
            ["NoConflict"],
            id="conflict-is-over",
        ),
        pytest.param(GOOD, one("Ready", "Expired", status=False), [], id="a-sum-of-others"),
        pytest.param((), one("Claimed", "Stamping", status=False), [], id="under-way"),
    ],
)
def test_news(before: tuple[Condition, ...], after: tuple[Condition, ...], told: list[str]) -> None:
    assert [found.reason for found in changed(before, after)] == told
