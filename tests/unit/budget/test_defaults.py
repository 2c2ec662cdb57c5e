"""What containers are given that say nothing."""

from decimal import Decimal

import pytest

from aup.api.sections.resources import (
    DefaultLimits,
    DefaultRequests,
    GiveDefaults,
    ResourceTerms,
)
from aup.budget.defaults import given, given_in
from aup.budget.usage import Defaults

NOBODY: frozenset[str] = frozenset()
ALL = Defaults(
    {"cpu": Decimal("0.01"), "memory": Decimal(32), "ephemeral-storage": Decimal(100)},
    {"cpu": Decimal(1), "memory": Decimal(64)},
)


def hard(*keys: str) -> dict[str, Decimal]:
    return dict.fromkeys(keys, Decimal(1))


def test_ephemeral_storage_is_given_where_the_policy_says_how_much() -> None:
    problems: list[str] = []
    assert "ephemeral-storage" not in given(ResourceTerms(), problems).requests
    terms = ResourceTerms(
        default_requests=DefaultRequests(ephemeral_storage="1Gi"),
        default_limits=DefaultLimits(ephemeral_storage="2Gi"),
    )
    found = given(terms, problems)
    assert found.requests["ephemeral-storage"] == 2**30
    assert found.limits["ephemeral-storage"] == 2**31
    assert problems == []


def test_a_ratio_is_about_cpu_and_memory() -> None:
    terms = ResourceTerms(
        default_requests=DefaultRequests(cpu="10m", ephemeral_storage="1Gi"),
        default_limits=DefaultLimits(cpu="1", ephemeral_storage="8Gi"),
        max_limit_request_ratio=4,
    )
    found = given(terms, [])
    assert found.requests["cpu"] == Decimal("0.25")
    assert found.requests["ephemeral-storage"] == 2**30


def test_what_cannot_be_read_is_told_and_left_out() -> None:
    problems: list[str] = []
    terms = ResourceTerms(default_requests=DefaultRequests(cpu="much"))
    assert set(given(terms, problems).requests) == {"memory"}
    assert problems == ["resources.defaultRequests.cpu: 'much' is no quantity such as 500m or 4Gi"]


@pytest.mark.parametrize(
    ("keys", "requests", "limits"),
    [
        (("requests.cpu",), {"cpu"}, set()),
        (("requests.ephemeral-storage",), {"ephemeral-storage"}, set()),
        (("limits.memory",), {"memory"}, {"memory"}),
        (("pods",), set(), set()),
    ],
)
def test_a_quota_needs_what_it_counts(
    keys: tuple[str, ...], requests: set[str], limits: set[str]
) -> None:
    """What is omitted would be refused by it, or free."""
    found = given_in(hard(*keys), ALL, NOBODY, enforcing=True)
    assert (set(found.requests), set(found.limits)) == (requests, limits)


def test_what_a_tenant_gives_itself_is_left_to_it() -> None:
    found = given_in(
        hard("limits.cpu"),
        ALL,
        frozenset({"cpu"}),
        GiveDefaults.REQUESTS_AND_LIMITS,
        enforcing=True,
    )
    assert set(found.requests) == {"memory", "ephemeral-storage"}
    assert set(found.limits) == {"memory"}


def test_no_request_is_larger_than_its_limit() -> None:
    """The API server would refuse the whole LimitRange."""
    large = Defaults({"cpu": Decimal(4)}, {"cpu": Decimal(1)})
    found = given_in({}, large, NOBODY, GiveDefaults.REQUESTS_AND_LIMITS, enforcing=True)
    assert found.requests == {"cpu": 1}
    alone = given_in({}, large, NOBODY, GiveDefaults.REQUESTS, enforcing=True)
    assert alone == Defaults({"cpu": Decimal(4)})
