"""DNS records as objects: the names that they are for, and where these lead."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from aup.facts import claims
from aup.facts.address import parse_address
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import AddressClaim, ClaimSource, IPAddress, Subject, Surroundings
from aup.facts.routes.fields import Extractor, extractor, names
from aup.facts.wire.tree import Tree

_IPV4: Final = re.compile(r"((?:\d{1,3}\.){4})in-addr\.arpa\.?", re.IGNORECASE)
_IPV6: Final = re.compile(r"((?:[0-9a-f]\.){32})ip6\.arpa\.?", re.IGNORECASE)
_POINTS_AT_ADDRESSES: Final = frozenset({"", "A", "AAAA"})


def endpoints(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the records of a DNSEndpoint.

    A record's name must be one's own whatever its type. Addresses that it leads to as well; other
    targets (CNAME, MX, NS, SRV, TXT) are destinations. A PTR record is about an address, and says
    under which name it answers.
    """
    for record in tree.objects("spec.endpoints[]"):
        kind = text_of(record.one("recordType")).upper()
        yield from _record(record, "dnsName", "targets[]", kind)


def entry(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read a DNSEntry, which finds out itself what its targets are."""
    yield from _record(tree, "spec.dnsName", "spec.targets[]", "")


def _record(record: Tree, name: str, targets: str, kind: str) -> Iterator[Leaf]:
    """Yield what one record claims."""
    for where, value in record.each(name):
        address = reverse_address(text_of(value))
        if address is None:
            yield claims.hostname(value, where)
        else:
            yield AddressClaim(text_of(value), where, ClaimSource.SPEC, address)
    for where, value in record.each(targets):
        if kind == "PTR":
            yield claims.hostname(value, where)
        elif kind in _POINTS_AT_ADDRESSES:
            parsed = parse_address(value)
            if kind or parsed.address is not None:
                yield claims.address_claim(parsed, where, ClaimSource.SPEC)


def reverse_address(name: str) -> IPAddress | None:
    """Return the address that a name stands for in reverse: ``17.100.51.198.in-addr.arpa``."""
    if found := _IPV4.fullmatch(name):
        octets = [int(octet) for octet in reversed(found[1].rstrip(".").split("."))]
        return IPv4Address(bytes(octets)) if max(octets) <= 0xFF else None
    if found := _IPV6.fullmatch(name):
        digits = "".join(reversed(found[1].rstrip(".").split(".")))
        return IPv6Address(int(digits, 16))
    return None


DNS: Final[Mapping[tuple[str, str], Extractor]] = {
    ("externaldns.k8s.io", "DNSEndpoint"): extractor(endpoints),
    ("kuadrant.io", "DNSRecord"): extractor(endpoints, names("spec.rootHost")),
    ("dns.gardener.cloud", "DNSEntry"): extractor(entry),
}
