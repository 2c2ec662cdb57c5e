"""Where a name leads, in the eyes of every program that may follow it."""

import socket
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.external_name import external_name
from aup.facts.model import ExternalName, Offline
from support.world import Cluster

PATH = "spec.externalName"


def read(value: object) -> ExternalName:
    return external_name(value, PATH, Cluster())


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("169.254.169.254", "169.254.169.254"),
        ("169.254.169.254.", "169.254.169.254"),
        ("2852039166", "169.254.169.254"),
        ("0xa9fea9fe", "169.254.169.254"),
        ("0XA9FEA9FE", "169.254.169.254"),
        ("0251.0376.0251.0376", "169.254.169.254"),
        ("169.254.43518", "169.254.169.254"),
        ("169.0xfea9fe", "169.254.169.254"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),  # noqa: S104
        ("0x", "0.0.0.0"),  # noqa: S104
        ("::1", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
    ],
)
def test_an_address_in_any_spelling_is_no_name(text: str, address: str) -> None:
    assert read(text) == ExternalName(text, PATH, addresses=(ip_address(address),))


@pytest.mark.parametrize("text", ["256.1.1.1", "1.2.3.4.5", "08.0.0.1", "4294967296", "1.2.65536"])
def test_what_is_no_address_to_anybody_is_no_name_either(text: str) -> None:
    found = read(text)
    assert (found.addresses, found.name) == ((), "")
    assert found.problem == "ends in a number, as no hostname does"


NUMBERS = st.integers(0, 0x1_0000_0000)
SPELT = st.one_of(
    NUMBERS.map(str),
    NUMBERS.map(hex),
    NUMBERS.map(lambda n: f"0{n:o}"),
    st.integers(0, 255).map(str),
)


@given(st.lists(SPELT, min_size=1, max_size=4).map(".".join))
def test_the_c_library_reads_the_same_address(text: str) -> None:
    try:
        expected: tuple[IPv4Address, ...] = (IPv4Address(socket.inet_aton(text)),)
    except OSError:
        expected = ()
    found = read(text)
    assert (() if found.name else found.addresses) == expected


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("10.0.0.1.nip.io", ["10.0.0.1"]),
        ("app.10-0-0-1.sslip.io", ["10.0.0.1"]),
        ("www-192-168-0-7-x.sslip.io", ["192.168.0.7"]),
        ("10-0-0-1.example.com", ["10.0.0.1"]),
        ("7f000001.nip.io", ["127.0.0.1"]),
        ("app-c0a80001.traefik.me", ["192.168.0.1"]),
        ("7f000001.c0a80001.rbndr.us", ["127.0.0.1", "192.168.0.1"]),
        ("fd00--1.sslip.io", ["fd00::1"]),
        ("--1.sslip.io", []),  # begins with a hyphen, which no hostname does
        ("www.sslip.io", []),
        ("deadbeef.example.com", []),
        ("1-2-3.example.com", []),
        ("999-1-1-1.example.com", []),
        ("v1.2.3.4.5.example.com", ["1.2.3.4"]),
    ],
)
def test_a_name_may_spell_out_addresses(name: str, addresses: list[str]) -> None:
    assert [str(address) for address in read(name).addresses] == addresses


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("localhost", "leads back"),
        ("db.localhost", "leads back"),
        ("LOCALHOST.LOCALDOMAIN.", "leads back"),
        ("a.b.lvh.me", "leads back"),
        ("metadata.google.internal", "credentials"),
        ("metadata", "credentials"),
        ("db.corp.internal", "the internet does not have"),
        ("printer.local", "the internet does not have"),
        ("nas.home.arpa", "the internet does not have"),
        ("vault", "short name"),
        ("localhost.acme.example", ""),
        ("internal.example.com", ""),
        ("mylocalhost.example", ""),
    ],
)
def test_a_name_that_the_internet_does_not_have_says_why(name: str, why: str) -> None:
    found = read(name)
    assert why in found.internal
    assert bool(found.internal) is bool(why)


def test_a_service_is_known_with_its_tenant() -> None:
    found = read("vault.beta-prod.svc.cluster.local")
    assert found.service is not None
    assert (found.service.text, found.service.owner, found.guessed) == ("beta-prod", "beta", False)
    assert read("vault.beta-prod").guessed
    assert read("db.geodata.example").service is None


def test_off_the_cluster_nobody_knows_whose_a_namespace_is() -> None:
    found = external_name("vault.beta-prod.svc", PATH, Offline())
    assert found.service is not None
    assert (found.service.owner, found.service.known) == (None, False)


@pytest.mark.parametrize(
    "value", [True, 7, [], {}, "a..b", "*.acme.example", "https://x", "a" * 999]
)
def test_what_cannot_be_read_says_why(value: object) -> None:
    found = read(value)
    assert (found.name, found.addresses) == ("", ())
    assert found.problem


@given(st.text(max_size=40) | st.text(alphabet="0123456789abcdefx.-", max_size=40))
def test_any_text_is_an_address_a_name_or_a_problem(text: str) -> None:
    found = read(text)
    assert (bool(found.name) + bool(found.problem) + bool(found.addresses and not found.name)) == 1
