"""What a tenant is told of its budget: exact, and never more than fits an object."""

from decimal import Decimal

from aup.api.budget_use import BudgetUse, NamespaceUse, OutageBound, OwnerUse
from aup.budget.figures import (
    MOST_NAMESPACES,
    MOST_OWNERS,
    Figures,
    Taken,
    budget_use,
    by_namespace,
    outage_bound,
)
from aup.budget.planner import Allowance
from aup.budget.usage import NO_DEFAULTS

CEILING = "namespace/acme-dev:pods"


def amounts(**found: str) -> dict[str, Decimal]:
    """Return amounts; `requests_cpu` stands for the key with a dot."""
    return {key.replace("_", "."): Decimal(value) for key, value in found.items()}


def test_what_is_left_is_neither_used_nor_in_flight() -> None:
    figures = Figures(
        hard=amounts(requests_cpu="40", pods="10"),
        used=amounts(requests_cpu="31"),
        in_flight=amounts(requests_cpu="0.5"),
        counting=["pods"],
    )
    assert budget_use(figures, {}, ()) == BudgetUse(
        hard={"requests.cpu": "40", "pods": "10"},
        used={"requests.cpu": "31", "pods": "0"},
        in_flight={"requests.cpu": "500m"},
        left={"requests.cpu": "8500m", "pods": "10"},
        counting=("pods",),
        namespaces_total=0,
    )


def test_more_in_use_than_there_may_be_leaves_nothing_and_is_said() -> None:
    """Of a ceiling, too, which is no limit of the whole tenant."""
    hard = amounts(pods="10") | {CEILING: Decimal(2)}
    used = amounts(pods="13") | {CEILING: Decimal(3)}
    found = budget_use(Figures(hard, used), {}, ())
    assert found.hard == {"pods": "10"}
    assert found.left == {"pods": "0"}
    assert found.over == {"pods": "3", CEILING: "1"}


def test_namespaces_say_what_they_take_and_what_their_ceilings_are() -> None:
    hard = amounts(pods="10") | {CEILING: Decimal(2), "scope/batch:pods": Decimal(4)}
    each = {
        "acme-prod": amounts(pods="5") | {"scope/batch:pods": Decimal(1)},
        "acme-dev": amounts(pods="1") | {CEILING: Decimal(1)},
        "acme-old": amounts(pods="1"),
    }
    found = budget_use(Figures(hard, {}), each, (), terminating=["acme-old"])
    assert found.namespaces == (
        NamespaceUse(name="acme-old", used={"pods": "1"}, terminating=True),
        NamespaceUse(name="acme-prod", used={"pods": "5"}),
        NamespaceUse(name="acme-dev", used={"pods": "1"}, hard={"pods": "2"}),
    )


def test_the_largest_owners_of_each_key_are_named_of_the_scarcest_key_first() -> None:
    taken = [
        Taken("acme-prod", f"Deployment/web-{n}", amounts(requests_cpu=str(n), pods="1"))
        for n in range(1, 6)
    ]
    figures = Figures(amounts(requests_cpu="100", pods="6"), amounts(requests_cpu="15", pods="5"))
    found = budget_use(figures, by_namespace(taken), taken)
    assert [one.key for one in found.owners] == ["pods"] * 3 + ["requests.cpu"] * 3
    assert found.owners[3:] == tuple(
        OwnerUse(
            key="requests.cpu", namespace="acme-prod", owner=f"Deployment/web-{n}", used=str(n)
        )
        for n in (5, 4, 3)
    )
    (namespace,) = found.namespaces
    assert namespace.used == {"requests.cpu": "15", "pods": "5"}


def test_parts_of_a_whole_are_told_as_such() -> None:
    """Under the key that the budget names: that a GPU is counted in sevenths is our affair."""
    taken = [Taken("acme-prod", "Job/train", {"gpu@7": Decimal(10)})]
    figures = Figures({"gpu@7": Decimal(28)}, {"gpu@7": Decimal(10)})
    found = budget_use(figures, by_namespace(taken), taken)
    assert (found.hard, found.used, found.left) == (
        {"gpu": "4"},
        {"gpu": "1 3/7"},
        {"gpu": "2 4/7"},
    )
    assert [(one.key, one.used) for one in found.owners] == [("gpu", "1 3/7")]


def test_lists_are_bounded_whatever_a_tenant_has() -> None:
    hard = {f"count/things{n}.example.com": Decimal(9) for n in range(40)}
    taken = [
        Taken(f"acme-{n}", f"Thing/{n}", dict.fromkeys(hard, Decimal(n))) for n in range(1, 400)
    ]
    found = budget_use(Figures(hard, {}), by_namespace(taken), taken)
    assert len(found.namespaces) == MOST_NAMESPACES
    assert found.namespaces[0].name == "acme-399"
    assert found.namespaces_total == 399
    assert len(found.owners) == MOST_OWNERS


def test_an_outage_is_bounded_by_the_native_quotas_together() -> None:
    """By none where a namespace has none for a key, or no quota could count it."""
    plan = {
        "acme-dev": Allowance(amounts(pods="2", requests_cpu="4"), NO_DEFAULTS),
        "acme-prod": Allowance(amounts(pods="10"), NO_DEFAULTS),
    }
    hard = ["pods", "requests.cpu", "addresses", "gpu@7", CEILING, "scope/batch:pods"]
    assert outage_bound(hard, plan) == OutageBound(
        hard={"pods": "12"}, unlimited=("addresses", "gpu", "requests.cpu", "scope/batch:pods")
    )
