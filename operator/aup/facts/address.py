"""THE reader of IP addresses that tenants write. Nothing else parses one.

It is stricter than every program that comes after it, because each of those reads odd spellings in
its own way: older API servers take ``010.0.0.1`` for decimal, ``inet_aton`` for octal; Go reads
``::ffff:192.0.2.1`` as the IPv4 address; Python keeps zone ids and takes ``True`` for 0.0.0.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from aup.facts.json_value import text_of, type_of
from aup.facts.model import IPAddress

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


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """An address as written, and what it is."""

    text: str
    address: IPAddress | None = None
    """Canonical; ``None`` when there is a problem."""
    problem: str = ""
    """Completes ``<path> <text>``: ``is not an IP address``; empty when it can be read."""


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


def parse_addresses(value: object) -> Iterator[ParsedAddress]:
    """Read a comma-separated list as load-balancer controllers do.

    They split at commas and trim each token; an empty token claims nothing. Only here is white
    space stripped: everywhere else it is part of the value.
    """
    if isinstance(value, str):
        tokens = (token.strip() for token in value.split(","))
        yield from (parse_address(token) for token in tokens if token)
    elif value is not None:
        yield parse_address(value)


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
