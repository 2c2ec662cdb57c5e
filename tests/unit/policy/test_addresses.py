"""Sets of addresses: membership, merging, and one spelling of a network."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.policy.addresses import AddressSet, read_network


def test_neighbours_are_merged_and_families_kept_apart() -> None:
    found = AddressSet.of(["2001:db8::/64", "198.51.100.8/29", "198.51.100.0/29", "192.0.2.1/32"])
    assert found.cidrs == ("192.0.2.1/32", "198.51.100.0/28", "2001:db8::/64")


def test_an_empty_set_holds_nothing() -> None:
    assert not AddressSet()
    assert IPv4Address("192.0.2.1") not in AddressSet()


@pytest.mark.parametrize(
    "text",
    [
        *("192.0.2.1/24", "192.0.2.1", "192.0.2.0/255.255.255.0", "192.0.2.0/024", " 192.0.2.0/24"),
        *("2001:DB8::/32", "2001:db8:0::/32", "fe80::%eth0/64", "::ffff:192.0.2.0/120", "", "x"),
    ],
)
def test_a_network_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the standard library words half of them
        read_network(text)


_networks = st.lists(
    st.one_of(
        st.builds(
            lambda base, length: f"{IPv4Address(base >> 32 - length << 32 - length)}/{length}",
            st.integers(0xC0000200, 0xC00002FF),
            st.integers(24, 32),
        ),
        st.builds(
            lambda base, length: f"{IPv6Address(base >> 128 - length << 128 - length)}/{length}",
            st.integers(2**127, 2**127 + 255),
            st.integers(120, 128),
        ),
    ),
    max_size=8,
)


@given(_networks, st.integers(0, 255))
def test_membership_is_that_of_any_of_the_networks(cidrs: list[str], last: int) -> None:
    found = AddressSet.of(cidrs)
    for address in (IPv4Address(0xC0000200 + last), IPv6Address(2**127 + last)):
        assert (address in found) is any(address in ip_network(cidr) for cidr in cidrs)
    assert AddressSet.of(found.cidrs) == found


def test_an_address_of_the_other_family_is_not_inside() -> None:
    assert ip_address("::c000:201") not in AddressSet.of(["192.0.2.0/24"])


_HELD = AddressSet.of(["198.51.100.16/28", "198.51.100.32/28", "2001:db8:a::/64"])


@pytest.mark.parametrize(
    ("cidr", "covered"),
    [
        ("198.51.100.16/28", True),
        ("198.51.100.24/30", True),
        ("198.51.100.47/32", True),
        ("198.51.100.0/27", False),
        ("198.51.100.0/26", False),
        ("0.0.0.0/0", False),
        ("2001:db8:a::/64", True),
        ("2001:db8:a::/63", False),
        ("::/0", False),
    ],
)
def test_a_network_is_covered_only_as_a_whole(cidr: str, covered: bool) -> None:
    assert _HELD.covers(read_network(cidr)) is covered
    assert not AddressSet().covers(read_network(cidr))


@given(_networks, st.integers(0, 255), st.integers(24, 32))
def test_a_covered_network_is_one_of_whose_addresses_none_is_outside(
    cidrs: list[str], last: int, length: int
) -> None:
    found = AddressSet.of(cidrs)
    base = 0xC0000200 + last >> 32 - length << 32 - length
    network = ip_network((base, length))
    assert found.covers(network) is all(address in found for address in network)
