"""The address reader: canonical addresses are read, every other spelling is refused by name."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from aup.facts.address import parse_address, tokens

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
ADDRESSES = st.ip_addresses()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("198.51.100.17", "198.51.100.17", id="ipv4"),
        pytest.param("2001:db8:a::1", "2001:db8:a::1", id="ipv6"),
        pytest.param("2001:0DB8:000A::0001", "2001:db8:a::1", id="ipv6-in-another-spelling"),
        pytest.param("::ffff:203.0.113.9", "203.0.113.9", id="mapped-is-ipv4"),
        pytest.param("::FFFF:cb00:7109", "203.0.113.9", id="mapped-in-hexadecimal-is-ipv4"),
        pytest.param("0:0:0:0:0:ffff:203.0.113.9", "203.0.113.9", id="mapped-in-full-is-ipv4"),
        pytest.param("::203.0.113.9", "::cb00:7109", id="compatible-stays-ipv6"),
        pytest.param("64:ff9b::203.0.113.9", "64:ff9b::cb00:7109", id="translated-stays-ipv6"),
        pytest.param("2002:cb00:7109::1", "2002:cb00:7109::1", id="6to4-stays-ipv6"),
        pytest.param("0.0.0.0", "0.0.0.0", id="unspecified"),  # noqa: S104
    ],
)
def test_an_address_is_read(text: str, address: str) -> None:
    parsed = parse_address(text)
    assert (parsed.address, parsed.problem) == (ip_address(address), "")


@pytest.mark.parametrize(
    ("value", "text", "problem"),
    [
        (True, "true", "is a boolean where an address belongs"),
        (3221225985, "3221225985", "is a number where an address belongs"),
        (1.5, "1.5", "is a number where an address belongs"),
        (None, "", "is null where an address belongs"),
        (["203.0.113.9"], "", "is a list where an address belongs"),
        ({"ip": "203.0.113.9"}, "", "is an object where an address belongs"),
        ("", "", "is empty where an address belongs"),
        ("198.51.100.017", "198.51.100.017", "has leading zeros"),
        ("0198.51.100.17", "0198.51.100.17", "has leading zeros"),
        ("::ffff:198.51.100.017", "::ffff:198.51.100.017", "has leading zeros"),
        ("fe80::1%eth0", "fe80::1%eth0", "has a zone id"),
        ("2001:db8:a::1%25eth0", "2001:db8:a::1%25eth0", "has a zone id"),
        ("[2001:db8:a::1]", "[2001:db8:a::1]", "has brackets around the address"),
        ("198.51.100.17/32", "198.51.100.17/32", "is a network where an address belongs"),
        (" 198.51.100.17", " 198.51.100.17", "has white space in it"),
        ("198.51.100.17\n", "198.51.100.17\n", "has white space in it"),
        ("198.51.100.1٧", "198.51.100.1٧", "has characters outside ASCII"),
        ("198。51。100。17", "198。51。100。17", "has characters outside ASCII"),
        ("198.51.100", "198.51.100", "is not an IP address"),
        ("198.51.100.17.", "198.51.100.17.", "is not an IP address"),
        ("198.51.100.256", "198.51.100.256", "is not an IP address"),
        ("3325256721", "3325256721", "is not an IP address"),
        ("0xc6336411", "0xc6336411", "is not an IP address"),
        ("198.51.100.16-198.51.100.31", "198.51.100.16-198.51.100.31", "is not an IP address"),
        ("web.acme.example", "web.acme.example", "is not an IP address"),
        ("\x00", "\x00", "is not an IP address"),
    ],
)
def test_what_is_no_address_says_why(value: object, text: str, problem: str) -> None:
    parsed = parse_address(value)
    assert (parsed.text, parsed.address, parsed.problem) == (text, None, problem)


@given(JSON | st.binary())
def test_any_value_gets_either_an_address_or_a_problem(value: object) -> None:
    parsed = parse_address(value)
    assert (parsed.address is None) is bool(parsed.problem)


@given(st.text(alphabet="0123456789abcdefABCDEF:.%/[] \n\x85x-,", max_size=60))
@example("::ffff:1.2.3.4")
def test_only_what_python_reads_is_read_and_nothing_is_read_otherwise(text: str) -> None:
    """Our reader is stricter than Python's, and never of another opinion but for mapped ones."""
    parsed = parse_address(text)
    if parsed.address is None:
        return
    reference = ip_address(text)
    assert parsed.address == (getattr(reference, "ipv4_mapped", None) or reference)


@given(ADDRESSES)
def test_every_canonical_address_is_read_as_what_it_is(
    address: IPv4Address | IPv6Address,
) -> None:
    assume(getattr(address, "ipv4_mapped", None) is None)
    for text in (str(address), address.exploded, str(address).upper()):
        assert parse_address(text).address == address


@given(ADDRESSES)
def test_reading_what_was_read_changes_nothing(address: IPv4Address | IPv6Address) -> None:
    once = parse_address(str(address)).address
    assert parse_address(str(once)).address == once


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_the_ipv4_address_in_both_spellings(address: IPv4Address) -> None:
    spelt = f"::ffff:{address}"
    assert parse_address(spelt).address == address
    assert parse_address(str(IPv6Address(spelt))).address == address
    assert parse_address(IPv6Address(spelt).exploded).address == address


@given(st.ip_addresses(v=4), st.integers(0, 3), st.integers(1, 2), st.sampled_from(["", "::ffff:"]))
def test_a_leading_zero_is_always_refused(
    address: IPv4Address, octet: int, zeros: int, prefix: str
) -> None:
    octets = str(address).split(".")
    octets[octet] = "0" * zeros + octets[octet]
    assert parse_address(prefix + ".".join(octets)).problem == "has leading zeros"


@given(st.ip_addresses(v=6), st.text(max_size=8))
def test_a_zone_id_is_always_refused(address: IPv6Address, zone: str) -> None:
    assert parse_address(f"{address}%{zone}").address is None


@given(st.ip_addresses(), st.sampled_from([" {}", "{} ", "\t{}", "{}\n", "[{}]", "{}/32", "{},"]))
def test_nothing_is_stripped(address: IPv4Address | IPv6Address, form: str) -> None:
    assert parse_address(form.format(address)).address is None


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        pytest.param("198.51.100.17", ["198.51.100.17"], id="one"),
        pytest.param("198.51.100.17, 2001:db8:a::1", ["198.51.100.17", "2001:db8:a::1"], id="two"),
        pytest.param(" 198.51.100.17\t,\n198.51.100.18 ", ["198.51.100.17", "198.51.100.18"]),
        pytest.param(",198.51.100.17,, ,", ["198.51.100.17"], id="empty-tokens-claim-nothing"),
        pytest.param("", [], id="empty"),
        pytest.param(None, [], id="absent"),
        pytest.param("198.51.100.17 198.51.100.18", ["198.51.100.17 198.51.100.18"], id="no-comma"),
        pytest.param(7, ["7"], id="a-number-is-one-token"),
    ],
)
def test_a_comma_separated_list_is_split_and_trimmed(value: object, texts: list[str]) -> None:
    assert [parse_address(token).text for token in tokens(value)] == texts


@given(st.lists(ADDRESSES, max_size=5))
def test_a_list_of_addresses_is_read_in_order(
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address],
) -> None:
    listed = ", ".join(map(str, addresses))
    assert [parse_address(token).address for token in tokens(listed)] == [
        parse_address(str(a)).address for a in addresses
    ]
