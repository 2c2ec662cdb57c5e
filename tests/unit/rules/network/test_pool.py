"""network/pool: pools by name and by network."""

from ipaddress import ip_network

import pytest

from aup.facts.model import Exposure, NamedClaim, Topic
from aup.policy.addresses import AddressSet
from aup.rules.network.pool import pool
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    addresses=AddressSet.of(["198.51.100.16/28"]),
    pools=frozenset({"acme-public", "203.0.113.0/24"}),
)


def named(text: str, *networks: str, problem: str = "", topic: Topic = Topic.POOL) -> NamedClaim:
    return NamedClaim(text, "a[0]", topic, problem, tuple(map(ip_network, networks)))


def judge(*claims: NamedClaim) -> list[str]:
    found = pool(Exposure("acme-prod", names=claims), TERMS)
    return [f"{v.value} {v.detail}; {v.remedy}" for v in found]


@pytest.mark.parametrize(
    "claim",
    [
        named("acme-public"),
        named("198.51.100.16/28", "198.51.100.16/28"),
        named("198.51.100.20", "198.51.100.20/32"),
        named("203.0.113.9/24", "203.0.113.0/24"),
    ],
)
def test_a_pool_is_open_by_name_by_its_network_or_by_what_is_assigned(claim: NamedClaim) -> None:
    assert judge(claim) == []


@pytest.mark.parametrize(
    "claim",
    [
        named("beta-public"),
        named("ACME-PUBLIC"),
        named("198.51.100.0/24", "198.51.100.0/24"),
        named("203.0.113.0/25", "203.0.113.0/25"),
    ],
)
def test_any_other_pool_is_not(claim: NamedClaim) -> None:
    assert judge(claim) == [
        (
            f"{claim.text} is a pool that is not open to acme; "
            "use 203.0.113.0/24 or acme-public, or ask abuse@asergo.example for a pool"
        )
    ]


def test_a_pool_that_cannot_be_read_is_refused_although_it_is_named_well() -> None:
    (text,) = judge(named("acme-public", problem="is not a JSON list"))
    assert text.startswith("acme-public is not a JSON list; ")


def test_a_tenant_without_pools_is_told_to_name_none() -> None:
    (found,) = pool(Exposure("acme-prod", names=(named("x"),)), replace(TERMS, pools=frozenset()))
    assert found.remedy == "leave it out, or ask abuse@asergo.example for a pool"


def test_a_network_that_is_spelt_anew_is_the_same_finding() -> None:
    exposure = Exposure(
        "x", names=(named("10.0.0.7/24", "10.0.0.0/24"), named("10.0.0.0/24", "10.0.0.0/24"))
    )
    assert len({v.key for v in pool(exposure, TERMS)}) == 1


def test_a_class_is_no_pool() -> None:
    assert judge(named("x", topic=Topic.CLASS)) == []
