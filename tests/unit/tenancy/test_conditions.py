"""Statuses of the provider's objects: the reason that a person can act on."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from aup.api.assignment import AssignmentState
from aup.api.catalog import CatalogItem
from aup.api.meta import Condition, ConditionStatus
from aup.api.policy import Clause
from aup.api.sections.resources import EvidenceTerms
from aup.policy.world import InForce, Objects, World, compile_world
from aup.tenancy.conditions import (
    assignment_status,
    catalog_status,
    entitlement_status,
    exemption_status,
    policy_status,
)
from support.provider import (
    CREATED,
    RULES,
    assignment,
    at,
    catalog,
    entitlement,
    exemption,
    policy,
    tenant,
)
from support.world import NOW

BAD = (Clause(id="1", summary="x", rules=("host/prot",)),)


def world(last: InForce | None = None, **objects: Any) -> World:
    whole = {"policies": (policy(),), "tenants": (tenant(),)} | objects
    return compile_world(Objects(**whole), rules=RULES, last=last)


def told(conditions: tuple[Condition, ...]) -> dict[str, tuple[str, str, str]]:
    return {c.type: (c.status.value, c.reason, c.message) for c in conditions}


def test_a_policy_in_force() -> None:
    status = policy_status(world(), policy(), NOW)
    assert (status.observed_revision, status.tenants, status.observed_generation) == (
        "2023-06-01",
        1,
        1,
    )
    assert told(status.conditions) == {
        "Compiled": ("True", "Compiled", "The latest edit is in force."),
        "Ready": ("True", "InForce", "Revision 2023-06-01 is in force."),
    }


def test_a_policy_whose_latest_edit_is_not_in_force() -> None:
    edited = policy(revision="2027-01-01", clauses=BAD)
    status = policy_status(world(world().in_force, policies=(edited,)), edited, NOW)
    assert status.observed_revision == "2023-06-01"
    assert told(status.conditions) == {
        "Compiled": (
            "False",
            "UnknownRule",
            "clause 1 names host/prot, which is no rule; revision 2023-06-01 stays in force.",
        ),
        "Ready": ("True", "InForce", "Revision 2023-06-01 is in force."),
    }


def test_a_policy_that_was_never_in_force() -> None:
    edited = policy(clauses=BAD)
    status = policy_status(world(policies=(edited,)), edited, NOW)
    assert status.observed_revision is None
    assert told(status.conditions)["Ready"][:2] == ("False", "NotCompiled")


def test_the_same_finding_twice_changes_nothing() -> None:
    first = policy_status(world(), policy(), NOW)
    again = msgspec.structs.replace(policy(), status=first)
    assert policy_status(world(), again, NOW + timedelta(days=1)) == first


def test_a_catalogue_names_each_item_that_is_not_in_force() -> None:
    good = CatalogItem(repository="registry.example/a", license="MIT")
    edited = catalog(
        "default", good, CatalogItem(repository="b"), CatalogItem(repository="c", license="MIT")
    )
    status = catalog_status(world(catalogs=(edited,)), edited, NOW)
    assert status.items == 1
    assert told(status.conditions)["Compiled"] == (
        "False",
        "InvalidRepository",
        (
            "items[1] b: is not a repository in full, without a tag; "
            "items[2] c: is not a repository in full, without a tag."
        ),
    )

    before = world(catalogs=(catalog("default", good, good),))
    status = catalog_status(world(before.in_force, catalogs=(edited,)), edited, NOW)
    assert status.items == 2
    assert told(status.conditions)["Compiled"][2].endswith("stays as it was before this edit.")


def test_a_good_catalogue() -> None:
    found = catalog("default", CatalogItem(repository="registry.example/a", license="MIT"))
    status = catalog_status(world(catalogs=(found,)), found, NOW)
    assert told(status.conditions) == {"Compiled": ("True", "Compiled", "Every item is in force.")}


@pytest.mark.parametrize(
    ("spec", "reason", "in_force"),
    [
        ({}, "Active", True),
        ({"state": AssignmentState.SUSPENDED}, "Suspended", False),
        ({"since": "2027-01-01"}, "NotYetValid", False),
        ({"until": at("2026-11-01")}, "Expired", False),
        ({"holder": "nobody"}, "UnknownTenant", False),
    ],
)
def test_an_assignment(spec: dict[str, Any], reason: str, *, in_force: bool) -> None:
    found = assignment("a", "192.0.2.0/24", **spec)
    status = assignment_status(world(assignments=(found,)), found, NOW)
    assert status.in_force is in_force
    (condition,) = status.conditions
    assert (condition.type, condition.reason) == ("InForce", reason)
    assert (condition.status is ConditionStatus.TRUE) is in_force


def test_an_assignment_that_overlaps_says_with_which() -> None:
    first = assignment("a", "192.0.2.0/24")
    second = assignment("b", "192.0.2.0/25", created=CREATED + timedelta(days=1))
    status = assignment_status(world(assignments=(first, second)), second, NOW)
    assert (status.in_force, status.deletable) == (False, True)
    (condition,) = status.conditions
    assert condition.reason == "Overlap"
    assert "assignment a" in condition.message


def test_an_assignment_that_has_not_begun_may_still_be_taken_back() -> None:
    found = assignment("a", "192.0.2.0/24", since="2026-11-22")
    assert assignment_status(world(assignments=(found,)), found, NOW).deletable is True
    begun = assignment("a", "192.0.2.0/24", since="2026-11-21")
    assert assignment_status(world(assignments=(begun,)), begun, NOW).deletable is False


def test_an_assignment_to_a_tenant_that_there_never_was_may_be_taken_back() -> None:
    """A mistyped name cannot be corrected, and would hold the range against the right one."""
    found = assignment("a", "192.0.2.0/24", holder="acmee")
    for _ in range(2):
        status = assignment_status(world(assignments=(found,)), found, NOW)
        assert status.deletable is True
        found = replace(found, status=status)


def test_an_assignment_of_a_tenant_that_is_gone_is_kept() -> None:
    """It says whose the addresses were, also after the tenant was known for a moment only."""
    found = assignment("a", "192.0.2.0/24", holder="gone")
    worlds = ((), (tenant("gone"),), ())
    told = []
    for tenants in worlds:
        status = assignment_status(world(tenants=tenants, assignments=(found,)), found, NOW)
        told.append(status.deletable)
        found = replace(found, status=status)
    assert told == [True, False, False]


def test_a_mistyped_assignment_stays_deletable_when_what_it_overlapped_is_gone() -> None:
    first = assignment("a", "192.0.2.0/24")
    found = assignment("b", "192.0.2.0/25", holder="acmee", created=CREATED + timedelta(days=1))
    for others in ((first,), ()):
        status = assignment_status(world(assignments=(*others, found)), found, NOW)
        assert status.deletable is True
        found = replace(found, status=status)


def test_an_assignment_that_would_have_begun_after_its_tenant_is_kept() -> None:
    """Nobody looked on the first day: it may have been held."""
    found = assignment("a", "192.0.2.0/24", holder="gone", since="2026-11-22")
    first = world(tenants=(tenant("gone"),), assignments=(found,))
    status = assignment_status(first, found, NOW)
    assert status.deletable is True
    found = replace(found, status=status)
    later = NOW + timedelta(days=2)
    assert assignment_status(world(assignments=(found,)), found, later).deletable is False


@pytest.mark.parametrize(
    ("until", "deletable"),
    [(None, False), ("2026-11-20", False), ("2026-11-11", True), ("2026-11-11T00:00:01", False)],
)
def test_an_assignment_is_kept_until_retention_has_passed(
    until: str | None, *, deletable: bool
) -> None:
    found = assignment("a", "192.0.2.0/24", until=at(until) if until else None)
    terms = (policy(evidence=EvidenceTerms(retention_days=10)),)
    status = assignment_status(world(policies=terms, assignments=(found,)), found, NOW)
    assert status.deletable is deletable


def test_an_entitlement_tells_its_mistake_beside_what_holds() -> None:
    found = entitlement("x", "db", time_zone="Mars/Olympus")
    status = entitlement_status(world(entitlements=(found,)), found, NOW)
    assert told(status.conditions) == {
        "Valid": (
            "True",
            "Valid",
            (
                "Valid through 2026-12-31; timeZone Mars/Olympus is not known; "
                "its days are counted in UTC."
            ),
        )
    }


@pytest.mark.parametrize(
    ("rules", "spec", "status", "reason"),
    [
        (("host/port",), {}, "True", "Approved"),
        (("host/port",), {"approval": None}, "False", "AwaitingApproval"),
        (("host/prot",), {}, "False", "UnknownRule"),
        (("host/port",), {"holder": "nobody"}, "False", "UnknownTenant"),
    ],
)
def test_an_exemption(
    rules: tuple[str, ...], spec: dict[str, Any], status: str, reason: str
) -> None:
    found = exemption("x", *rules, **spec)
    conditions = exemption_status(world(exemptions=(found,)), found, NOW).conditions
    assert told(conditions)["InForce"][:2] == (status, reason)


def test_a_message_stays_readable() -> None:
    items = [CatalogItem(repository=f"bad{i}") for i in range(200)]
    found = catalog("default", *items)
    (condition,) = catalog_status(world(catalogs=(found,)), found, NOW).conditions
    assert len(condition.message) <= 1024
