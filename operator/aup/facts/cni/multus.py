"""Multus: the networks that a pod asks for beside its first, and with which addresses.

Three syntaxes of ``k8s.v1.cni.cncf.io/networks``: ``a, b``; ``namespace/name@interface``; a JSON
list. Multus takes the value for JSON where it holds ``[``, ``{`` or ``"`` anywhere (verified in its
``parsePodNetworkAnnotation``), and refuses the pod where that cannot be read.
"""

import re
from collections.abc import Iterator
from itertools import chain

from aup.facts import claims
from aup.facts.address import parse_address, parse_interface
from aup.facts.annotations.keys import Note, Reader
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import (
    Members,
    UnreadableJSONError,
    elements,
    objects,
    read_json,
    strings,
)
from aup.facts.cni.notes import ADDRESS_LIKE, HARDWARE, PEER
from aup.facts.json_value import text_of, type_of
from aup.facts.model import Attachment, ClaimSource, PlatformSetting, Reach
from aup.facts.namespace import named_namespace

_HERE = ClaimSource.ANNOTATION
_JSON = re.compile(r'[\[{"]')
_LABEL = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)?")
"""What Multus takes for a part of a name; an empty namespace is the default one."""
_NO_SELECTION = "is not a network's name, nor namespace/name@interface"
_MAC = re.compile(r"mac|macaddress|hwaddr|hardwareaddress|infiniband-?guid|guid")
_HARDWARE = re.compile(r"(?:[0-9a-f]{2}[:-]){5,7}[0-9a-f]{2}", re.IGNORECASE)


def networks(*, of_the_platform: bool = False) -> Reader:
    """Read which networks a pod asks for.

    Args:
        of_the_platform: whether a name without a namespace is one of Multus' own namespace, as
            that of a default network is.

    """

    def read(note: Note) -> Iterator[Leaf]:
        if not isinstance(note.value, str):
            yield _unreadable(note, note.value, f"is {type_of(note.value)} where a string belongs")
        elif _JSON.search(note.value):
            yield from _from_json(note, of_the_platform=of_the_platform)
        else:
            for token in map(str.strip, note.value.split(",")):
                yield from _from_text(note, token, of_the_platform=of_the_platform)

    return read


def _from_text(note: Note, token: str, *, of_the_platform: bool) -> Iterator[Leaf]:
    """Yield what one selection asks for: ``name`` or ``namespace/name``, with ``@interface``."""
    namespace, _, selection = token.rpartition("/")
    name, *interface = selection.split("@")
    namespace, name = namespace.strip(), name.strip()
    if not (_LABEL.fullmatch(namespace) and _LABEL.fullmatch(name)) or len(interface) > 1:
        yield _unreadable(note, token, _NO_SELECTION)
    elif token:
        yield from _attached(note, namespace, name, of_the_platform=of_the_platform)


def _from_json(note: Note, *, of_the_platform: bool) -> Iterator[Leaf]:
    """Yield what the elements of a JSON list ask for."""
    try:
        decoded = read_json(str(note.value))
    except UnreadableJSONError as error:
        yield _unreadable(note, note.value, str(error))
        return
    if decoded is not None and not isinstance(decoded, list):
        yield _unreadable(note, note.value, f"is {_sort(decoded)} where a list of networks belongs")
    for element in elements([decoded]):
        if isinstance(element, Members):
            yield from _selected(note, element, of_the_platform=of_the_platform)
            yield from _wishes(note, element)
        elif isinstance(decoded, list):
            yield _unreadable(note, element, f"is {_sort(element)} where a network belongs")


def _selected(note: Note, element: Members, *, of_the_platform: bool) -> Iterator[Leaf]:
    """Yield the network that an element names. One that names two is for no one to read."""
    said = {name: list(element.all(name)) for name in ("name", "namespace")}
    for name, values in said.items():
        if len(values) > 1:
            yield _unreadable(note, values[-1], f"is not the only {name} of its network")
        for value in values:
            if not isinstance(value, str):
                yield _unreadable(note, value, f"is {_sort(value)} where a {name} belongs")
    names = [name for name in said["name"] if isinstance(name, str)]
    for namespace in {ns: None for ns in said["namespace"] or [""] if isinstance(ns, str)}:
        yield from _attached(
            note, namespace, names[-1] if names else "", of_the_platform=of_the_platform
        )


def _attached(note: Note, namespace: str, name: str, *, of_the_platform: bool) -> Iterator[Leaf]:
    """Yield a network of another namespace; those of the pod's own are judged where they stand."""
    if namespace == note.namespace or (not namespace and not of_the_platform):
        return
    text = namespace or name
    yield Attachment(
        text=text,
        path=note.path,
        network=f"{namespace}/{name}" if namespace else name,
        namespace=named_namespace(namespace, text, note.path, note.surroundings),
    )


def _wishes(note: Note, element: Members) -> Iterator[Leaf]:
    """Yield the addresses that an element asks for, of every layer."""
    for value in elements(element.all("ips")):
        yield claims.address_claim(parse_interface(value), note.path, _HERE)
    for value in element.all("mac", "infiniband-guid"):
        if value != "":
            yield _own_hardware(note, text_of(value))
    for mapping in objects(element.all("portmappings")):
        yield from _host_port(note, mapping)
    for name, text in chain.from_iterable(map(strings, element.all("cni-args"))):
        if _MAC.fullmatch(name) or _HARDWARE.fullmatch(text):
            yield _own_hardware(note, text)
        elif not PEER.fullmatch(name) and _is_like_an_address(text):
            yield claims.address_claim(parse_interface(text), note.path, _HERE)


def _host_port(note: Note, mapping: Members) -> Iterator[Leaf]:
    """Yield the port of the node that a mapping opens: under one address, or under all."""
    named = [value for value in mapping.all("hostip") if value != ""]
    for value in named:
        yield claims.address_claim(parse_address(value), note.path, _HERE)
    for port in mapping.all("hostport"):
        if not named and text_of(port) != "0":
            detail = "is opened as a port of the node, under every address that it has"
            yield PlatformSetting(text_of(port), note.path, _HERE, Reach.ROUTING, detail)


def _own_hardware(note: Note, text: str) -> PlatformSetting:
    """Return the wish for a hardware address of one's own."""
    return PlatformSetting(text, note.path, _HERE, Reach.SPOOFING, HARDWARE, key=note.key)


def _is_like_an_address(text: str) -> bool:
    """Tell whether a text would be an address to any program, canonical or not."""
    return parse_interface(text).address is not None or bool(ADDRESS_LIKE.fullmatch(text.strip()))


def _unreadable(note: Note, value: object, problem: str) -> Attachment:
    """Return what is said of networks and cannot be read."""
    return Attachment(text=text_of(value), path=note.path, network="", problem=problem)


def _sort(value: object) -> str:
    return "an object" if isinstance(value, Members) else type_of(value)
