"""Where a Service of type ExternalName leads, as programs that follow it may take the name.

DNS takes it for a name. A proxy that resolves it with the C library takes ``0x7f.1`` for 127.0.0.1
as well, and completes a short name from its own namespace.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

from aup.facts.address import parse_address
from aup.facts.cluster_name import read_cluster_name
from aup.facts.hostname import parse_hostname
from aup.facts.model import ExternalName, IPAddress, Surroundings
from aup.facts.namespace import named_namespace

LEADS_BACK: Final = "leads back to the program that follows it"
_CREDENTIALS: Final = "leads to a metadata service, which gives out the node's credentials"
_PRIVATE: Final = "is a name that the internet does not have"

_INTERNAL: Final = {
    **dict.fromkeys(("localhost", "localdomain", "ip6-localhost", "ip6-loopback"), LEADS_BACK),
    # Names of the internet that lead to 127.0.0.1, for developers.
    **dict.fromkeys(("localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "fuf.me"), LEADS_BACK),
    **dict.fromkeys(("metadata", "instance-data", "metadata.google.internal"), _CREDENTIALS),
    **dict.fromkeys(("metadata.goog", "instance-data.ec2.internal"), _CREDENTIALS),
    **dict.fromkeys(("metadata.azure.internal", "metadata.tencentyun.com"), _CREDENTIALS),
    **dict.fromkeys(("metadata.platformequinix.com", "metadata.packet.net"), _CREDENTIALS),
    **dict.fromkeys(("internal", "local", "lan", "home.arpa", "corp", "home"), _PRIVATE),
    **dict.fromkeys(("intranet", "private", "consul", "onion", "invalid"), _PRIVATE),
}
"""Names, each with all below it, that lead to no place on the internet."""

_RESOLVERS: Final = frozenset({"nip.io", "sslip.io", "xip.io", "traefik.me", "rbndr.us"})
"""Domains whose names are addresses in any spelling; elsewhere only plain ones are looked for."""

_PART = re.compile(r"0x[0-9a-f]*|[0-9]+")
_EMBEDDED = re.compile(r"(?<!\d)(\d{1,3})([.-])(\d{1,3})\2(\d{1,3})\2(\d{1,3})(?!\d)")
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?![0-9a-f])")
_HEX_V6 = re.compile(r"[0-9a-f-]*-[0-9a-f-]*-[0-9a-f-]*")


def external_name(value: object, path: str, surroundings: Surroundings) -> ExternalName:
    """Read the name; whatever the value is, there is an answer."""
    parsed = parse_hostname(value)
    literal = _literal(value)
    if literal is not None:
        return ExternalName(parsed.text, path, addresses=(literal,))
    if parsed.problem or parsed.wildcard:
        problem = parsed.problem or "is a wildcard where a hostname belongs"
        return ExternalName(parsed.text, path, problem=problem)
    name = parsed.name
    found = read_cluster_name(name)
    return ExternalName(
        text=parsed.text,
        path=path,
        name=name,
        addresses=tuple(_embedded(name)),
        service=named_namespace(found.namespace, found.namespace, path, surroundings)
        if found
        else None,
        guessed=found is not None and found.guessed,
        internal=_internal(name),
    )


def _literal(value: object) -> IPAddress | None:
    """Return the address that a whole name is, to the C library at least (``inet_aton``)."""
    if not isinstance(value, str):
        return None
    text = value.lower().removesuffix(".")
    if (address := parse_address(text).address) is not None:
        return address
    parts = text.split(".")
    if len(parts) > 4 or not all(len(p) < 16 and _PART.fullmatch(p) for p in parts):
        return None
    try:
        *first, last = (_number(part) for part in parts)
    except ValueError:
        return None
    if any(number > 0xFF for number in first) or last >> (8 * (4 - len(first))):
        return None
    high = sum(number << (24 - 8 * place) for place, number in enumerate(first))
    return IPv4Address(high + last)


def _number(part: str) -> int:
    """Return a number as C writes it: ``0x7f``, ``0177``, ``127``.

    Raises:
        ValueError: an octal number with a digit above 7.

    """
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def _embedded(name: str) -> Iterator[IPAddress]:
    """Yield the addresses that a name of the internet spells out, for a resolver to answer with."""
    for found in _EMBEDDED.finditer(name):
        octets = [int(found[group]) for group in (1, 3, 4, 5)]
        if max(octets) <= 0xFF:
            yield IPv4Address(bytes(octets))
    if not any(name.endswith(f".{resolver}") for resolver in _RESOLVERS):
        return
    for digits in _HEX.findall(name):
        yield IPv4Address(int(digits, 16))
    for label in name.split("."):
        if _HEX_V6.fullmatch(label):
            address = parse_address(label.replace("-", ":")).address
            if address is not None:
                yield address


def _internal(name: str) -> str:
    """Say why the internet does not have a name; empty when it may have it."""
    labels = name.split(".")
    for start in range(len(labels)):
        if why := _INTERNAL.get(".".join(labels[start:])):
            return why
    return "is a short name, which each program completes in its own way" if len(labels) < 2 else ""
