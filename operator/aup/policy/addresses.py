"""Sets of addresses: membership in time that does not grow with the number of blocks."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from aup.facts.model import IPAddress

IPNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Collapsed networks of both families, sorted: IPv4 first."""

    networks: tuple[IPNetwork, ...] = ()
    _starts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, cidrs: Iterable[str | IPNetwork]) -> "AddressSet":
        """Build a set from networks or their canonical text.

        Raises:
            ValueError: a text is not a canonical CIDR.

        """
        networks = [read_network(c) if isinstance(c, str) else c for c in cidrs]
        merged: list[IPNetwork] = [
            *collapse_addresses(n for n in networks if isinstance(n, IPv4Network)),
            *collapse_addresses(n for n in networks if isinstance(n, IPv6Network)),
        ]
        starts = tuple((n.version, int(n.network_address)) for n in merged)
        return cls(networks=tuple(merged), _starts=starts)

    def __contains__(self, address: IPAddress) -> bool:
        at = bisect_right(self._starts, (address.version, int(address))) - 1
        return at >= 0 and address in self.networks[at]

    def covers(self, network: IPNetwork) -> bool:
        """Tell whether every address of a network is in the set.

        Collapsed blocks hold a whole network between them only where one of them does.
        """
        first, last = network.network_address, network.broadcast_address
        at = bisect_right(self._starts, (network.version, int(first))) - 1
        return at >= 0 and first in self.networks[at] and last in self.networks[at]

    def __bool__(self) -> bool:
        return bool(self.networks)

    @property
    def cidrs(self) -> tuple[str, ...]:
        """Return the networks as canonical text."""
        return tuple(str(n) for n in self.networks)


def read_network(text: str) -> IPNetwork:
    """Read a network from its canonical text, the only one in which two equal ones look equal.

    Raises:
        ValueError: host bits, a netmask, a zone id, no prefix length, or an IPv4 network in IPv6
            clothes, to which no address of the facts would ever belong.

    """
    network = ip_network(text)
    mapped = isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None
    if str(network) != text or "%" in text or mapped:
        raise ValueError(f"{text!r} is no canonical CIDR")
    return network
