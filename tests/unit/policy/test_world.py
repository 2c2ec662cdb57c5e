"""The world: mistakes are told object by object and never take down what is in force."""

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.catalog import CatalogItem
from aup.api.meta import ObjectMeta
from aup.api.policy import Clause
from aup.api.sections.choice import Enforcement
from aup.facts.image import read_image
from aup.policy.problem import Reason
from aup.policy.world import InForce, Objects, World, compile_world
from aup.rules import RULE_IDS
from support.provider import (
    CREATED,
    assignment,
    catalog,
    domain,
    entitlement,
    exemption,
    policy,
    tenant,
    world,
)
from support.world import load_world, world_objects

BAD = (Clause(id="1", summary="x", rules=("host/prot",)),)


def reasons(found: World, kind: str, name: str) -> list[Reason]:
    return [trouble.reason for trouble in found.troubles.get((kind, name), ())]


def test_the_world_of_the_corpus_has_no_mistake() -> None:
    assert load_world().troubles == {}


def test_an_edit_that_does_not_compile_leaves_the_edition_in_force() -> None:
    good = world()
    edited = policy(revision="2027-01-01", clauses=BAD)

    after = world(good.in_force, policies=(edited,))

    assert reasons(after, "AcceptableUsePolicy", "asergo") == [Reason.UNKNOWN_RULE]
    edition = after.edition_of("acme")
    assert edition is not None
    assert edition.ref.revision == "2023-06-01"
    assert after.in_force.policies == good.in_force.policies, "for the next time"


def test_an_edit_that_compiles_is_in_force() -> None:
    after = world(world().in_force, policies=(policy(revision="2027-01-01"),))
    edition = after.edition_of("acme")
    assert edition is not None
    assert edition.ref.revision == "2027-01-01"


def test_a_policy_that_never_compiled_is_not_in_force() -> None:
    found = world(policies=(policy(clauses=BAD),))
    assert found.edition_of("acme") is None
    assert reasons(found, "Tenant", "acme") == [Reason.UNKNOWN_POLICY]


def test_deleting_a_policy_does_not_free_its_tenants() -> None:
    after = world(world().in_force, policies=())
    assert after.edition_of("acme") is not None


def test_a_deleted_policy_without_tenants_is_gone() -> None:
    after = world(InForce(policies=world().in_force.policies), policies=(), tenants=())
    assert not after.editions


def test_a_tenant_that_names_no_policy_stays_held_to_its_last_one() -> None:
    lost = tenant(policy="asergoo")
    after = world(world().in_force, tenants=(lost,))
    assert after.in_force.bindings == {"acme": "asergo"}
    (trouble,) = after.troubles_of(lost)
    assert (trouble.reason, trouble.fatal) == (Reason.UNKNOWN_POLICY, False)
    assert "stays held to asergo" in trouble.message

    (trouble,) = world(tenants=(lost,)).troubles_of(lost)
    assert trouble.fatal


def test_a_tenant_moves_to_another_policy() -> None:
    policies = (policy(), policy("other"))
    after = world(world().in_force, policies=policies, tenants=(tenant(policy="other"),))
    assert after.in_force.bindings == {"acme": "other"}


def test_a_tenant_whose_name_is_no_label_value_is_told() -> None:
    long = tenant("a" * 64)
    found = world(tenants=(long,))
    assert [t.reason for t in found.troubles_of(long)] == [Reason.INVALID_NAME]
    assert not found.in_force.bindings


GOOD_ITEM = CatalogItem(repository="registry.example/a", license="MIT")
BAD_ITEM = CatalogItem(repository="registry.example/b", license="MIT,")


def knows(found: World, text: str) -> bool:
    return bool(found.catalog.about(read_image(text, "")))


