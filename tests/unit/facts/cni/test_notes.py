"""Values that only the container network has: namespaces, pools by family, too many ranges."""

import json
from typing import Any

import pytest

from aup.facts.annotations.keys import Note
from aup.facts.annotations.readers import MAX_RANGES
from aup.facts.claims import Leaf
from aup.facts.cni.notes import (
    addresses_by_network,
    captured,
    few_ranges,
    pools_by_family,
    prefixes,
)
from aup.facts.model import AddressClaim, Capture, ClaimSource, NamedClaim, PlatformSetting
from support.world import Cluster


def note(value: Any) -> Note:
    return Note("key", value, "path", "acme-prod", Cluster())


@pytest.mark.parametrize(
    ("value", "pools"),
    [
        ({"interface": "eth0", "ipv4": ["a"], "ipv6": ["b"], "cleangateway": False}, ["a", "b"]),
        ([{"IPv4Pools": ["a"]}, {"ipv6pools": ["b"], "interface": "net1"}], ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        ("a", ["a"]),
        ({}, []),
    ],
)
def test_spiderpools_json_names_pools(value: Any, pools: list[str]) -> None:
    leaves = list(pools_by_family(note(json.dumps(value))))
    assert [leaf.text for leaf in leaves if isinstance(leaf, NamedClaim)] == pools


def test_pools_that_cannot_be_read_are_refused() -> None:
    (leaf,) = pools_by_family(note("{"))
    assert isinstance(leaf, NamedClaim)
    assert leaf.problem == "is not JSON"


@pytest.mark.parametrize(
    ("value", "claimed"),
    [
        (
            '{"a":["203.0.113.9/24","2001:db8::9"],"b":"203.0.113.10"}',
            [
                ("203.0.113.9/24", ""),
                ("2001:db8::9", ""),
                ("203.0.113.10", ""),
            ],
        ),
        ('{"a":["x"]}', [("x", "is not an IP address")]),
        ("{}", []),
        ("203.0.113.9", [("203.0.113.9", "is not JSON")]),
    ],
)
def test_machines_ask_for_addresses_by_network(value: str, claimed: list[tuple[str, str]]) -> None:
    leaves = addresses_by_network(note(value))
    assert [(c.text, c.problem) for c in leaves if isinstance(c, AddressClaim)] == claimed


def test_prefixes_keep_the_networks_that_can_be_read() -> None:
    leaves = list(prefixes(note('["203.0.113.7/24", "x", 5]')))
    assert [
        (leaf.text, [str(n) for n in leaf.networks])
        for leaf in leaves
        if isinstance(leaf, PlatformSetting)
    ] == [("203.0.113.7/24", ["203.0.113.0/24"]), ("x", []), ("5", [])]


def test_namespaces_are_a_list() -> None:
    leaves = list(captured("takes")(note(" acme-dev, beta-prod,")))
    assert [leaf.namespaces.owner for leaf in leaves if isinstance(leaf, Capture)] == [
        "acme",
        "beta",
    ]


def test_more_ranges_than_are_looked_up_are_refused() -> None:
    """Each is a few networks, and each of those a search: thousands would hold up everybody."""

    def claim(position: int) -> Leaf:
        (prefix,) = prefixes(note(f'["198.51.{position}.0/24"]'))
        assert isinstance(prefix, PlatformSetting)
        return AddressClaim("x", "p", ClaimSource.SPEC, None, networks=prefix.networks)

    ranges = [claim(position) for position in range(MAX_RANGES)]
    assert list(few_ranges(ranges, "p")) == ranges
    *kept, last = few_ranges([*ranges, claim(200), claim(201)], "p")
    assert kept == ranges
    assert isinstance(last, AddressClaim)
    assert last.problem == f"has more than {MAX_RANGES} networks or ranges"
