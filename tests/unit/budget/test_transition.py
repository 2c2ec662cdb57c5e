"""Moving from quotas that stand to quotas that are planned, with an API server that lags."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.budget.transition import ABSENT, Quota, step
from aup.budget.usage import Amounts

NONE = Decimal(0)


def amounts(**pods: int) -> dict[str, Amounts]:
    return {namespace: {"pods": Decimal(count)} for namespace, count in pods.items()}


def standing(**pods: int) -> dict[str, Quota]:
    return {ns: Quota(hard, hard) for ns, hard in amounts(**pods).items()}


def test_what_grows_waits_for_what_shrinks() -> None:
    now = step(amounts(a=2, b=2), standing(a=4, b=0))
    assert now == amounts(a=2, b=0)


def test_a_namespace_that_joins_gets_nothing_before_the_others_have_shrunk() -> None:
    now = step(amounts(a=2, b=2), standing(a=4))
    assert now == {**amounts(a=2), "b": {}}


def test_what_was_asked_for_is_not_yet_what_admission_goes_by() -> None:
    """The quota was lowered, and the API server still admits by the larger value."""
    lagging = {"a": Quota({"pods": Decimal(2)}, {"pods": Decimal(4)})}
    assert step(amounts(a=2, b=2), lagging) == {**amounts(a=2), "b": {}}


def test_a_key_that_nobody_has_yet_comes_at_once() -> None:
    assert step(amounts(a=2, b=2), {}) == amounts(a=2, b=2)


def test_a_key_that_is_no_longer_planned_goes_at_once() -> None:
    quota = Quota({"pods": Decimal(2), "services": Decimal(1)}, None)
    assert step(amounts(a=2), {"a": quota}) == amounts(a=2)


@pytest.mark.parametrize(
    ("quota", "holds"),
    [
        pytest.param(ABSENT, False, id="no-quota"),
        pytest.param(Quota({"pods": Decimal(1)}, None), False, id="not-noticed-yet"),
        pytest.param(Quota({"pods": Decimal(1)}, {}), False, id="counts-nothing"),
        pytest.param(Quota({"pods": Decimal(1)}, {"pods": Decimal(9)}), True, id="still-moving"),
    ],
)
def test_a_quota_holds_once_something_counts(quota: Quota, holds: bool) -> None:
    assert quota.holds({"pods": Decimal(1)}) is holds


SHARES = st.dictionaries(
    st.sampled_from("abcd"),
    st.dictionaries(st.sampled_from(["pods", "cpu"]), st.integers(0, 20).map(Decimal), max_size=2),
    max_size=4,
)


def admitted(quotas: dict[str, Quota], namespaces: set[str], key: str) -> Decimal:
    """Return the most that admission may go by in these namespaces together."""
    found = (quotas.get(namespace, ABSENT) for namespace in namespaces)
    return sum((max(q.spec.get(key, NONE), (q.status or {}).get(key, NONE)) for q in found), NONE)


@given(before=SHARES, after=SHARES, lag=st.lists(st.sampled_from("abcd"), max_size=12))
def test_the_sum_never_exceeds_the_larger_plan_and_the_end_is_the_plan(
    before: dict[str, Amounts], after: dict[str, Amounts], lag: list[str]
) -> None:
    """Whatever the API server notices first, and however often we look meanwhile."""
    quotas = {namespace: Quota(hard, hard) for namespace, hard in before.items()}
    # Where a key is not planned it is without limit, and counts for nothing.
    held = {key: {ns for ns, hard in after.items() if key in hard} for key in ("pods", "cpu")}
    bounds = {
        key: max(
            sum((before[ns].get(key, NONE) for ns in names if ns in before), NONE),
            sum((after[ns][key] for ns in names), NONE),
        )
        for key, names in held.items()
    }
    for noticed in (*lag, *"abcd", *"abcd", *"abcd"):
        for namespace, hard in step(after, quotas).items():
            status = quotas.get(namespace, ABSENT).status
            quotas[namespace] = Quota(hard, status if status is not None else {})
        if noticed in quotas:
            quotas[noticed] = Quota(quotas[noticed].spec, quotas[noticed].spec)
        for key, bound in bounds.items():
            assert admitted(quotas, held[key], key) <= bound
    assert {ns: quotas[ns].spec for ns in after} == after
