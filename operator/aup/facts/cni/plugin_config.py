"""The configuration of CNI plugins: what runs on the node, and which addresses it hands out.

Plugins stand at the top, in a chain (``plugins``), or in one another (``delegates``). Each has
members of its own, so that addresses are found by what they look like; members that name peers
(routes, gateways, resolvers) are left out.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.address import parse_interface, parse_range, tokens
from aup.facts.annotations.readers import network_claim
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import Members
from aup.facts.cni.notes import ADDRESS_LIKE, HARDWARE, PEER
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, PlatformSetting, Plugin, PluginSort, Reach

_SPEC: Final = ClaimSource.SPEC

DETAILS: Final = {
    "macvlan": "puts pods on a network of the node",
    "ipvlan": "puts pods on a network of the node",
    "vlan": "puts pods on a network of the node",
    "bridge": "puts pods on a bridge of the node",
    "ovs": "puts pods on a bridge of the node",
    "host-device": "takes a network device away from the node",
    "sriov": "takes a network device away from the node",
    "tuning": "changes the kernel's settings of an interface",
    "portmap": "opens ports of the node",
}
_RUNS_ON_THE_NODE: Final = "is a plugin that runs as root on the node"

IN_THE_POD: Final = frozenset({"bandwidth", "dummy", "loopback", "route-override", "sbr", "vrf"})
"""Plugins that change nothing but the pod's own network namespace."""
ADDRESS_MANAGERS: Final = frozenset({"dhcp", "host-local", "static", "whereabouts"})
"""What they hand out stands beside them, or is the affair of a network that was offered."""
OVERLAY: Final = "ovn-k8s-cni-overlay"
"""OVN-Kubernetes: a network between pods, unless its topology is ``localnet``."""
_NAMES_IT: Final = frozenset({"cniversion", "dns", "name"})
"""Members of a plugin by which nothing on the node is another."""
_BETWEEN_PODS: Final = frozenset({"layer2", "layer3"})

_NO_ADDRESS = re.compile(r"cniversion|name|pcibusid|deviceid|hwaddr|type|sysctl")
_INTERFACE = re.compile(r"(?:ip)?address(?:es)?|ips?")
_RANGE = re.compile(r"subnet|range(?:_?start|_?end)?")
"""What says together from where to where addresses are handed out."""
_FILE = re.compile(r"/(?!\d{1,3}\Z).+", re.DOTALL)
_SPOOFING_SYSCTL = re.compile(
    r"rp_filter|accept_local|ip_nonlocal_bind|route_localnet|forward|proxy_arp|proxy_ndp",
    re.IGNORECASE,
)
_HEARS_ALL: Final = {"promisc": "promisc", "promiscmode": "promiscMode"}
"""Switches of the plugins tuning and bridge, as their pages write them."""
_OWN_FILE: Final = frozenset({"server_socket"})
"""Kube-OVN's socket, which each of its networks names."""


def plugin_leaves(config: Members, path: str) -> Iterator[Leaf]:
    """Yield the programs that a configuration runs, and what it hands out; all at one path."""
    left: list[tuple[str, object]] = [("", config)]
    while left:
        name, found = left.pop()
        match found:
            case Members():
                yield from _programs(found, path, manages_addresses=name == "ipam")
                yield from _kernel_settings(found, path)
                between = list(_between(found, path))
                yield from between
                left.extend(
                    (name, value)
                    for name, value in reversed(found.pairs)
                    if not PEER.fullmatch(name) and not (between and _RANGE.fullmatch(name))
                )
            case list():
                left.extend((name, item) for item in reversed(found))
            case _:
                yield from _word(name, found, path)


