"""Names of AddressUse objects."""

import re

import pytest

from aup.api.address_use import object_name

OBJECT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
"""What the API server takes as the name of an object (RFC 1123 subdomain)."""


@pytest.mark.parametrize(
    ("address", "name"),
    [
        pytest.param("198.51.100.20", "198.51.100.20", id="ipv4-as-it-is"),
        pytest.param("2001:db8:a::1", "2001-0db8-000a-0000-0000-0000-0000-0001", id="ipv6-in-full"),
        pytest.param("::1", "0000-0000-0000-0000-0000-0000-0000-0001", id="no-leading-hyphen"),
        pytest.param(
            "2001:DB8:A:0::1", "2001-0db8-000a-0000-0000-0000-0000-0001", id="one-per-address"
        ),
    ],
)
def test_address_has_one_name_whatever_its_spelling(address: str, name: str) -> None:
    assert object_name(address=address) == name
    assert OBJECT_NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        pytest.param("shop.acme.example", "shop.acme.example", id="host-as-it-is"),
        pytest.param("Shop.ACME.example.", "shop.acme.example", id="case-and-dot-do-not-matter"),
        pytest.param("*.acme.example", "wc--any.acme.example", id="wildcard"),
    ],
)
def test_hostname_has_one_name(hostname: str, name: str) -> None:
    assert object_name(hostname=hostname) == name
    assert OBJECT_NAME.fullmatch(name)


@pytest.mark.parametrize("address", ["198.51.100.020", "web", "198.51.100.0/24", "fe80::1%eth0"])
def test_what_is_no_address_has_no_name(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        object_name(address=address)


def test_one_of_both_is_needed() -> None:
    with pytest.raises(ValueError, match="address or a hostname"):
        object_name()
