"""Multus' annotation in its three syntaxes: what is asked for, and that nothing is let through."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aup.facts.annotations.keys import Note
from aup.facts.claims import Leaf
from aup.facts.cni.multus import networks
from aup.facts.model import AddressClaim, Attachment, PlatformSetting
from support.world import Cluster

KEY = "k8s.v1.cni.cncf.io/networks"
PATH = f'metadata.annotations["{KEY}"]'


def read(value: object, *, of_the_platform: bool = False) -> list[Leaf]:
    note = Note(KEY, value, PATH, "acme-prod", Cluster())
    return list(networks(of_the_platform=of_the_platform)(note))


def attached(value: object, *, of_the_platform: bool = False) -> list[tuple[str, str | None]]:
    """Return the networks of other namespaces, with whose each is."""
    leaves = read(value, of_the_platform=of_the_platform)
    assert all(isinstance(leaf, Attachment) for leaf in leaves)
    return [
        (leaf.network or leaf.problem, leaf.namespace.owner if leaf.namespace else None)
        for leaf in leaves
        if isinstance(leaf, Attachment)
    ]


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("cameras", []),
        ("cameras@net1, acme-prod/storage@net2 ,", []),
        (" ", []),
        ("acme-dev/cameras", [("acme-dev/cameras", "acme")]),
        ("cameras,beta-prod/cameras@net1", [("beta-prod/cameras", "beta")]),
        ("beta-prod / cameras", [("beta-prod/cameras", "beta")]),
        ("nobodys/uplink", [("nobodys/uplink", None)]),
        ("/cameras", []),
        ("\tkube-system/uplink\n", [("kube-system/uplink", None)]),
    ],
)
def test_names_are_split_as_multus_splits_them(
    text: str, networks: list[tuple[str, str | None]]
) -> None:
    assert attached(text) == networks


@pytest.mark.parametrize("text", ["a/b/c", "a@b@c", "Cameras", "beta_prod/x", "-a", "a b", "ä"])
def test_a_name_that_multus_refuses_is_refused(text: str) -> None:
    assert attached(text) == [("is not a network's name, nor namespace/name@interface", None)]


def test_a_default_network_without_a_namespace_is_one_of_the_platform() -> None:
    assert attached("uplink", of_the_platform=True) == [("uplink", None)]
    assert attached("acme-prod/uplink", of_the_platform=True) == []
    assert attached('[{"name":"uplink"}]', of_the_platform=True) == [("uplink", None)]


@pytest.mark.parametrize("mark", ["[", "{", '"'])
def test_one_mark_makes_it_json(mark: str) -> None:
    assert attached(f"cameras{mark}") == [("is not JSON", None)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"name":"a"}', "is an object where a list of networks belongs"),
        ('"a"', "is a string where a list of networks belongs"),
        ('["a"]', "is a string where a network belongs"),
        ('[[{"namespace":"beta-prod"}]]', "is a list where a network belongs"),
        ('[{"name":true}]', "is a boolean where a name belongs"),
        ('[{"name":"a","Name":"b"}]', "is not the only name of its network"),
    ],
)
def test_json_of_another_shape_is_refused(text: str, problem: str) -> None:
    assert attached(text) == [(problem, None)]


def test_empty_json_asks_for_nothing() -> None:
    assert read("[]") == read("[null]") == read('[{"name":"cameras"}]') == []


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": "b"}])
def test_what_is_no_text_is_refused(value: object) -> None:
    (leaf,) = read(value)
    assert isinstance(leaf, Attachment)
    assert leaf.problem.endswith("where a string belongs")


def wishes(element: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for leaf in read(json.dumps([element])):
        assert isinstance(leaf, AddressClaim | PlatformSetting)
        said = str(leaf.address) if isinstance(leaf, AddressClaim) and leaf.address else leaf.text
        found.setdefault(type(leaf).__name__, []).append(said)
    return found


def test_the_address_counts_and_not_its_mask() -> None:
    asked = {"ips": ["203.0.113.9/24", "::ffff:203.0.113.10", "2001:db8::1/64"]}
    assert wishes(asked) == {"AddressClaim": ["203.0.113.9", "203.0.113.10", "2001:db8::1"]}


def test_arguments_hold_addresses_under_any_name_but_those_of_peers() -> None:
    arguments = {
        "mine": [{"x": "203.0.113.9"}, "203.0.113.10/24", "203.0.113.011"],
        "range": "203.0.113.20-203.0.113.30",
        "routes": [{"dst": "10.0.0.0/8", "gw": "10.0.0.1"}],
        "gateway": "10.0.0.1",
        "vlan": "12",
        "version": "1.2.3",
        "time": "10:30",
    }
    assert wishes({"cni-args": arguments}) == {
        "AddressClaim": [
            "203.0.113.9",
            "203.0.113.10",
            "203.0.113.011",
            "203.0.113.20-203.0.113.30",
        ]
    }


def test_hardware_addresses_are_wishes() -> None:
    asked = {
        "mac": "02:00:00:00:00:01",
        "infiniband-guid": "c2:11:22:33:44:55:66:77",
        "cni-args": {"hwaddr": "any", "x": "02-00-00-00-00-02"},
    }
    assert wishes(asked) == {
        "PlatformSetting": [
            "02:00:00:00:00:01",
            "c2:11:22:33:44:55:66:77",
            "any",
            "02-00-00-00-00-02",
        ]
    }


def test_a_port_of_the_node_is_one_of_all_its_addresses_unless_one_is_named() -> None:
    ports = [
        {"hostPort": 80},
        {"hostPort": 0},
        {"containerPort": 80},
        {"hostPort": 81, "hostIP": ""},
        {"hostPort": 82, "hostIP": "198.51.100.20"},
    ]
    assert wishes({"portMappings": ports}) == {
        "PlatformSetting": ["80", "81"],
        "AddressClaim": ["198.51.100.20"],
    }


@dataclass(frozen=True)
class Wish:
    """One element as somebody might write it."""

    text: str
    address: str


def spelled(draw: st.DrawFn, name: str) -> str:
    """Draw a spelling of a member's name that Go takes for it."""
    letters = []
    for letter in name:
        forms = [letter, letter.upper(), f"\\u{ord(letter):04x}"]
        forms += ["\u017f"] if letter == "s" else []
        letters.append(draw(st.sampled_from(forms)))
    return "".join(letters)


