"""Kube-OVN: one prefix for the first network of a pod, and one for each further network.

The first one's keys are ``ovn.kubernetes.io/ip_address`` and so on; a further network's start with
its provider, ``cameras.acme-prod.ovn.kubernetes.io/ip_address``. The controller writes most of them
into every pod that it has set up.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from msgspec.structs import replace

from aup.facts.address import parse_range
from aup.facts.annotations.keys import Note, Reader
from aup.facts.annotations.readers import (
    HERE,
    addresses,
    names,
    network_claim,
    pools,
    setting,
    whole,
)
from aup.facts.claims import Leaf
from aup.facts.cni.notes import HARDWARE, UNVERIFIED, few_ranges
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, NamedClaim, PlatformSetting, Reach, Topic

_TRUE: Final = frozenset({"true", "cluster", "local"})
_SEPARATOR = re.compile(r"[,;]")
_ADDRESS = re.compile(r"\d.*|.*[:/].*", re.DOTALL)
"""What is meant for an address, a network or a range, not for a pool's name."""


def kube_ovn(source: ClaimSource) -> tuple[dict[str, Reader], dict[str, Reader]]:
    """Return the readers of the first network's keys, and those of families of keys.

    Args:
        source: what the keys are that the controller writes itself: wishes or records.

    """
    everywhere, first = _everywhere(source), _first(source)
    known = {
        f"ovn.kubernetes.io/{name}": reader for name, reader in {**everywhere, **first}.items()
    }
    families = {
        rf"[^/]+\.kubernetes\.io/(?:{'|'.join(everywhere)})": _by_name(everywhere),
        rf"[^/]+\.ovn\.kubernetes\.io/(?:{'|'.join(first)})": _by_name(first),
    }
    return known, families


def _by_name(readers: Mapping[str, Reader]) -> Reader:
    """Return a reader that looks up what stands behind the provider's prefix."""

    def read(note: Note) -> Iterator[Leaf]:
        return readers[note.key.rpartition("/")[2]](note)

    return read


def _everywhere(source: ClaimSource) -> Mapping[str, Reader]:
    """Return readers of names that no other project has, by name behind any provider's prefix."""
    noted = partial(setting, source=source)
    return {
        "ip_address": addresses(source=source),
        "ip_pool": lambda note: few_ranges(_ip_pool(note), note.path),
        "mac_address": setting(HARDWARE, Reach.SPOOFING, source=source),
        "port_security": _port_security,
        "port_vips": addresses(),
        "layer2_forward": setting(UNVERIFIED, Reach.SPOOFING, only=_TRUE),
        "logical_switch": pools(whole) if source is HERE else noted("names the subnet of the pod"),
        "logical_router": noted("names the router that the pod is behind"),
        "provider_network": noted("names a network of the nodes"),
        "vlan_id": noted("names a VLAN of the nodes' network"),
        "north_gateway": setting("sends the pod's traffic through a gateway of its choice"),
        "vpc_nat_gw": setting("makes the pod a gateway of the cluster's network"),
    }


def _first(source: ClaimSource) -> Mapping[str, Reader]:
    """Return readers of names that are too plain to be Kube-OVN's behind any other prefix."""
    noted = partial(setting, source=source)
    return {
        "eip": names(),
        "snat": names(),
        "vip": names(),
        "aaps": names(),
        "vpc": noted("names the private network that the pod is in"),
        "cidr": noted("says which subnet the pod was given"),
        "gateway": noted("says which gateway the pod was given"),
        "allocated": noted("says that the pod was given its address already"),
        "chassis": noted("names the node that speaks for an address"),
        "bgp": setting("has the pod's address announced to routers", only=_TRUE),
    }


def _ip_pool(note: Note) -> Iterator[Leaf]:
    """Read addresses and ranges, or the name of a pool; families are separated by semicolons."""
    for token in map(str.strip, _SEPARATOR.split(text_of(note.value))):
        if _ADDRESS.fullmatch(token):
            claim = network_claim(parse_range(token.replace("..", "-")), note.path, HERE)
            yield replace(claim, text=token)
        elif token:
            yield NamedClaim(token, note.path, Topic.POOL)


def _port_security(note: Note) -> Iterator[Leaf]:
    """Read whether a port is bound to its addresses: any word but ``true`` says that it is not."""
    text = text_of(note.value)
    if text != "true":
        detail = "does not bind the pod's port to its addresses"
        yield PlatformSetting(text, note.path, HERE, Reach.SPOOFING, detail, key=note.key)
