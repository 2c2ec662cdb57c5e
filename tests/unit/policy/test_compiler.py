"""Terms: what a tenant is held to at an instant, and until when that is so."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.assignment import AssignmentState
from aup.api.exemption import Approval
from aup.api.policy import Changes
from aup.api.sections.network import ClusterCIDRs, NetworkTerms
from aup.policy.compiler import compile_terms
from aup.policy.problem import Reason, Trouble
from aup.policy.terms import EntitlementState, Terms
from aup.policy.world import Objects, World, compile_world
from support.provider import (
    CREATED,
    RULES,
    assignment,
    at,
    entitlement,
    exemption,
    policy,
    tenant,
)
from support.world import NOW, load_world, terms


def world(**objects: Any) -> World:
    whole = {"policies": (policy(),), "tenants": (tenant(),)} | objects
    return compile_world(
        Objects(**whole),
        rules=RULES,
        platform_namespaces=frozenset({"kube-system"}),
    )


def compiled(found: World, now: datetime = NOW, name: str = "acme") -> Terms:
    result = compile_terms(found, name, now)
    assert isinstance(result, Terms), result
    return result


def test_only_what_is_in_force_now_is_in_the_terms() -> None:
    found = terms("acme", NOW)
    assert found.network.addresses.cidrs == ("198.51.100.16/28", "2001:db8:a::/64")
    names = [
        *("acme-anycast", "acme-anycast-pods", "acme-copyleft", "acme-debug-q4"),
        *("acme-node-metrics", "acme-partner"),
    ]
    assert [e.name for e in found.exemptions] == names
    assert {e.name: e.state for held in found.license.entitlements.values() for e in held} == {
        "acme-analytics": EntitlementState.VALID,
        "acme-cache": EntitlementState.VALID,
        "acme-ledger": EntitlementState.VALID,
        "acme-mesh": EntitlementState.VALID,
        "acme-next": EntitlementState.NOT_YET_VALID,
        "acme-queue": EntitlementState.IN_GRACE,
        "acme-reporting": EntitlementState.VALID,
        "acme-search": EntitlementState.EXPIRED,
        "acme-trial": EntitlementState.VALID,
    }


def test_terms_are_those_of_one_tenant() -> None:
    found = terms("beta", NOW)
    assert found.network.addresses.cidrs == (
        "198.51.100.32/28",
        "198.51.100.64/28",
        "2001:db8:b::/64",
    )
    assert found.network.resource_ids == {"eipalloc-0beta1"}
    held = [e.name for entitlements in found.license.entitlements.values() for e in entitlements]
    assert sorted(held) == ["beta-db", "beta-queue", "beta-search", "beta-windows"]
    assert not found.exemptions


def test_the_platform_and_the_cluster_are_in_the_terms() -> None:
    network = NetworkTerms(
        cluster_cidrs=ClusterCIDRs(pods=("192.0.2.0/25",)), platform_controllers=("ccm",)
    )
    found = compiled(world(policies=(policy(network=network),))).network
    assert found.platform_namespaces == {"kube-system"}
    assert found.platform_writers == {"ccm"}
    assert found.pods.cidrs == ("192.0.2.0/25",)


def test_notice_runs_from_the_creation_of_the_tenant() -> None:
    found = world(policies=(policy(changes=Changes(notice_days=10)),))
    begins = CREATED + timedelta(days=10)
    before = compiled(found, begins - timedelta(microseconds=1))
    assert (before.enforcing, before.enforce_from, before.good_until) == (False, begins, begins)
    after = compiled(found, begins)
    assert (after.enforcing, after.enforce_from, after.good_until) == (True, begins, None)


def test_what_the_provider_wrote_wins_over_notice() -> None:
    found = world(tenants=(tenant(enforce_from=at("2027-01-01")),))
    assert compiled(found).enforce_from == at("2027-01-01")
    assert not compiled(found).enforcing


def test_a_tenant_that_no_cluster_has_is_judged_as_if_enforcement_had_begun() -> None:
    """Manifests on a disk have no creation time, and a check should find what will be refused."""
    found = compiled(world(tenants=(tenant(created=None),)))
    assert found.enforcing
    assert found.enforce_from is None


@pytest.mark.parametrize(
    ("objects", "changes_at"),
    [
        pytest.param({}, None, id="nothing-changes"),
        pytest.param(
            {"assignments": (assignment("a", "192.0.2.0/25", until=at("2026-12-01")),)},
            "2026-12-01",
            id="an-assignment-ends",
        ),
        pytest.param(
            {"assignments": (assignment("a", "192.0.2.0/25", since="2026-12-02"),)},
            "2026-12-02",
            id="an-assignment-begins",
        ),
        pytest.param(
            {"entitlements": (entitlement("e", "p", valid_until=date(2026, 12, 3)),)},
            "2026-12-04",
            id="an-entitlement-ends",
        ),
        pytest.param(
            {"entitlements": (entitlement("e", "p", valid_until=date(9999, 12, 31)),)},
            None,
            id="an-entitlement-never-ends",
        ),
        pytest.param(
            {"exemptions": (exemption("x", "host/port", expires_at=at("2026-12-05")),)},
            "2026-12-05",
            id="an-exemption-ends",
        ),
        pytest.param(
            {
                "assignments": (
                    assignment("a", "192.0.2.0/25", until=at("2026-12-01")),
                    assignment("b", "192.0.2.128/25", "beta", until=at("2026-11-22")),
                )
            },
            "2026-12-01",
            id="other-tenants-do-not-matter",
        ),
    ],
)
def test_terms_are_good_until_the_next_change(
    objects: dict[str, Any], changes_at: str | None
) -> None:
    expected = at(changes_at) if changes_at else None
    found = world(tenants=(tenant(), tenant("beta")), **objects)
    assert compiled(found).good_until == expected


@given(st.integers(-400, 800))
def test_terms_stay_the_same_until_they_are_said_to_change(days: int) -> None:
    """In the world of the corpus, on any day around it."""
    now = NOW + timedelta(days=days, hours=7)
    today = compiled(load_world(), now)
    if today.good_until is None:
        assert compiled(load_world(), now + timedelta(days=4000)) == today
    else:
        assert now < today.good_until
        last = today.good_until - timedelta(microseconds=1)
        assert compiled(load_world(), last) == today
        assert compiled(load_world(), today.good_until) != today


def test_suspended_addresses_and_unapproved_consent_are_not_in_the_terms() -> None:
    found = compiled(
        world(
            assignments=(assignment("a", "192.0.2.0/25", state=AssignmentState.SUSPENDED),),
            exemptions=(
                exemption("x", "host/port", approval=None),
                exemption("y", "host/port", approval=Approval(by="desk@asergo.example")),
                exemption("z", "host/prot"),
            ),
        )
    )
    assert not found.network.addresses
    assert found.exemptions == ()


def test_a_tenant_that_does_not_exist_has_no_terms() -> None:
    assert compile_terms(world(), "nobody", NOW) == Trouble(
        Reason.UNKNOWN_TENANT, "There is no Tenant nobody"
    )


def test_a_tenant_without_a_policy_has_no_terms() -> None:
    found = compile_terms(world(policies=()), "acme", NOW)
    assert isinstance(found, Trouble)
    assert found.reason is Reason.UNKNOWN_POLICY


def test_parties_are_found_in_the_terms_of_the_policy() -> None:
    hits = {name: terms(name, NOW).export.party for name in ("acme", "gamma", "delta", "zeta")}
    assert [[(h.subject, h.value, h.review) for h in found] for found in hits.values()] == [
        [],
        [("establishment", "KP", False)],
        [("owners", "IR (51 %)", False)],
        [("establishment", "XX", True)],
    ]
