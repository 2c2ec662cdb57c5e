"""Lookups among many terms: the same answer as holding each against each."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import IPAddress
from aup.policy.addresses import AddressSet, IPNetwork
from aup.policy.index import AddressIndex, DomainIndex


def network(version: int, address: int, host_bits: int) -> IPNetwork:
    """Return one of a few networks of either family that often overlap."""
    start = address >> host_bits << host_bits
    if version == 4:
        return IPv4Network((start, 32 - host_bits))
    return IPv6Network((start, 128 - host_bits))


NETWORKS = st.builds(network, st.sampled_from((4, 6)), st.integers(0, 63), st.integers(0, 6))
SETS = st.lists(st.lists(NETWORKS, max_size=4).map(AddressSet.of), max_size=6)
ADDRESSES = st.builds(
    lambda of, number: of(number),
    st.sampled_from((IPv4Address, IPv6Address)),
    st.integers(0, 80),
)
NAMES = st.lists(st.sampled_from(("a", "b", "ab")), min_size=1, max_size=4).map(".".join)
DOMAINS = st.lists(st.tuples(NAMES, st.booleans()), max_size=6)


@given(SETS, ADDRESSES)
def test_the_first_set_that_holds_an_address_is_found(
    sets: list[AddressSet], address: IPAddress
) -> None:
    one_by_one = next((at for at, found in enumerate(sets) if address in found), None)
    assert AddressIndex.of(enumerate(sets)).first(address) == one_by_one


@given(SETS, st.lists(NETWORKS, min_size=1, max_size=3))
def test_the_first_set_that_holds_all_of_some_networks_is_found(
    sets: list[AddressSet], networks: list[IPNetwork]
) -> None:
    one_by_one = (at for at, found in enumerate(sets) if all(map(found.covers, networks)))
    assert AddressIndex.of(enumerate(sets)).whole(networks) == next(one_by_one, None)


@given(SETS)
def test_the_least_and_the_greatest_address_are_in_everything(sets: list[AddressSet]) -> None:
    whole = AddressSet.of(("0.0.0.0/0", "::/0"))
    index = AddressIndex.of(enumerate((*sets, whole)))
    for address in (IPv4Address(2**32 - 1), IPv6Address(2**128 - 1)):
        assert index.first(address) == len(sets)


@given(DOMAINS, NAMES, st.booleans())
def test_the_first_domain_that_covers_a_name_is_found(
    domains: list[tuple[str, bool]], name: str, wildcard: bool
) -> None:
    def covers(domain: str, *, below: bool) -> bool:
        if name == domain:
            return below or not wildcard
        return below and name.endswith(f".{domain}")

    one_by_one = (at for at, (found, below) in enumerate(domains) if covers(found, below=below))
    assert DomainIndex.of(domains).first(name, wildcard=wildcard) == next(one_by_one, None)


def test_among_none_there_is_none() -> None:
    assert AddressIndex.of(()).first(IPv4Address("192.0.2.1")) is None
    assert AddressIndex.of(()).whole((IPv4Network("192.0.2.0/24"),)) is None
    assert AddressIndex.of(enumerate((AddressSet.of(("0.0.0.0/0",)),))).whole(()) is None
    assert DomainIndex.of(()).first("acme.example") is None
