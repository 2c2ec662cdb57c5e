"""Records: names that are claimed, addresses that are pointed at, and the reverse."""

import json
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.model import Exposure, Subject
from aup.facts.routes.dns import DNS, reverse_address


def read(*records: dict[str, Any]) -> Exposure:
    kind = ("externaldns.k8s.io", "DNSEndpoint")
    raw = json.dumps({"spec": {"endpoints": records}}).encode()
    exposure = DNS[kind](raw, Subject(*kind, "acme-prod", "web"), None).exposure  # type: ignore[arg-type]  # asks nothing
    assert exposure is not None
    return exposure


@pytest.mark.parametrize(
    ("kind", "targets", "addresses"),
    [
        ("A", ["203.0.113.9"], ["203.0.113.9"]),
        ("aaaa", ["2001:db8::1"], ["2001:db8::1"]),
        ("A", ["not-an-address"], ["not-an-address"]),
        (None, ["203.0.113.9", "cdn.example"], ["203.0.113.9"]),
        ("CNAME", ["203.0.113.9"], []),
        ("TXT", ["v=spf1 ip4:203.0.113.9"], []),
        ("MX", ["10 mail.beta.example"], []),
    ],
)
def test_addresses_are_claimed_by_the_records_that_hold_some(
    kind: str | None, targets: list[str], addresses: list[str]
) -> None:
    exposure = read({"dnsName": "a.acme.example", "recordType": kind, "targets": targets})
    assert [c.text for c in exposure.addresses] == addresses
    assert [c.name for c in exposure.hostnames] == ["a.acme.example"]


def test_a_pointer_claims_its_address_and_the_name_that_it_gives() -> None:
    exposure = read(
        {"dnsName": "9.113.0.203.in-addr.arpa.", "recordType": "PTR", "targets": ["m.beta.example"]}
    )
    assert [(c.text, str(c.address)) for c in exposure.addresses] == [
        ("9.113.0.203.in-addr.arpa.", "203.0.113.9")
    ]
    assert [c.name for c in exposure.hostnames] == ["m.beta.example"]


@given(st.ip_addresses())
def test_every_address_is_read_back_from_its_name_in_reverse(address: Any) -> None:
    assert reverse_address(address.reverse_pointer) == address
    assert reverse_address(address.reverse_pointer.upper() + ".") == address


@pytest.mark.parametrize(
    "name",
    [
        *("", "in-addr.arpa", "113.0.203.in-addr.arpa", "9.113.0.203.in-addr.arpa.example"),
        *("x.9.113.0.203.in-addr.arpa", "256.0.0.1.in-addr.arpa", "1.ip6.arpa", "acme.example"),
    ],
)
def test_other_names_are_no_addresses_in_reverse(name: str) -> None:
    assert reverse_address(name) is None


def test_the_example_of_the_documentation() -> None:
    assert reverse_address("17.100.51.198.in-addr.arpa") == ip_address("198.51.100.17")
