"""Which of many terms is about an address or a name, in time that does not grow with their number.

A provider may give one tenant a thousand assignments and exemptions, and one request may claim
thousands of addresses: to hold each against each takes seconds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from aup.facts.model import IPAddress
from aup.policy.addresses import AddressSet, IPNetwork

_BITS: Final = {4: 32, 6: 128}
_Block = tuple[int, int, int]
"""Version of IP, length of the prefix, and the bits of the prefix as a number."""


@dataclass(frozen=True, slots=True)
class AddressIndex:
    """Sets of addresses by position. A lookup per length of prefix, not per network."""

    _at: Mapping[_Block, tuple[int, ...]]
    _lengths: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, sets: Iterable[tuple[int, AddressSet]]) -> "AddressIndex":
        """Build the index of sets, each with its position, lowest first."""
        at: defaultdict[_Block, list[int]] = defaultdict(list)
        for position, addresses in sets:
            for network in addresses.networks:
                bits = int(network.network_address) >> (_BITS[network.version] - network.prefixlen)
                at[network.version, network.prefixlen, bits].append(position)
        lengths = sorted({(version, length) for version, length, _ in at})
        return cls({block: tuple(found) for block, found in at.items()}, tuple(lengths))

    def first(self, address: IPAddress) -> int | None:
        """Return the lowest position of a set that holds an address; ``None`` where none does."""
        return min(
            (found[0] for found in self._around(address, _BITS[address.version])), default=None
        )

    def whole(self, networks: Iterable[IPNetwork]) -> int | None:
        """Return the lowest position of a set that holds all of some networks, if one does."""
        holding = [
            {at for found in self._around(n.network_address, n.prefixlen) for at in found}
            for n in networks
        ]
        return min(set.intersection(*holding), default=None) if holding else None

    def _around(self, address: IPAddress, longest: int) -> Iterator[tuple[int, ...]]:
        """Yield where each block is that an address lies in and whose prefix is no longer."""
        whole, bits = int(address), _BITS[address.version]
        for version, length in self._lengths:
            if version != address.version or length > longest:
                continue
            if found := self._at.get((version, length, whole >> (bits - length))):
                yield found


@dataclass(frozen=True, slots=True)
class DomainIndex:
    """Domains by position. A lookup per label of the name, not per domain."""

    _exact: Mapping[str, int]
    _wide: Mapping[str, int]
    """Those that include their subdomains."""

    @classmethod
    def of(cls, domains: Iterable[tuple[str, bool]]) -> "DomainIndex":
        """Build the index of names, each with whether the names below it are included."""
        exact: dict[str, int] = {}
        wide: dict[str, int] = {}
        for position, (name, below) in enumerate(domains):
            exact.setdefault(name, position)
            if below:
                wide.setdefault(name, position)
        return cls(exact, wide)

    def first(self, name: str, *, wildcard: bool = False) -> int | None:
        """Return the lowest position of a domain that a name, or every name below it, lies in.

        Whole labels are compared. ``*.acme.example`` is about the names below, and not about
        ``acme.example``.
        """
        found = [self._wide.get(parent) for parent in _parents(name)]
        if not wildcard:
            found.append(self._exact.get(name))
        return min((position for position in found if position is not None), default=None)


def _parents(name: str) -> Iterator[str]:
    """Yield a name and each name above it."""
    while name:
        yield name
        name = name.partition(".")[2]
