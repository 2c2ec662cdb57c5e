"""THE reader of IP addresses, networks and ranges that tenants write. Nothing else parses one.

It is stricter than every program that comes after it, because each of those reads odd spellings in
its own way: older API servers take ``010.0.0.1`` for decimal, ``inet_aton`` for octal; Go reads
``::ffff:192.0.2.1`` as the IPv4 address; Python keeps zone ids and takes ``True`` for 0.0.0.1.
"""

import re
from collections.abc import Iterator
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv6Address,
    ip_network,
    summarize_address_range,
)
from itertools import islice

import msgspec

from aup.facts.json_value import text_of, type_of
from aup.facts.model import IPAddress, IPNetwork

_LONGEST = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
"""Characters: nothing longer is an address, and no reason is sought for what is much longer."""

_PLAIN = re.compile(r"[0-9A-Fa-f:.]+")
"""All that a canonical address is made of: no zone id, no bracket, no mask, no white space."""

_REASONS = (
    (re.compile(r""), "is empty where an address belongs"),
    (re.compile(r".*[^\x00-\x7f].*", re.DOTALL), "has characters outside ASCII"),
    (re.compile(r".*\s.*", re.DOTALL), "has white space in it"),
    (re.compile(r".*%.*"), "has a zone id"),
    (re.compile(r".*[\[\]].*"), "has brackets around the address"),
    (re.compile(r".*/.*"), "is a network where an address belongs"),
    (re.compile(r"(?:.*:)?(?:\d+\.)*0\d+(?:\.\d+)*"), "has leading zeros"),
)
"""Why a text is refused that looks like an address: the first that fits."""

_NO_ADDRESS = "is not an IP address"

_PREFIX = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)
"""A length in decimal. Python would take ``/024`` and ``/0.0.0.255``, too; Go takes the first."""

MAX_BLOCKS = 64
"""Networks in one range: enough for any of IPv4, and for those of IPv6 that people write."""

_MAPPED = 96
"""Bits before the IPv4 address in an IPv4-mapped IPv6 address."""


class ParsedAddress(msgspec.Struct, frozen=True):
    """An address as written, and what it is."""

    text: str
    address: IPAddress | None = None
    """Canonical; ``None`` when there is a problem."""
    problem: str = ""
    """Completes ``<path> <text>``: ``is not an IP address``; empty when it can be read."""


class ParsedNetworks(msgspec.Struct, frozen=True):
    """A network or a range as written, and all that lies in it."""

    text: str
    networks: tuple[IPNetwork, ...] = ()
    """Canonical, without host bits; empty when there is a problem. A range may be several."""
    problem: str = ""
    """Completes ``<path> <text>``: ``is not a network``; empty when it can be read."""


def parse_address(value: object) -> ParsedAddress:
    """Read one address; whatever the value is, there is an answer and never an exception.

    Not stripped, not guessed. ``::ffff:192.0.2.1`` is 192.0.2.1; IPv4 addresses embedded in other
    IPv6 ranges (``64:ff9b::/96``, ``2002::/16``) stay IPv6, as routers see them.
    """
    if not isinstance(value, str):
        return ParsedAddress(
            text_of(value), problem=f"is {type_of(value)} where an address belongs"
        )
    try:
        return ParsedAddress(value, _read(value))
    except AddressValueError:
        return ParsedAddress(value, problem=_reason(value))


def parse_interface(value: object) -> ParsedAddress:
    """Read the address of an interface, ``203.0.113.9/24``: the address counts, not its mask."""
    if not isinstance(value, str) or "/" not in value:
        return parse_address(value)
    text, _, length = value.partition("/")
    parsed = parse_address(text)
    problem = parsed.problem or _length_problem(length, 128 if ":" in text else 32)
    return ParsedAddress(value, None if problem else parsed.address, problem)


def parse_network(value: object) -> ParsedNetworks:
    """Read one network as Go does: host bits are masked, and a bare address is a network of one.

    ``::ffff:203.0.113.0/120`` is 203.0.113.0/24. A mapped address in a network that is wider than
    all of IPv4 is refused: programs disagree about what that is.
    """
    if not isinstance(value, str):
        return ParsedNetworks(
            text_of(value), problem=f"is {type_of(value)} where a network belongs"
        )
    if "/" not in value:
        found = parse_address(value)
        networks = (ip_network(found.address),) if found.address is not None else ()
        return ParsedNetworks(value, networks, found.problem)
    parsed = parse_interface(value)
    if parsed.address is None:
        return ParsedNetworks(value, problem=parsed.problem)
    bits = int(value.partition("/")[2])
    if parsed.address.version == 4 and ":" in value:
        bits -= _MAPPED
        if bits < 0:
            return ParsedNetworks(value, problem="has an IPv4 address in an IPv6 network")
    return ParsedNetworks(value, (ip_network((parsed.address, bits), strict=False),))


def parse_range(value: object) -> ParsedNetworks:
    """Read a range, ``198.51.100.17-198.51.100.19``: both ends and all between; or a network."""
    if not isinstance(value, str) or "-" not in value:
        return parse_network(value)
    first, last = (parse_address(end.strip()) for end in value.split("-", 1))
    problem = first.problem or last.problem
    if problem or first.address is None or last.address is None:
        return ParsedNetworks(value, problem=problem)
    if first.address.version != last.address.version:
        return ParsedNetworks(value, problem="is a range from one family of addresses to another")
    if int(first.address) > int(last.address):
        return ParsedNetworks(value, problem="is a range that ends before it begins")
    summary: Iterator[IPNetwork] = summarize_address_range(first.address, last.address)
    blocks = tuple(islice(summary, MAX_BLOCKS + 1))
    if len(blocks) > MAX_BLOCKS:
        return ParsedNetworks(value, problem=f"is a range of more than {MAX_BLOCKS} networks")
    return ParsedNetworks(value, blocks)


def tokens(value: object) -> Iterator[object]:
    """Yield the tokens of a comma-separated list, trimmed; what is no string is one token.

    Load-balancer controllers read lists so; an empty token claims nothing. Only here is white space
    stripped: everywhere else it is part of the value.
    """
    if isinstance(value, str):
        yield from (token for raw in value.split(",") if (token := raw.strip()))
    elif value is not None:
        yield value


def _length_problem(text: str, most: int) -> str:
    """Say what is wrong with the length of a prefix; empty when nothing is."""
    if not _PREFIX.fullmatch(text):
        zeros = text.isdecimal() and text.isascii()
        return f"has {'leading zeros in' if zeros else 'no number as'} its prefix length"
    return "" if int(text) <= most else f"has a prefix length above {most}"


def _read(text: str) -> IPAddress:
    """Return the address of a plain spelling.

    Raises:
        AddressValueError: the text is no address, or one with ornaments.

    """
    if len(text) > _LONGEST or not _PLAIN.fullmatch(text):
        raise AddressValueError(text)
    if ":" not in text:
        return IPv4Address(text)  # refuses leading zeros
    address = IPv6Address(text)
    return address.ipv4_mapped or address


def _reason(text: str) -> str:
    """Say why a text is no address, by what would be one without it."""
    reasons = _REASONS if len(text) <= 2 * _LONGEST else ()
    return next((why for pattern, why in reasons if pattern.fullmatch(text)), _NO_ADDRESS)
