"""How values that only the container network has are read: source prefixes, families of pools."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.address import parse_interface, parse_network, tokens
from aup.facts.annotations.keys import Note, Reader
from aup.facts.annotations.readers import HERE, MAX_RANGES, json_list
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import UnreadableJSONError, read_json, strings
from aup.facts.json_value import text_of
from aup.facts.model import AddressClaim, Capture, NamedClaim, PlatformSetting, Reach, Topic
from aup.facts.namespace import named_namespace

HARDWARE: Final = "chooses the hardware address of an interface"
UNVERIFIED: Final = "lets the pod send under addresses that are not its own"

ADDRESS_LIKE: Final = re.compile(
    r"(?:\d{1,3}\.){3}\d{1,3}(?:[/-].*)?|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:[%/-].*)?",
    re.IGNORECASE,
)
"""What looks like an address, a network or a range to a lenient program."""
PEER: Final = re.compile(
    r"routes?|dst|gw|(?:default-?)?gateways?(?:4|6)?|defaultgatewayips|default-route|dns"
    r"|nameservers?|search|options|mtu|exclude(?:subnets)?|reservedsubnets"
    r"|infrastructuresubnets|joinsubnet|transitsubnet"
)
"""Folded names of members under which others' addresses stand, and what a pod's routes lead to."""

_POOLS: Final = frozenset({"ipv4", "ipv6", "ipv4pools", "ipv6pools", "ippool", "ippools"})


def prefixes(note: Note) -> Iterator[Leaf]:
    """Read the networks under whose addresses a pod wants to send: a JSON list (Calico)."""
    for value in json_list(note):
        networks = parse_network(value).networks
        yield PlatformSetting(
            text_of(value), note.path, HERE, Reach.SPOOFING, UNVERIFIED, networks, note.key
        )


def captured(what: str) -> Reader:
    """Read the namespaces whose traffic a pod takes: a comma-separated list."""

    def read(note: Note) -> Iterator[Leaf]:
        for value in tokens(note.value):
            name = text_of(value)
            yield Capture(what, named_namespace(name, name, note.path, note.surroundings))

    return read


def pools_by_family(note: Note) -> Iterator[Leaf]:
    """Read pools that stand in JSON by family of addresses and interface (Spiderpool)."""
    text = text_of(note.value)
    try:
        decoded = read_json(text)
    except UnreadableJSONError as error:
        yield NamedClaim(text, note.path, Topic.POOL, str(error))
        return
    for name, value in strings(decoded):
        if not name or name in _POOLS:
            yield NamedClaim(value, note.path, Topic.POOL, "", parse_network(value).networks)


def in_json(read: Callable[[Any, Note], Iterator[Leaf]]) -> Reader:
    """Return what reads addresses out of JSON, as a CNI's Go code would decode it."""

    def reader(note: Note) -> Iterator[Leaf]:
        text = text_of(note.value)
        try:
            decoded = read_json(text)
        except UnreadableJSONError as error:
            yield AddressClaim(text, note.path, HERE, None, str(error))
            return
        yield from read(decoded, note)

    return reader


@in_json
def addresses_by_network(decoded: Any, note: Note) -> Iterator[Leaf]:
    """Read the addresses that a machine wants in each of its networks (KubeVirt)."""
    for _, value in strings(decoded):
        claim = claims.address_claim(parse_interface(value), note.path, HERE)
        yield replace(claim, inside=True)


def few_ranges(leaves: Iterable[Leaf], path: str) -> Iterator[Leaf]:
    """Yield leaves up to as many networks and ranges as are looked at, and a problem past that.

    Each may be many networks, all of which are looked up.
    """
    count = 0
    for leaf in leaves:
        if isinstance(leaf, AddressClaim) and leaf.networks:
            count += 1
            if count > MAX_RANGES:
                problem = f"has more than {MAX_RANGES} networks or ranges"
                yield AddressClaim("", path, leaf.source, address=None, problem=problem)
                return
        yield leaf
