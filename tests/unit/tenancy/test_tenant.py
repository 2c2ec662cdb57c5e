"""The status of a Tenant: one reason at a time, and the one that matters."""

from datetime import datetime
from typing import Any

import pytest

from aup.api.budget_use import BudgetUse
from aup.api.meta import BudgetState, ObjectMeta
from aup.api.tenant import NamespaceClaim, Tenant, TenantStatus
from aup.policy.world import Objects, compile_world
from aup.tenancy.claims import claim
from aup.tenancy.tenant import BudgetReport, tenant_status
from support.provider import RULES, at, domain, policy, tenant
from support.world import NOW

SETTLED = BudgetReport(BudgetState.SETTLED, BudgetUse(hard={"pods": "10"}, used={"pods": "3"}))


def status(
    found: Tenant,
    *others: Tenant,
    namespaces: tuple[str, ...] = ("acme-prod",),
    stamped: tuple[str, ...] = ("acme-prod",),
    budget: BudgetReport = SETTLED,
) -> TenantStatus:
    objects = Objects(policies=(policy(),), tenants=(found, *others))
    world = compile_world(objects, rules=RULES, platform_namespaces=frozenset({"kube-system"}))
    claims = claim(world, [ObjectMeta(name=name) for name in namespaces])
    return tenant_status(world, found, claims, stamped, budget, NOW)


def told(found: TenantStatus) -> dict[str, tuple[str, str]]:
    return {c.type: (c.status.value, c.reason) for c in found.conditions}


GOOD = {
    "PolicyFound": ("True", "Found"),
    "Claimed": ("True", "Stamped"),
    "Conflict": ("False", "NoConflict"),
    "BudgetSettled": ("True", "Settled"),
    "WithinBudget": ("True", "WithinBudget"),
    "Ready": ("True", "InForce"),
}


def test_in_good_standing() -> None:
    found = status(tenant())
    assert told(found) == GOOD
    assert found.namespaces == ("acme-prod",)
    assert found.enforce_from == at("2026-01-31")
    assert found.policy_revision == "asergo/2023-06-01"
    assert found.budget == SETTLED.use


@pytest.mark.parametrize(
    ("spec", "args", "changed"),
    [
        pytest.param(
            {"policy": "nothing"},
            {},
            {"PolicyFound": ("False", "UnknownPolicy"), "Ready": ("False", "UnknownPolicy")},
            id="no-policy",
        ),
        pytest.param(
            {},
            {"stamped": ()},
            {"Claimed": ("False", "Stamping"), "Ready": ("False", "Stamping")},
            id="not-stamped-yet",
        ),
        pytest.param(
            {},
            {"namespaces": (), "stamped": ()},
            {"Claimed": ("False", "Absent"), "Ready": ("False", "Absent")},
            id="no-such-namespace",
        ),
        pytest.param(
            {"namespaces": NamespaceClaim(all=True)},
            {"namespaces": ("kube-system",), "stamped": ()},
            {"Claimed": ("False", "NoNamespaces"), "Ready": ("False", "NoNamespaces")},
            id="nothing-to-claim",
        ),
        pytest.param(
            {"namespaces": NamespaceClaim(names=("acme-prod", "kube-system"))},
            {"namespaces": ("acme-prod", "kube-system")},
            {"Claimed": ("False", "Platform"), "Ready": ("False", "Platform")},
            id="platform",
        ),
        pytest.param(
            {},
            {"budget": BudgetReport(BudgetState.UNSETTLED)},
            {
                "BudgetSettled": ("False", "Unsettled"),
                "WithinBudget": ("True", "NoBudget"),
                "Ready": ("False", "Unsettled"),
            },
            id="unsettled",
        ),
        pytest.param(
            {},
            {"budget": BudgetReport(BudgetState.NONE)},
            {"BudgetSettled": ("True", "NoBudget"), "WithinBudget": ("True", "NoBudget")},
            id="no-budget",
        ),
        pytest.param(
            {},
            {"budget": BudgetReport(BudgetState.SETTLED, problems=("budget.hard.pods: x",))},
            {
                "BudgetSettled": ("False", "Invalid"),
                "WithinBudget": ("True", "NoBudget"),
                "Ready": ("False", "Invalid"),
            },
            id="bad-budget",
        ),
        pytest.param(
            {"domains": (domain("com"),)},
            {},
            {"Ready": ("False", "InvalidHostname")},
            id="bad-domain",
        ),
    ],
)
def test_what_stands_in_the_way(
    spec: dict[str, Any], args: dict[str, Any], changed: dict[str, tuple[str, str]]
) -> None:
    assert told(status(tenant(**spec), **args)) == GOOD | changed


def test_a_conflict_names_the_other_claimant() -> None:
    rival = tenant("beta", namespaces=NamespaceClaim(names=("acme-prod",)))
    found = status(tenant(), rival, stamped=())
    assert told(found) == GOOD | {
        "Claimed": ("False", "Conflict"),
        "Conflict": ("True", "ClaimedTwice"),
        "Ready": ("False", "Conflict"),
    }
    messages = {c.type: c.message for c in found.conditions}
    assert messages["Conflict"] == "acme-prod is claimed by beta too and is nobody's until then."
    assert found.namespaces == ()


def test_a_namespace_that_is_not_given_back_yet_is_still_the_tenants() -> None:
    """The guard reads the list: whoever is quarantined does not get rid of its tenant."""
    found = tenant("acme", namespaces=NamespaceClaim(names=("acme-prod",)))
    objects = Objects(policies=(policy(),), tenants=(found,))
    world = compile_world(objects, rules=RULES, platform_namespaces=frozenset())
    claims = claim(world, [ObjectMeta(name=name) for name in ("acme-prod", "acme-old")])
    given = tenant_status(world, found, claims, ["acme-prod"], SETTLED, NOW, kept=["acme-old"])
    assert given.namespaces == ("acme-old", "acme-prod")
    assert told(given)["Claimed"] == ("True", "Stamped")


@pytest.mark.parametrize(
    ("begins", "since"),
    [(at("2026-01-31"), "More"), (at("2099-01-01"), "From 2099-01-01T00:00:00Z on more")],
)
def test_more_in_use_than_the_budget_is_told_and_stands_in_nobodys_way(
    begins: datetime, since: str
) -> None:
    """What the provider wrote is in force: it is the use that is too much."""
    over = {"pods": "3", "namespace/acme-dev:requests.cpu": "500m"}
    budget = BudgetReport(BudgetState.SETTLED, BudgetUse(hard={"pods": "10"}, over=over))
    found = status(tenant(enforce_from=begins), budget=budget)
    assert told(found) == GOOD | {"WithinBudget": ("False", "OverBudget")}
    message = {c.type: c.message for c in found.conditions}["WithinBudget"]
    assert message == (
        "3 of pods and 500m of requests.cpu in namespace acme-dev too much in use. "
        f"Nothing that runs is ended. {since} is refused until it is less."
    )