@st.composite
def elements(draw: st.DrawFn) -> Wish:
    """Draw an element that asks for one foreign address, in one of many spellings."""
    address = f"203.0.113.{draw(st.integers(0, 255))}"
    mask = draw(st.sampled_from(["", "/24", "/32"]))
    space = draw(st.sampled_from(["", " ", "\n\t"]))
    noise = draw(st.sampled_from(["", '"ips": null,', '"ips": [],', '"x": {"ips": []},']))
    ips = f'"{spelled(draw, "ips")}"{space}:[{space}"{address}{mask}"{space}]'
    return Wish(f'[{{"name": "cameras", {noise} {ips}}}]', address)


@given(elements())
def test_no_spelling_hides_an_address(wish: Wish) -> None:
    found = [str(leaf.address) for leaf in read(wish.text) if isinstance(leaf, AddressClaim)]
    assert found == [wish.address]


@given(st.text() | st.binary().map(bytes.hex) | st.text('[]{}",:/@ ab10.', max_size=40))
@example("[" * 50000)
@example("{" * 70000)
@example('[{"ips":' * 500)
@example("a" + " " * 60000 + "!")
@example("a/" + " " * 60000 + "b")
@example("-" * 60000)
@example(":" * 60000)
@example('[{"cni-args":{"x":"' + ":" * 60000 + '"}}]')
@example('[{"cni-args":{"x":"' + "1." * 30000 + '"}}]')
def test_any_text_has_an_answer(text: str) -> None:
    """No exception and no end of time: each example would cost a naive reader minutes."""
    for leaf in read(text):
        assert leaf.path == PATH  # type: ignore[union-attr] # only leaves with a path are read here
