"""Claims of devices (dynamic resource allocation) whose driver configures a network interface.

What a driver is told is opaque to Kubernetes. A driver is taken for one of networks by its name, or
where it is told addresses, routes or interfaces; drivers of graphics cards and the like are told
none of them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from aup.facts import claims
from aup.facts.address import parse_interface
from aup.facts.claims import Leaf
from aup.facts.cni.notes import ADDRESS_LIKE, HARDWARE, PEER
from aup.facts.json_value import text_of
from aup.facts.model import (
    ClaimSource,
    Facts,
    PlatformSetting,
    Plugin,
    PluginSort,
    Reach,
    Subject,
    Surroundings,
)
from aup.facts.wire.tree import Tree, read_tree

_SPEC: Final = ClaimSource.SPEC
_CONFIGURES: Final = "is a driver of network devices, which configures an interface on the node"
_REPORTS: Final = "says which address a device was given, which only its driver knows"
_NETWORK = re.compile(
    r"dra\.net"
    r"|(?:.*[.-])?(?:network(?:ing)?|nics?|dranet|cni|sriov[a-z]*|rdma|infiniband|roce|eni"
    r"|(?:mac|ip)?vlan|ethernet|spidernet)(?:[.-].*)?"
    r"|(?:.*[.-])?net[.-].*",  # as the last part it is a top-level domain
    re.IGNORECASE,
)
"""Names such as ``dra.net``, ``sriovnetwork.k8snetworkplumbingwg.io``, ``cni.dra.networking.…``."""
_TOLD = re.compile(
    r"ip(?:s|v4|v6|am)?|ip_?addresses|addresses|interfaces?|ifname|mac(?:address)?"
    r"|hardwareaddr(?:ess)?|vlan(?:id)?|subnets?|cidrs?|netns",
)
"""Folded names of what only a driver of networks is told."""
_MAC = re.compile(r"mac(?:address)?|hardwareaddr(?:ess)?")


def claim(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a ResourceClaim or a ResourceClaimTemplate."""
    tree = read_tree(raw)
    base = "spec.spec" if subject.kind == "ResourceClaimTemplate" else "spec"
    leaves = [*_configured(tree, f"{base}.devices.config[].opaque")]
    if subject.subresource == "status":
        leaves.extend(_reported(tree))
    return claims.exposed(subject, tree.problems, leaves)


def _configured(tree: Tree, path: str) -> Iterator[Leaf]:
    """Yield each network driver that is configured, and the addresses that it is told."""
    for opaque in tree.objects(path):
        driver = text_of(opaque.one("driver"))
        told = list(_members(opaque.one("parameters"), opaque.at("parameters")))
        if _NETWORK.fullmatch(driver) or any(_TOLD.fullmatch(name) for name, *_ in told):
            yield Plugin(driver, opaque.at("driver"), PluginSort.DRIVER, _CONFIGURES)
            for name, at, value in told:
                yield from _word(name, at, value)


def _word(name: str, at: str, value: object) -> Iterator[Leaf]:
    """Yield the address that a driver is told, of either layer."""
    text = text_of(value)
    if _MAC.fullmatch(name) and text:
        yield PlatformSetting(text, at, _SPEC, Reach.SPOOFING, HARDWARE)
    elif ADDRESS_LIKE.fullmatch(text.strip()):
        yield claims.address_claim(parse_interface(value), at, _SPEC)


def _members(value: Any, at: str) -> Iterator[tuple[str, str, object]]:
    """Yield folded name, path and value of everything that is not about peers."""
    left: list[tuple[str, str, object]] = [("", at, value)]
    while left:
        name, where, found = left.pop()
        yield name, where, found
        match found:
            case dict():
                left.extend(
                    (key.casefold(), f"{where}.{key}", item)
                    for key, item in reversed(found.items())
                    if not PEER.fullmatch(key.casefold())
                )
            case list():
                items = reversed(list(enumerate(found)))
                left.extend((name, f"{where}[{index}]", item) for index, item in items)
            case _:
                continue


def _reported(tree: Tree) -> Iterator[Leaf]:
    """Yield what a status says of the addresses of devices."""
    for path in ("ips[]", "hardwareAddress"):
        for at, value in tree.each(f"status.devices[].networkData.{path}"):
            yield PlatformSetting(text_of(value), at, ClaimSource.STATUS, Reach.REPORT, _REPORTS)


KINDS: Final = {
    ("resource.k8s.io", "ResourceClaim"): claim,
    ("resource.k8s.io", "ResourceClaimTemplate"): claim,
}
