"""What claims of every sort are made of: where they stand, addresses, and namespaces."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import msgspec

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network


class ClaimSource(StrEnum):
    """Where an address or hostname is claimed."""

    SPEC = "spec"
    STATUS = "status"
    ANNOTATION = "annotation"
    RECORD = "record"
    """Where the platform notes what it gave, and believes what it finds: of a stored object."""


class NamespaceReference(msgspec.Struct, frozen=True):
    """Another namespace that an object speaks of."""

    text: str
    """As written; ``*`` where every namespace is meant."""
    path: str
    owner: str | None = None
    """Tenant whose namespace it is; ``None`` when it is nobody's, or not known."""
    known: bool = True
    """Whether namespaces could be looked up: not in the offline check."""
    everyone: bool = False
    """Whether all namespaces are meant, or a selection that may hold any."""
