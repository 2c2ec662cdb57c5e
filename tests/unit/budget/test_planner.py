"""Sharing a budget out: never more than there is, and nothing lost before enforcement."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.sections.resources import (
    DefaultLimits,
    DefaultRequests,
    GiveDefaults,
    ResourceTerms,
    Weight,
)
from aup.api.tenant import Budget
from aup.budget.keys import step
from aup.budget.measure import MEASURED
from aup.budget.planner import (
    ROLLOUT,
    Allowance,
    NamespaceUse,
    Planner,
    TenantBudget,
    backstop,
    given_to,
    plan,
    read_budget,
)
from aup.budget.usage import NO_DEFAULTS, Amounts
from aup.live.counted import OF_KIND

PLAN: Planner = plan


def budget(spec: Budget) -> TenantBudget:
    read, problems = read_budget(spec, ResourceTerms(fences={}))
    assert not problems
    return read


def spaces(*names: str, **used: str) -> list[NamespaceUse]:
    """Return namespaces that all use the same."""
    amounts = {key.replace("_", "."): Decimal(text) for key, text in used.items()}
    return [NamespaceUse(name, amounts) for name in names]


def hard(allowances: dict[str, Allowance], key: str) -> dict[str, Decimal]:
    return {name: allowance.hard[key] for name, allowance in allowances.items()}


def shares(spec: Budget, *names: str, key: str = "pods") -> dict[str, Decimal]:
    return hard(dict(PLAN(budget(spec), spaces(*names), enforcing=True)), key)


def test_without_ceilings_the_parts_are_equal() -> None:
    assert shares(Budget(hard={"pods": "9"}), "a", "b", "c") == {"a": 3, "b": 3, "c": 3}


def test_what_a_division_leaves_over_goes_to_the_first_by_name() -> None:
    assert shares(Budget(hard={"pods": "11"}), "c", "a", "b") == {"a": 4, "b": 4, "c": 3}


def test_cores_are_divided_to_the_thousandth() -> None:
    spec = Budget(hard={"requests.cpu": "1"})
    assert shares(spec, "a", "b", "c", key="requests.cpu") == {
        "a": Decimal("0.334"),
        "b": Decimal("0.333"),
        "c": Decimal("0.333"),
    }


def test_a_ceiling_comes_first_and_the_rest_is_shared() -> None:
    spec = Budget(hard={"pods": "10"}, namespace_ceilings={"dev": {"pods": "2"}})
    assert shares(spec, "dev", "prod", "web") == {"dev": 2, "prod": 4, "web": 4}


def test_ceilings_above_the_budget_are_cut_in_proportion() -> None:
    ceilings = {"a": {"pods": "30"}, "b": {"pods": "10"}}
    spec = Budget(hard={"pods": "20"}, namespace_ceilings=ceilings)
    assert shares(spec, "a", "b", "c") == {"a": 15, "b": 5, "c": 0}


def test_what_cutting_leaves_over_goes_to_nobody_without_a_ceiling() -> None:
    """Or b would have two of eight, and of ten only one."""
    ceilings = {name: {"pods": "5"} for name in ("a", "c", "d")}
    eight, ten = (
        shares(Budget(hard={"pods": whole}, namespace_ceilings=ceilings), "a", "b", "c", "d")
        for whole in ("8", "10")
    )
    assert eight == {"a": 3, "b": 0, "c": 3, "d": 2}
    assert ten == {"a": 4, "b": 0, "c": 3, "d": 3}


def test_the_ceiling_of_a_namespace_that_is_not_there_takes_nothing() -> None:
    spec = Budget(hard={"pods": "10"}, namespace_ceilings={"gone": {"pods": "8"}})
    assert shares(spec, "a", "b") == {"a": 5, "b": 5}


def test_a_ceiling_without_a_budget_limits_its_namespace_only() -> None:
    spec = Budget(namespace_ceilings={"dev": {"pods": "2"}})
    assert shares(spec, "dev", "prod") == {"dev": 2}


def test_without_a_budget_there_is_no_quota() -> None:
    assert PLAN(budget(Budget()), spaces("a"), enforcing=True) == {}


def test_before_enforcement_a_share_is_raised_to_what_a_rollout_needs() -> None:
    spec = budget(Budget(hard={"pods": "10"}))
    busy, idle = spaces("busy", pods="7")[0], spaces("idle")[0]
    assert hard(dict(PLAN(spec, [busy, idle], enforcing=False)), "pods") == {"busy": 14, "idle": 5}


def test_before_enforcement_a_quota_is_never_lowered() -> None:
    """All pods of a namespace may be gone for a moment while they are re-created."""
    spec = budget(Budget(hard={"pods": "10"}))
    gone = NamespaceUse("busy", used={}, hard={"pods": Decimal(14)})
    assert hard(dict(PLAN(spec, [gone], enforcing=False)), "pods") == {"busy": 14}
    assert hard(dict(PLAN(spec, [gone], enforcing=True)), "pods") == {"busy": 10}


def test_before_enforcement_limits_are_left_out() -> None:
    """A quota on limits refuses containers that set none."""
    spec = budget(Budget(hard={"limits.cpu": "10", "requests.cpu": "5"}))
    (early,) = PLAN(spec, spaces("a"), enforcing=False).values()
    (late,) = PLAN(spec, spaces("a"), enforcing=True).values()
    assert set(early.hard) == {"requests.cpu"}
    assert not early.defaults.limits
    assert set(late.hard) == {"limits.cpu", "requests.cpu"}
    assert late.defaults.limits == {"cpu": 1}


def test_before_enforcement_a_key_of_unknown_use_is_left_out() -> None:
    spec = budget(Budget(hard={"services.loadbalancers": "2", "pods": "4"}))
    (early,) = PLAN(spec, spaces("a"), enforcing=False).values()
    assert set(early.hard) == {"pods"}


@pytest.mark.parametrize(
    ("keys", "requests"),
    [
        (("requests.cpu",), {"cpu"}),
        (("memory", "cpu"), {"cpu", "memory"}),
        (("limits.memory",), {"memory"}),
        (("pods", "requests.storage"), set()),
    ],
)
def test_requests_are_defaulted_where_the_quota_asks_for_them(
    keys: tuple[str, ...], requests: set[str]
) -> None:
    spec = budget(Budget(hard=dict.fromkeys(keys, "100Gi")))
    (allowance,) = PLAN(spec, spaces("a"), enforcing=True).values()
    assert set(allowance.defaults.requests) == requests


def test_a_default_request_is_never_above_the_default_limit() -> None:
    """The API server would refuse the whole limit range."""
    terms = ResourceTerms(
        default_requests=DefaultRequests(cpu="2"), default_limits=DefaultLimits(cpu="1")
    )
    spec, _ = read_budget(Budget(hard={"limits.cpu": "4", "requests.cpu": "4"}), terms)
    (allowance,) = PLAN(spec, spaces("a"), enforcing=True).values()
    assert allowance.defaults.requests == allowance.defaults.limits == {"cpu": 1}


def test_defaults_of_somebody_else_are_left_alone() -> None:
    spec = budget(Budget(hard={"requests.cpu": "4", "requests.memory": "4Gi"}))
    namespace = NamespaceUse("a", used={}, defaulted=frozenset({"cpu"}))
    (allowance,) = PLAN(spec, [namespace], enforcing=True).values()
    assert set(allowance.defaults.requests) == {"memory"}


@pytest.mark.parametrize(
    ("give", "hard", "enforcing", "requests", "limits"),
    [
        ("WhereNeeded", {}, True, None, None),
        ("WhereNeeded", {"pods": "4"}, True, set(), set()),
        ("Requests", {}, True, {"cpu", "memory"}, set()),
        ("Requests", {}, False, {"cpu", "memory"}, set()),
        ("Requests", {"pods": "4"}, True, {"cpu", "memory"}, set()),
        ("RequestsAndLimits", {}, True, {"cpu", "memory"}, {"cpu", "memory"}),
        # What runs without a limit goes on without one.
        ("RequestsAndLimits", {}, False, {"cpu", "memory"}, set()),
    ],
)
def test_defaults_may_be_given_whatever_the_budget(
    give: str,
    hard: dict[str, str],
    enforcing: bool,
    requests: set[str] | None,
    limits: set[str] | None,
) -> None:
    """So that what is omitted is not free under a scope, a ceiling or a licence either."""
    terms = ResourceTerms(give_defaults=GiveDefaults(give), fences={})
    spec, _ = read_budget(Budget(hard=hard), terms)
    found = PLAN(spec, spaces("a"), enforcing=enforcing).get("a")
    assert (found and set(found.defaults.requests)) == requests
    assert (found and set(found.defaults.limits)) == limits


NAMED = (
    Budget(),
    Budget(hard={"pods": "4"}),
    Budget(hard={"requests.cpu": "4", "limits.memory": "4Gi"}),
    Budget(hard={"pods": "4"}, namespace_ceilings={"a": {"cpu": "2", "limits.cpu": "4"}}),
    Budget(namespace_ceilings={"b": {"requests.ephemeral-storage": "1Gi"}}),
)


@pytest.mark.parametrize("planner", [plan, backstop])
@pytest.mark.parametrize("enforcing", [True, False])
@pytest.mark.parametrize("give", GiveDefaults)
@pytest.mark.parametrize("spec", NAMED, ids=range(len(NAMED)))
def test_what_is_given_can_be_told_without_the_plan(
    planner: Planner, enforcing: bool, give: GiveDefaults, spec: Budget
) -> None:
    """An admission replica knows the budget, and not what quotas say of its use."""
    terms = ResourceTerms(
        give_defaults=give,
        fences={"requests.memory": "9Gi"},
        default_requests=DefaultRequests(ephemeral_storage="1Gi"),
    )
    read, problems = read_budget(spec, terms)
    assert not problems
    planned = planner(read, spaces("a", "b"), enforcing=enforcing)
    for name in ("a", "b"):
        allowance = planned.get(name, Allowance({}, NO_DEFAULTS))
        assert given_to(read, name, enforcing=enforcing) == allowance.defaults


def test_what_cannot_be_read_of_a_budget_is_told_and_left_out() -> None:
    spec = Budget(
        hard={"requests.cpu": "4 cores", "request.memory": "1Gi", "pods": 10},
        namespace_ceilings={"dev": {"pods": "-1"}},
    )
    read, problems = read_budget(spec, ResourceTerms())
    assert read.hard == {"pods": 10}
    assert read.ceilings == {"dev": {}}
    assert problems == (
        "budget.hard: request.memory is no key of a budget",
        "budget.hard.requests.cpu: '4 cores' is no quantity such as 500m or 4Gi",
        "budget.namespaceCeilings.dev.pods: '-1' is negative",
    )


def test_what_only_the_ledger_counts_is_in_no_quota() -> None:
    keys = {"addresses": "4", "gpu": "2", "license/acme-db.cores": "8", "count/events": "9"}
    terms = ResourceTerms(fences={}, weights=(Weight(key="gpu", resources={"a/b": "1"}),))
    read, problems = read_budget(Budget(hard={**keys, "pods": "4"}), terms)
    assert problems == ()
    assert read.hard == {"pods": 4}


def test_each_namespace_is_fenced_where_the_budget_says_nothing() -> None:
    """A fence is no share: it keeps one namespace from filling the store."""
    terms = ResourceTerms(fences={"count/secrets": "5", "count/pods": "9", "count/events": "1"})
    read, problems = read_budget(Budget(hard={"count/pods": "4"}), terms)
    assert problems == ("resources.fences: count/events is nothing that a ResourceQuota counts",)
    planned = PLAN(read, spaces("a", "b"), enforcing=True)
    for name in ("a", "b"):
        assert planned[name].hard == {"count/pods": 2, "count/secrets": 5}
    (early,) = PLAN(read, spaces("a"), enforcing=False).values()
    assert set(early.hard) == {"count/pods"}
    assert read_budget(Budget(), terms)[0].fences == {}


def test_defaults_keep_to_the_ratio() -> None:
    """Else what containers are given would be refused for what they were given."""
    terms = ResourceTerms(fences={}, max_limit_request_ratio="4")
    read, _ = read_budget(Budget(hard={"limits.cpu": "4", "limits.memory": "4Gi"}), terms)
    assert read.defaults.limits == {"cpu": 1, "memory": 2**30}
    assert read.defaults.requests == {"cpu": Decimal("0.25"), "memory": 2**28}


KEYS = ("requests.cpu", "requests.memory", "limits.cpu", "pods", "services.loadbalancers")
NAMES = ("a", "b", "c", "d", "e")
_quantities = st.integers(0, 10**10).map(lambda number: Decimal(number).scaleb(-4))
_amounts = st.dictionaries(st.sampled_from(KEYS), _quantities, max_size=len(KEYS))
_DEFAULTS = budget(Budget()).defaults
_budgets = st.builds(
    lambda hard, ceilings: TenantBudget(hard, ceilings, _DEFAULTS),
    hard=_amounts,
    ceilings=st.dictionaries(st.sampled_from((*NAMES, "gone")), _amounts, max_size=4),
)
_namespaces = st.lists(
    st.builds(NamespaceUse, st.sampled_from(NAMES), used=_amounts, hard=_amounts),
    max_size=len(NAMES),
    unique_by=lambda namespace: namespace.name,
)


def amounts_of(allowances: dict[str, Allowance], key: str) -> list[Decimal]:
    return [a.hard[key] for a in allowances.values() if key in a.hard]


@given(_budgets, _namespaces)
def test_enforced_shares_never_exceed_the_budget(
    spec: TenantBudget, namespaces: list[NamespaceUse]
) -> None:
    allowances = dict(PLAN(spec, namespaces, enforcing=True))
    for key, whole in spec.hard.items():
        got = amounts_of(allowances, key)
        assert sum(got) <= whole
        uncapped = [n for n in namespaces if key not in spec.ceilings.get(n.name, {})]
        if uncapped:
            assert whole - sum(got) < step(key), "the budget is shared out whole"


@given(_budgets, _namespaces)
def test_enforced_shares_never_exceed_a_ceiling(
    spec: TenantBudget, namespaces: list[NamespaceUse]
) -> None:
    for name, allowance in PLAN(spec, namespaces, enforcing=True).items():
        for key, ceiling in spec.ceilings.get(name, {}).items():
            assert allowance.hard[key] <= ceiling


@given(_budgets, _namespaces)
def test_namespaces_without_a_ceiling_get_the_same_up_to_one_step(
    spec: TenantBudget, namespaces: list[NamespaceUse]
) -> None:
    allowances = PLAN(spec, namespaces, enforcing=True)
    for key in spec.hard:
        names = [n.name for n in namespaces if key not in spec.ceilings.get(n.name, {})]
        got = [allowances[name].hard[key] for name in names]
        assert not got or max(got) - min(got) <= step(key)


@given(_budgets, _namespaces)
def test_before_enforcement_every_namespace_has_room_for_all_its_pods_twice(
    spec: TenantBudget, namespaces: list[NamespaceUse]
) -> None:
    allowances = PLAN(spec, namespaces, enforcing=False)
    enforced = PLAN(spec, namespaces, enforcing=True)
    for namespace in namespaces:
        limits: Amounts = allowances[namespace.name].hard if namespace.name in allowances else {}
        for key, amount in limits.items():
            assert not key.startswith("limits.")
            assert amount >= ROLLOUT * namespace.used.get(key, Decimal(0))
            assert amount >= namespace.hard.get(key, Decimal(0))
            assert amount >= enforced[namespace.name].hard[key]


@given(_budgets, _namespaces, st.booleans(), st.randoms())
def test_the_order_of_namespaces_changes_nothing(
    spec: TenantBudget,
    namespaces: list[NamespaceUse],
    enforcing: bool,
    random: Random,
) -> None:
    shuffled = list(namespaces)
    random.shuffle(shuffled)
    assert PLAN(spec, shuffled, enforcing=enforcing) == PLAN(spec, namespaces, enforcing=enforcing)


@given(_budgets, _namespaces, st.integers(0, 1000))
def test_a_larger_budget_takes_nothing_from_anybody(
    spec: TenantBudget, namespaces: list[NamespaceUse], more: int
) -> None:
    larger = TenantBudget(
        {key: amount + more for key, amount in spec.hard.items()}, spec.ceilings, spec.defaults
    )
    before = PLAN(spec, namespaces, enforcing=True)
    after = PLAN(larger, namespaces, enforcing=True)
    for name, allowance in before.items():
        for key, amount in allowance.hard.items():
            assert after[name].hard[key] >= amount


def test_behind_a_ledger_each_namespace_may_use_the_whole_budget() -> None:
    """Up to its ceiling; what no ledger counts is shared out."""
    spec = Budget(
        hard={"pods": "9", "count/configmaps": "9"}, namespace_ceilings={"b": {"pods": "4"}}
    )
    found = backstop(budget(spec), spaces("a", "b", "c"), enforcing=True)
    assert hard(dict(found), "pods") == {"a": 9, "b": 4, "c": 9}
    assert hard(dict(found), "count/configmaps") == {"a": 3, "b": 3, "c": 3}


def test_what_a_ledger_counts_is_what_is_watched_for_it() -> None:
    assert OF_KIND.keys() == MEASURED