def _programs(found: Members, path: str, *, manages_addresses: bool) -> Iterator[Leaf]:
    """Yield the plugins that an object names."""
    topologies = [text_of(value) for value in found.all("topology")]
    overlay = bool(topologies) and all(t in _BETWEEN_PODS for t in topologies)
    known = IN_THE_POD | (ADDRESS_MANAGERS if manages_addresses else frozenset())
    for value in found.all("type"):
        text = text_of(value)
        if text not in known and not (text == OVERLAY and overlay):
            detail = DETAILS.get(text, _RUNS_ON_THE_NODE)
            yield Plugin(text, path, PluginSort.CNI, detail, _digest(found))


def _digest(plugin: Members) -> tuple[str, ...]:
    """Return what a plugin is told: which card, which networks of it, how."""
    told = "\0".join(_told(plugin))
    return (sha256(told.encode(errors="surrogatepass")).hexdigest(),)


def _told(plugin: Members) -> Iterator[str]:
    """Yield the members of a plugin in their order, those of plugins within it left out.

    Each speaks for itself, as does what manages addresses.
    """
    left = [(0, name, value) for name, value in plugin.pairs if name not in _NAMES_IT]
    while left:
        depth, name, found = left.pop()
        match found:
            case Members():
                if not any(found.all("type")):
                    yield f"{depth} {name} {{"
                    left.extend((depth + 1, name, value) for name, value in found.pairs)
            case list():
                yield f"{depth} {name} ["
                left.extend((depth + 1, "", value) for value in found)
            case _:
                yield f"{depth} {name} {found!r}"


def _between(found: Members, path: str) -> Iterator[Leaf]:
    """Yield what lies between two ends, where an object says both of them."""
    starts = [text_of(value) for value in found.all("rangestart", "range_start")]
    ends = [text_of(value) for value in found.all("rangeend", "range_end")]
    if len(starts) == len(ends) == 1:
        yield claims.address_claim(parse_interface(starts[0]), path, _SPEC)
        whole = parse_range(f"{starts[0]}-{ends[0]}")
        last = network_claim(replace(whole, text=ends[0]), path, _SPEC)
        yield replace(last, reading="ends a range with")


def _kernel_settings(found: Members, path: str) -> Iterator[Leaf]:
    """Yield kernel settings that let an interface answer or send for others."""
    for table in found.all("sysctl"):
        for name in table.names if isinstance(table, Members) else ():
            if _SPOOFING_SYSCTL.search(name):
                detail = "lets an interface take or send packets of others"
                yield PlatformSetting(name, path, _SPEC, Reach.SPOOFING, detail)


def _word(name: str, value: object, path: str) -> Iterator[Leaf]:
    """Yield what one value says, by its name and its looks."""
    text = text_of(value)
    if name == "mac" and text:
        yield PlatformSetting(text, path, _SPEC, Reach.SPOOFING, HARDWARE)
    elif (switch := _HEARS_ALL.get(name)) and value is True:
        # By its name: there may be many a ``true`` in a configuration.
        detail = "lets an interface hear all packets of its network"
        yield PlatformSetting(switch, path, _SPEC, Reach.SPOOFING, detail)
    elif _FILE.fullmatch(text) and name not in _OWN_FILE:
        detail = "is a file or a folder of the node"
        yield PlatformSetting(text, path, _SPEC, Reach.ROUTING, detail)
    elif not _NO_ADDRESS.fullmatch(name):
        for token in map(text_of, tokens(text)):
            if ADDRESS_LIKE.fullmatch(token):
                yield _claim(name, token, path)


def _claim(name: str, token: str, path: str) -> Leaf:
    """Return an address or a network that a plugin hands out."""
    if _INTERFACE.fullmatch(name):
        return claims.address_claim(parse_interface(token), path, _SPEC)
    first, dash, last = token.partition("-")
    # whereabouts writes 198.51.100.17-198.51.100.19/28; OVN-Kubernetes 198.51.100.16/28/30, with
    # the length of a node's part.
    ends = f"{first}-{last.partition('/')[0]}"
    plain = ends if dash else "/".join(token.split("/")[:2])
    return network_claim(replace(parse_range(plain), text=token), path, _SPEC)
