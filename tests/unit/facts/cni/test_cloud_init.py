"""cloud-init's network data: addresses of interfaces, and not those of others."""

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aup.facts.cni.cloud_init import LONGEST, UnreadableNetworkDataError, static_addresses

NETPLAN = """
network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [203.0.113.9/24, {"203.0.113.10/24": {lifetime: 0}}]
      nameservers: {addresses: [203.0.113.53]}
      routes: [{to: 203.0.113.0/24, via: 203.0.113.1}]
  bridges: {br0: {ADDRESSES: ["2001:db8::9/64"]}}
"""
FIRST = """
version: 1
config:
- type: physical
  name: eth0
  subnets:
  - {type: static, address: 203.0.113.9/24, gateway: 203.0.113.1, dns_nameservers: [203.0.113.53]}
- {address: [203.0.113.53], type: nameserver}
- {type: route, destination: 203.0.113.0/24, gateway: 203.0.113.1}
"""
OPENSTACK = json.dumps(
    {
        "links": [{"id": "eth0", "ethernet_mac_address": "02:00:00:00:00:01"}],
        "networks": [{"type": "ipv4", "ip_address": "203.0.113.9", "netmask": "255.255.255.0"}],
        "services": [{"type": "dns", "address": "203.0.113.53"}],
    }
)
DEBIAN = "auto eth0\niface eth0 inet static\n  address 203.0.113.9/24\n  gateway 203.0.113.1\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NETPLAN, ["203.0.113.9/24", "203.0.113.10/24", "2001:db8::9/64"]),
        (FIRST, ["203.0.113.9/24"]),
        (OPENSTACK, ["203.0.113.9"]),
        (DEBIAN, ["203.0.113.9/24"]),
        ('{address: "\\x320\\x33.0.113.9"}', ["203.0.113.9"]),
        ("version: 2\nethernets: {enp1s0: {dhcp4: true}}", []),
        ("", []),
        ("address: dhcp", []),
    ],
)
def test_each_format_is_read(text: str, found: list[str]) -> None:
    assert static_addresses(text) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{a: [", "is not YAML"),
        ("{nameservers: &n {addresses: [203.0.113.9]}, eth0: *n}", "has an alias"),
        ("[" * 40, "is nested more than 32 deep"),
        (" " * (LONGEST + 1), f"is longer than {LONGEST} characters"),
        ("\x00", "is not YAML"),
    ],
)
def test_what_nobody_can_judge_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UnreadableNetworkDataError, match=problem):
        static_addresses(text)


@given(st.integers(0, 255), st.booleans(), st.sampled_from(["address", "addresses", "ip_address"]))
def test_no_spelling_of_yaml_hides_an_address(last: int, flow: bool, name: str) -> None:
    data = {"ethernets": {"enp1s0": {name: [f"203.0.113.{last}/24"]}}}
    assert static_addresses(yaml.safe_dump(data, default_flow_style=flow)) == [
        f"203.0.113.{last}/24"
    ]


@given(st.text(max_size=200) | st.text("[]{}:,&*!|>- \nab1.", max_size=80))
@example("[" * LONGEST)
@example("- " * (LONGEST // 2))
@example("{a: " * (LONGEST // 4))
@example("&a [" * 1000 + "*a" + "]" * 1000)
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing is built out of it, so that neither depth nor aliases have a price."""
    try:
        found = static_addresses(text)
    except UnreadableNetworkDataError:
        return
    assert all(isinstance(address, str) for address in found)
