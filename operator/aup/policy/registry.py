"""The address registry: who holds which address, now and at any time before.

No address has two holders at one time. Where two assignments say so, the one that was created
first stays in force and the later one is not, whatever it says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from aup.api.assignment import AddressAssignment, AssignmentSpec
from aup.facts.model import IPAddress
from aup.policy.addresses import IPNetwork, read_network
from aup.policy.problem import Reason, Trouble
from aup.text import printable

_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Holding:
    """An assignment that counts."""

    name: str
    network: IPNetwork
    spec: AssignmentSpec

    def covers(self, at: datetime) -> bool:
        """Return whether an instant lies in the interval, suspended or not."""
        return self.spec.from_ <= at and (self.spec.until is None or at < self.spec.until)


@dataclass(frozen=True, slots=True)
class Registry:
    """All assignments that count."""

    by_tenant: Mapping[str, tuple[Holding, ...]]
    _by_prefix: Mapping[tuple[int, int], Mapping[int, tuple[Holding, ...]]]
    """IP version and prefix length to first address to holdings."""

    def holder(self, address: IPAddress, at: datetime) -> Holding | None:
        """Return whose an address was at an instant; ``None`` when it was nobody's."""
        for (version, length), networks in self._by_prefix.items():
            if version != address.version:
                continue
            shift = address.max_prefixlen - length
            for holding in networks.get(int(address) >> shift << shift, ()):
                if holding.covers(at):
                    return holding
        return None


def compile_registry(
    assignments: Iterable[AddressAssignment],
) -> tuple[Registry, Mapping[str, tuple[Trouble, ...]]]:
    """Compile the registry; its order does not matter.

    Returns:
        The registry, and the troubles of assignments by name.

    """
    return _compile(
        tuple(
            sorted(
                (
                    _Entry(a.metadata.creation_timestamp or _UNDATED, a.metadata.name, a.spec)
                    for a in assignments
                ),
                key=lambda entry: (entry.created, entry.name),
            )
        )
    )


class _Entry(NamedTuple):
    """What counts of an assignment."""

    created: datetime
    name: str
    spec: AssignmentSpec


@lru_cache(maxsize=2)
def _compile(entries: tuple[_Entry, ...]) -> tuple[Registry, Mapping[str, tuple[Trouble, ...]]]:
    """Compile entries, oldest first; most changes of the world leave them as they were."""
    troubles: dict[str, tuple[Trouble, ...]] = {}
    read: list[Holding] = []
    for entry in entries:
        holding = _read(entry)
        if isinstance(holding, Trouble):
            troubles[entry.name] = (holding,)
        else:
            read.append(holding)
    counting: list[Holding] = []
    rivals = _rivals(read)
    lost: set[str] = set()
    for holding in read:
        first = next((r for r in rivals.get(holding.name, ()) if r.name not in lost), None)
        if first is None:
            counting.append(holding)
            continue
        lost.add(holding.name)
        message = (
            f"{holding.network} overlaps {first.network} of assignment {first.name}, which was "
            "created first and stays in force"
        )
        troubles[holding.name] = (Trouble(Reason.OVERLAP, message, fatal=True),)
    return _index(counting), troubles


def _read(entry: _Entry) -> Holding | Trouble:
    """Read one assignment by itself."""
    spec = entry.spec
    try:
        network = read_network(spec.cidr)
    except ValueError:
        message = f"cidr {printable(spec.cidr)} is no canonical CIDR"
        return Trouble(Reason.INVALID_CIDR, message, fatal=True)
    if spec.until is not None and spec.until <= spec.from_:
        return Trouble(Reason.INVALID_INTERVAL, "until must be later than from", fatal=True)
    return Holding(entry.name, network, spec)


def _rivals(holdings: Iterable[Holding]) -> Mapping[str, list[Holding]]:
    """Return for each holding the older ones that share an address with it at some time.

    Networks are nested or apart, so a walk in order of first address with a stack of the networks
    around the present one meets every pair that overlaps, and no other.
    """
    rank = {holding.name: position for position, holding in enumerate(holdings)}
    rivals: defaultdict[str, list[Holding]] = defaultdict(list)
    around: list[Holding] = []
    for holding in sorted(holdings, key=_position):
        while around and not _within(holding.network, around[-1].network):
            around.pop()
        for outer in around:
            if _meet(outer.spec, holding.spec):
                older, newer = sorted((outer, holding), key=lambda h: rank[h.name])
                rivals[newer.name].append(older)
        around.append(holding)
    for found in rivals.values():
        found.sort(key=lambda h: rank[h.name])
    return rivals


def _position(holding: Holding) -> tuple[int, int, int]:
    network = holding.network
    return network.version, int(network.network_address), network.prefixlen


def _within(inner: IPNetwork, outer: IPNetwork) -> bool:
    """Return whether a network lies in one that comes before it in order, or is it."""
    return inner.version == outer.version and inner.network_address in outer


def _meet(one: AssignmentSpec, other: AssignmentSpec) -> bool:
    """Return whether two intervals share an instant."""
    return (other.until is None or one.from_ < other.until) and (
        one.until is None or other.from_ < one.until
    )


def _index(holdings: Iterable[Holding]) -> Registry:
    """Index holdings by tenant and by network."""
    by_tenant: defaultdict[str, list[Holding]] = defaultdict(list)
    by_prefix: defaultdict[tuple[int, int], defaultdict[int, list[Holding]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for holding in holdings:
        by_tenant[holding.spec.tenant].append(holding)
        network = holding.network
        at = network.version, network.prefixlen
        by_prefix[at][int(network.network_address)].append(holding)
    return Registry(
        by_tenant={tenant: tuple(found) for tenant, found in by_tenant.items()},
        _by_prefix={
            at: {first: tuple(found) for first, found in networks.items()}
            for at, networks in by_prefix.items()
        },
    )