def test_the_first_edition_of_a_catalogue_counts_as_far_as_it_can_be_read() -> None:
    found = world(catalogs=(catalog("default", GOOD_ITEM, BAD_ITEM),))
    assert reasons(found, "SoftwareCatalog", "default") == [Reason.INVALID_SPDX]
    assert knows(found, "registry.example/a:1")


def test_an_edit_of_a_catalogue_with_a_mistake_leaves_it_as_it_was() -> None:
    before = world(catalogs=(catalog("default", GOOD_ITEM),))
    extra = CatalogItem(repository="registry.example/c", license="MIT")
    after = world(before.in_force, catalogs=(catalog("default", BAD_ITEM, extra),))
    assert knows(after, "registry.example/a:1")
    assert not knows(after, "registry.example/c:1")
    assert after.in_force.catalogs == before.in_force.catalogs


def test_a_deleted_catalogue_is_gone() -> None:
    before = world(catalogs=(catalog("default", GOOD_ITEM),))
    assert not knows(world(before.in_force, catalogs=()), "registry.example/a:1")


@pytest.mark.parametrize(
    ("kind", "objects"),
    [
        ("AddressAssignment", {"assignments": (assignment("x", "192.0.2.0/24", "nobody"),)}),
        ("LicenseEntitlement", {"entitlements": (entitlement("x", "db", "nobody"),)}),
        ("Exemption", {"exemptions": (exemption("x", "host/port", holder="nobody"),)}),
    ],
)
def test_what_belongs_to_nobody_is_told(kind: str, objects: dict[str, Any]) -> None:
    assert reasons(world(**objects), kind, "x") == [Reason.UNKNOWN_TENANT]


def test_an_overlap_is_told_of_the_later_one() -> None:
    later = CREATED + timedelta(days=1)
    found = world(
        assignments=(
            assignment("b", "198.51.100.16/28", "acme"),
            assignment("a", "198.51.100.16/29", "acme", created=later),
        )
    )
    assert reasons(found, "AddressAssignment", "a") == [Reason.OVERLAP]
    assert reasons(found, "AddressAssignment", "b") == []


def test_mistakes_of_single_objects_are_told() -> None:
    found = world(
        tenants=(tenant(domains=(domain("com"), domain("acme.example"))),),
        entitlements=(entitlement("x", "db", time_zone="Mars/Olympus"),),
        exemptions=(exemption("y", "host/prot"),),
    )
    assert reasons(found, "Tenant", "acme") == [Reason.INVALID_HOSTNAME]
    assert reasons(found, "LicenseEntitlement", "x") == [Reason.UNKNOWN_TIME_ZONE]
    assert reasons(found, "Exemption", "y") == [Reason.UNKNOWN_RULE]
    assert [d.name for d in found.accounts["acme"].domains] == ["acme.example"]


WHOLE = world_objects()


@given(st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(random: Random) -> None:
    shuffled = {}
    for name in Objects.__dataclass_fields__:
        found = list(getattr(WHOLE, name))
        random.shuffle(found)
        shuffled[name] = tuple(found)
    again = compile_world(Objects(**shuffled), rules=RULE_IDS)
    first = compile_world(WHOLE, rules=RULE_IDS)
    assert again.troubles == first.troubles
    assert again.catalog == first.catalog
    assert again.registry == first.registry
    assert again.accounts == first.accounts
    assert again.in_force == first.in_force


def test_a_change_of_status_alone_changes_nothing() -> None:
    """The controller writes statuses; that must not look like an edit."""
    held = assignment("a", "198.51.100.16/28")
    touched = msgspec.structs.replace(
        held, metadata=ObjectMeta(name="a", creation_timestamp=CREATED, resource_version="2")
    )
    assert world(assignments=(held,)).registry is world(assignments=(touched,)).registry


def test_modes_reach_the_edition() -> None:
    found = world(policies=(policy(enforcement=Enforcement.WARN),))
    edition = found.edition_of("acme")
    assert edition is not None
    assert edition.spec.enforcement is Enforcement.WARN
