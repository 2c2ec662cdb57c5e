"""The configuration of CNI plugins: programs, addresses, files; and an answer to any of it."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aup.facts.cni.go_json import Members, UnreadableJSONError, read_json
from aup.facts.cni.plugin_config import plugin_leaves
from aup.facts.model import AddressClaim, PlatformSetting, Plugin

PATH = "spec.config"


def said(config: object) -> list[str]:
    """Return what a configuration says: ``type macvlan``, ``203.0.113.9``, ``setting /etc``."""
    found = read_json(config if isinstance(config, str) else json.dumps(config))
    assert isinstance(found, Members)
    words = []
    for leaf in plugin_leaves(found, PATH):
        match leaf:
            case Plugin():
                words.append(f"type {leaf.text}")
            case AddressClaim():
                what = " ".join(map(str, leaf.networks)) or str(leaf.address or leaf.problem)
                words.append(what)
            case PlatformSetting():
                words.append(f"setting {leaf.text}")
            case _:
                raise AssertionError(leaf)
    return words


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "macvlan"}, ["type macvlan"]),
        ({"type": "../../bin/sh"}, ["type ../../bin/sh"]),
        ({"plugins": [{"type": "sbr"}, {"type": "firewall"}]}, ["type firewall"]),
        ({"type": "multus", "delegates": [{"Type": "bridge"}]}, ["type multus", "type bridge"]),
        ('{"type": "bandwidth", "TYPE": "host-device"}', ["type host-device"]),
        ({"type": "macvlan", "ipam": {"type": "dhcp"}}, ["type macvlan"]),
        ({"type": "dhcp"}, ["type dhcp"]),
        ({"type": "dummy", "ipam": {"type": "calico-ipam"}}, ["type calico-ipam"]),
        ({"type": "ovn-k8s-cni-overlay", "topology": "layer2"}, []),
        ({"type": "ovn-k8s-cni-overlay", "topology": "localnet"}, ["type ovn-k8s-cni-overlay"]),
        ({"type": "ovn-k8s-cni-overlay"}, ["type ovn-k8s-cni-overlay"]),
    ],
)
def test_every_program_on_the_node_is_named(config: object, words: list[str]) -> None:
    assert said(config) == words


def digests(config: object) -> list[tuple[str, ...]]:
    found = read_json(json.dumps(config))
    assert isinstance(found, Members)
    return [leaf.says for leaf in plugin_leaves(found, PATH) if isinstance(leaf, Plugin)]


def test_another_configuration_of_a_program_is_another_choice() -> None:
    """Another card of the node, and not the addresses on it, nor its place in a chain."""
    card = {"type": "host-device", "device": "eth0"}
    assert digests(card) != digests(card | {"device": "eth1"})
    trunk = [card | {"vlanTrunk": [{"minID": 1, "maxID": last}]} for last in (9, 4094)]
    assert digests(trunk[0]) != digests(trunk[1])
    assert digests(card | {"a": "1 b='2'"}) != digests(card | {"a": "1", "b": "2"})
    assert digests(card) == digests(card | {"ipam": {"type": "dhcp"}, "cniVersion": "1.0.0"})
    assert digests(card) == digests({"name": "x", "plugins": [{"type": "sbr"}, card]})


@pytest.mark.parametrize(
    ("ipam", "words"),
    [
        ({"addresses": [{"address": "203.0.113.9/24"}]}, ["203.0.113.9"]),
        ({"subnet": "203.0.113.0/24"}, ["203.0.113.0/24"]),
        ({"subnet": "203.0.113.7/24"}, ["203.0.113.0/24"]),
        (
            {"subnet": "203.0.113.0/24", "rangeStart": "203.0.113.16", "rangeEnd": "203.0.113.31"},
            ["203.0.113.16", "203.0.113.16/28"],
        ),
        (
            {"range": "203.0.113.0/24", "range_start": "203.0.113.16"},
            ["203.0.113.0/24", "203.0.113.16"],
        ),
        ({"range": "203.0.113.16-203.0.113.31/24"}, ["203.0.113.16/28"]),
        ({"ipRanges": [{"range": "2001:db8::/64"}]}, ["2001:db8::/64"]),
        ({"subnets": "203.0.113.0/24/28, 2001:db8::/48/64"}, ["203.0.113.0/24", "2001:db8::/48"]),
        ({"anything": {"else": "203.0.113.9"}}, ["203.0.113.9"]),
        ({"address": "203.0.113.009"}, ["has leading zeros"]),
        (
            {"rangeEnd": "203.0.113.1", "rangeStart": "203.0.113.9"},
            ["203.0.113.9", "is a range that ends before it begins"],
        ),
    ],
)
def test_what_is_handed_out_is_claimed(ipam: dict[str, Any], words: list[str]) -> None:
    assert said({"type": "dummy", "ipam": ipam}) == words


def test_peers_versions_and_names_are_no_claims() -> None:
    config = {
        "cniVersion": "1.0.0.0",
        "name": "203.0.113.0",
        "type": "dummy",
        "pciBusID": "0000:3d:00.1",
        "mtu": 1400,
        "ipam": {
            "gateway": "203.0.113.1",
            "routes": [{"dst": "203.0.113.0/24", "gw": "203.0.113.1"}],
            "exclude": ["203.0.113.0/32"],
        },
        "dns": {"nameservers": ["203.0.113.53"], "search": ["acme.example"]},
    }
    assert said(config) == []


def test_of_two_ends_given_twice_all_counts() -> None:
    """Which of them a program takes is not ours to say: then the whole range is claimed."""
    config = (
        '{"type":"dummy","subnet":"203.0.113.0/24",'
        '"rangeStart":"203.0.113.1","RangeStart":"203.0.113.2","rangeEnd":"203.0.113.3"}'
    )
    assert said(config) == ["203.0.113.0/24", "203.0.113.1", "203.0.113.2", "203.0.113.3"]


def test_files_of_the_node_and_the_checks_of_an_interface_are_settings() -> None:
    config = {
        "type": "dummy",
        "logFile": "/var/log/cni.log",
        "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
        "netmask": "/24",
        "mac": "02:00:00:00:00:01",
        "promisc": True,
        "promiscMode": False,
        "sysctl": {"net.ipv4.conf.all.RP_Filter": "0", "net.core.somaxconn": "500"},
    }
    assert said(config) == [
        "setting net.ipv4.conf.all.RP_Filter",
        "setting /var/log/cni.log",
        "setting 02:00:00:00:00:01",
        "setting promisc",
    ]


def test_a_switch_is_cited_by_its_name_as_it_is_written() -> None:
    assert said({"type": "dummy", "PromiscMode": True}) == ["setting promiscMode"]


_NAMES = st.sampled_from(
    [
        "type",
        "plugins",
        "ipam",
        "ranges",
        "rangeStart",
        "rangeEnd",
        "subnet",
        "sysctl",
        "mac",
        "dns",
    ]
)
_WORDS = st.sampled_from(["", "/", "/x", "203.0.113.9", "1-2", "::", "macvlan", "a,b", "0/0/0"])
CONFIGS = st.recursive(
    _WORDS | st.booleans() | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(CONFIGS)
def test_any_configuration_has_an_answer(config: object) -> None:
    if isinstance(config, dict):
        said(config)


@given(st.text('[]{}":,/-.0129 abtype', max_size=60))
@example('{"type":' * 900 + "1" + "}" * 900)
@example('{"a":"' + "1." * 30000 + '"}')
@example('{"a":"' + ":" * 60000 + '"}')
@example('{"a":"' + "," * 60000 + '"}')
@example('{"range":"' + "-" * 60000 + '"}')
@example('{"a":[' + "[" * 450 + "]" * 450 + "]}")
def test_any_text_has_an_answer(text: str) -> None:
    try:
        found = read_json(text)
    except UnreadableJSONError:
        return
    if isinstance(found, Members):
        assert all(leaf.path == PATH for leaf in plugin_leaves(found, PATH))  # type: ignore[union-attr] # only leaves with a path
