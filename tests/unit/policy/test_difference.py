"""A change concerns those whom it is about, and nobody else."""

from functools import partial
from typing import Any

import pytest

from aup.api.catalog import CatalogItem
from aup.api.meta import ObjectMeta
from aup.api.tenant import TenantStatus
from aup.policy.difference import altered
from support import provider
from support.provider import (
    assignment,
    catalog,
    domain,
    entitlement,
    exemption,
    policy,
    tenant,
)
from support.replacing import replace

TENANTS = (tenant(), tenant("beta"), tenant("gamma"))
EVERYONE = frozenset({"acme", "beta", "gamma"})


world = partial(provider.world, tenants=TENANTS)


def test_the_same_objects_compiled_again_alter_nothing() -> None:
    objects: dict[str, Any] = {
        "assignments": (assignment("a", "198.51.100.7/32"),),
        "catalogs": (catalog(),),
    }
    assert altered(world(**objects), world(**objects)) == frozenset()


def test_what_we_write_ourselves_alters_nothing() -> None:
    told = replace(TENANTS[0], status=TenantStatus(policy_revision="asergo/1"))
    later = replace(told, metadata=replace(told.metadata, resource_version="7"))
    assert altered(world(), world(tenants=(later, *TENANTS[1:]))) == frozenset()


CHANGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "who belongs to a tenant": (
        {"tenants": (tenant(groups=("acme-admins",)), *TENANTS[1:])},
        {"acme"},
    ),
    "a tenant's domains": (
        {"tenants": (tenant(domains=(domain("a.example"),)), *TENANTS[1:])},
        {"acme"},
    ),
    "one that is new": ({"tenants": (*TENANTS, tenant("delta"))}, {"delta"}),
    "one that is gone": ({"tenants": TENANTS[:2]}, {"gamma"}),
    "one that was made anew": (
        {"tenants": (replace(TENANTS[0], metadata=ObjectMeta(name="acme", uid="2")), *TENANTS[1:])},
        {"acme"},
    ),
    "an address": ({"assignments": (assignment("a", "198.51.100.7/32", "beta"),)}, {"beta"}),
    "an entitlement": ({"entitlements": (entitlement("e", "db", "gamma"),)}, {"gamma"}),
    "an exemption": ({"exemptions": (exemption("x", "host/port", holder="beta"),)}, {"beta"}),
    "a catalogue": (
        {
            "catalogs": (
                catalog("all", CatalogItem(repository="registry.example/nginx", license="MIT")),
            )
        },
        set(EVERYONE),
    ),
    "the policy": ({"policies": (policy(revision="2027-01-01"),)}, set(EVERYONE)),
    "a policy that nobody is held to": ({"policies": (policy(), policy("spare"))}, set()),
    "the policy's name": ({"policies": (policy("other"),)}, set(EVERYONE)),
}


@pytest.mark.parametrize(("after", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_alters(after: dict[str, Any], expected: set[str]) -> None:
    assert altered(world(), world(**after)) == expected
    assert altered(world(**after), world()) == expected
