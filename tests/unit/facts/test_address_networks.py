"""Networks, ranges and interface addresses: read as Go reads them, or refused by name."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.address import (
    MAX_BLOCKS,
    parse_interface,
    parse_network,
    parse_range,
    tokens,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
SPELT = st.text(alphabet="0123456789abcdefABCDEF:.%/[] \n\x85x-,+", max_size=60)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.9/24", "203.0.113.0/24"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("2001:db8::1/64", "2001:db8::/64"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ],
)
def test_a_network_is_what_gos_parsecidr_answers(text: str, network: str) -> None:
    """The right column is what net.ParseCIDR of Go 1.26 printed."""
    assert parse_network(text).networks == (ip_network(network),)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        # Go's net.ParseCIDR takes the first two; netip.ParsePrefix does not take the first.
        ("203.0.113.0/024", "has leading zeros in its prefix length"),
        ("::ffff:203.0.113.0/24", "has an IPv4 address in an IPv6 network"),
        ("::ffff:203.0.113.9/64", "has an IPv4 address in an IPv6 network"),
        ("::ffff:0:0/95", "has an IPv4 address in an IPv6 network"),
        # Go takes none of these.
        ("203.0.113.0/+24", "has no number as its prefix length"),
        ("203.0.113.0/24 ", "has no number as its prefix length"),
        (" 203.0.113.0/24", "has white space in it"),
        ("203.0.113.0/255.255.255.0", "has no number as its prefix length"),
        ("203.0.113.0/0.0.0.255", "has no number as its prefix length"),
        ("203.0.113.0/", "has no number as its prefix length"),
        ("203.0.113.0/-1", "has no number as its prefix length"),
        ("203.0.113.0/33", "has a prefix length above 32"),
        ("2001:db8::/129", "has a prefix length above 128"),
        ("2001:db8::/٣٢", "has no number as its prefix length"),
        ("203.000.113.0/24", "has leading zeros"),
        ("fe80::1%eth0/64", "has a zone id"),
        ("[2001:db8::]/32", "has brackets around the address"),
        ("203.0.113/24", "is not an IP address"),
        ("203.0.113.0/24/24", "has no number as its prefix length"),
        ("", "is empty where an address belongs"),
        (True, "is a boolean where a network belongs"),
        (24, "is a number where a network belongs"),
        (None, "is null where a network belongs"),
    ],
)
def test_what_is_no_network_says_why(value: object, problem: str) -> None:
    parsed = parse_network(value)
    assert (parsed.networks, parsed.problem) == ((), problem)


def test_a_bare_address_is_a_network_of_one() -> None:
    assert parse_network("203.0.113.9").networks == (ip_network("203.0.113.9/32"),)
    assert parse_network("2001:db8::9").networks == (ip_network("2001:db8::9/128"),)


@pytest.mark.parametrize(
    ("text", "address", "problem"),
    [
        ("203.0.113.9/24", "203.0.113.9", ""),
        ("203.0.113.9", "203.0.113.9", ""),
        ("::ffff:203.0.113.9/120", "203.0.113.9", ""),
        ("2001:db8::9/64", "2001:db8::9", ""),
        ("203.0.113.9/33", None, "has a prefix length above 32"),
        ("203.0.113.9/024", None, "has leading zeros in its prefix length"),
        ("203.0.113.9/x", None, "has no number as its prefix length"),
        ("203.0.113.256/24", None, "is not an IP address"),
    ],
)
def test_of_an_interface_the_address_counts_and_not_its_mask(
    text: str, address: str | None, problem: str
) -> None:
    parsed = parse_interface(text)
    assert (parsed.text, parsed.problem) == (text, problem)
    assert parsed.address == (ip_address(address) if address else None)


@pytest.mark.parametrize(
    ("text", "networks", "problem"),
    [
        ("198.51.100.17-198.51.100.19", ["198.51.100.17/32", "198.51.100.18/31"], ""),
        ("198.51.100.16 - 198.51.100.31", ["198.51.100.16/28"], ""),
        ("198.51.100.17-198.51.100.17", ["198.51.100.17/32"], ""),
        ("198.51.100.16/28", ["198.51.100.16/28"], ""),
        ("::ffff:198.51.100.16-198.51.100.31", ["198.51.100.16/28"], ""),
        ("198.51.100.19-198.51.100.17", [], "is a range that ends before it begins"),
        ("198.51.100.17-2001:db8::1", [], "is a range from one family of addresses to another"),
        ("198.51.100.17-19", [], "is not an IP address"),
        ("198.51.100.17-", [], "is empty where an address belongs"),
        ("198.51.100.17-198.51.100.18-198.51.100.19", [], "is not an IP address"),
        ("198.51.100.16/28-198.51.100.31", [], "is a network where an address belongs"),
    ],
)
def test_a_range_is_both_ends_and_all_between(text: str, networks: list[str], problem: str) -> None:
    parsed = parse_range(text)
    assert [str(n) for n in parsed.networks] == networks
    assert parsed.problem == problem


@given(JSON | st.binary() | SPELT)
def test_any_value_gets_either_networks_or_a_problem(value: object) -> None:
    for parsed in (parse_network(value), parse_range(value)):
        assert bool(parsed.networks) is not bool(parsed.problem)
    interface = parse_interface(value)
    assert (interface.address is None) is bool(interface.problem)


@given(st.ip_addresses(), st.integers(0, 128))
def test_every_network_that_python_reads_is_read_alike(
    address: IPv4Address | IPv6Address, length: int
) -> None:
    length = min(length, address.max_prefixlen)
    if getattr(address, "ipv4_mapped", None) is not None:
        return
    wanted = ip_network((address, length), strict=False)
    assert parse_network(f"{address}/{length}").networks == (wanted,)
    assert parse_interface(f"{address}/{length}").address == address


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_mapped_network_is_the_ipv4_network(address: IPv4Address, length: int) -> None:
    wanted = IPv4Network((address, length), strict=False)
    spelt = IPv6Address(f"::ffff:{address}")
    assert parse_network(f"::ffff:{address}/{length + 96}").networks == (wanted,)
    assert parse_network(f"{spelt}/{length + 96}").networks == (wanted,)


@given(SPELT)
def test_nothing_is_read_that_python_reads_otherwise(text: str) -> None:
    """But for networks of mapped addresses, which to Go are networks of IPv4."""
    for network in parse_network(text).networks:
        reference = ip_network(text, strict=False)
        if isinstance(reference, IPv6Network) and isinstance(network, IPv4Network):
            assert reference.network_address.ipv4_mapped == network.network_address
        else:
            assert network == reference


@given(st.ip_addresses(), st.ip_addresses())
def test_a_range_is_what_lies_between_its_ends(
    one: IPv4Address | IPv6Address, other: IPv4Address | IPv6Address
) -> None:
    parsed = parse_range(f"{one}-{other}")
    first, last = parse_network(str(one)).networks[0][0], parse_network(str(other)).networks[0][0]
    if first.version != last.version or int(first) > int(last):
        assert parsed.problem
        return
    blocks = tuple(summarize_address_range(first, last))
    assert parsed.networks == (blocks if len(blocks) <= MAX_BLOCKS else ())
    assert bool(parsed.problem) is (len(blocks) > MAX_BLOCKS)


def test_a_range_of_ipv4_is_never_of_too_many_networks() -> None:
    widest = parse_range("0.0.0.1-255.255.255.254")
    assert (len(widest.networks), widest.problem) == (62, "")
    assert parse_range("2001:db8::1-2001:db8:ffff::fffe").problem == (
        "is a range of more than 64 networks"
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("198.51.100.16/28, 198.51.100.40-198.51.100.41,", [1, 1]),
        ("198.51.100.17,2001:db8::/64 ,x", [1, 1, 0]),
        ("", []),
        (None, []),
        (7, [0]),
    ],
)
def test_a_list_of_ranges_is_split_and_trimmed(value: object, found: list[int]) -> None:
    assert [len(parse_range(token).networks) for token in tokens(value)] == found


def test_an_empty_token_is_none() -> None:
    assert list(tokens(" a ,, b")) == ["a", "b"]
