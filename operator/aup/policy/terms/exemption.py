"""Exemptions in force, and which of them may be about a violation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from aup.facts.model import IPAddress
from aup.policy.addresses import AddressSet, IPNetwork
from aup.policy.index import AddressIndex


@dataclass(frozen=True, slots=True)
class ExemptionTerm:
    """Written consent that is in force: the engine applies it, rules never see it."""

    name: str
    rules: frozenset[str]
    namespaces: frozenset[str]
    """Empty: every namespace of the tenant."""
    images: tuple[str, ...]
    """Repositories in full, or with a digest; empty: any image."""
    targets: AddressSet | None
    """``None``: any address and any hostname."""
    expires_at: datetime
    hostnames: frozenset[str] = frozenset()
    """Canonical; ``*.`` stands for all names below. Read only where ``targets`` is set."""


Placed = tuple[int, ExemptionTerm]
"""An exemption with its position among all of the tenant's: of several, the first one counts."""


class ExemptionIndex:
    """The exemptions of one tenant, sorted for each rule and namespace that asks, once.

    Thousands of violations are not held against thousands of exemptions each. What is kept goes
    with the terms, and is as much as a tenant has namespaces for each rule that is exempted from.
    """

    def __init__(self, exemptions: Sequence[ExemptionTerm]) -> None:
        """Args: ``exemptions`` count in their order."""
        self._by_rule: defaultdict[str, list[Placed]] = defaultdict(list)
        for placed in enumerate(exemptions):
            for rule in placed[1].rules:
                self._by_rule[rule].append(placed)
        self._held: dict[tuple[str, str], HeldExemptions] = {}

    def held(self, rule: str, namespace: str) -> "HeldExemptions | None":
        """Return the exemptions from a rule in a namespace; ``None`` where there are none."""
        if rule not in self._by_rule:
            return None
        found = self._held.get((rule, namespace))
        if found is None:
            found = self._held[rule, namespace] = HeldExemptions(
                (at, one)
                for at, one in self._by_rule[rule]
                if not one.namespaces or namespace in one.namespaces
            )
        return found


class Aims:
    """Exemptions by what they are aimed at, whatever else they are limited to."""

    def __init__(self, exemptions: Iterable[Placed]) -> None:
        """Args: ``exemptions`` with the lowest position first."""
        placed = tuple(exemptions)
        self._at_anything = next((at for at, one in placed if one.targets is None), None)
        self._aimed = tuple((at, one, one.targets) for at, one in placed if one.targets is not None)

    def first(
        self, address: IPAddress | None, networks: Sequence[IPNetwork], hostname: str
    ) -> int | None:
        """Return the lowest position of one whose targets hold what is given first."""
        if address is not None:
            aimed = self._by_address.first(address)
        elif networks:
            aimed = self._by_address.whole(networks)
        else:
            aimed = first_of(map(self._by_name.get, _targets(hostname)))
        return first_of((self._at_anything, aimed))

    @cached_property
    def _by_address(self) -> AddressIndex:
        return AddressIndex.of((at, targets) for at, _, targets in self._aimed)

    @cached_property
    def _by_name(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for at, one, _ in self._aimed:
            for name in one.hostnames:
                found.setdefault(name, at)
        return found


class HeldExemptions:
    """Exemptions from one rule in one namespace, by what they are limited to."""

    def __init__(self, exemptions: Iterable[Placed]) -> None:
        """Args: ``exemptions`` with the lowest position first."""
        self._all = dict(exemptions)
        self.of_any_image = Aims((at, one) for at, one in self._all.items() if not one.images)
        self._of_image: defaultdict[str, dict[int, None]] = defaultdict(dict)
        for at, one in self._all.items():
            for image in one.images:
                self._of_image[image][at] = None
        self._aims: dict[str, Aims] = {}

    def of_image(self, image: str) -> Iterator[Aims]:
        """Yield those that name an image: with its digest, and without."""
        for name in self._names(image):
            if name not in self._aims:
                self._aims[name] = self._placed(self._of_image[name])
            yield self._aims[name]

    def of_images(self, images: Iterable[str]) -> Aims:
        """Return those that name each of some images; none where there is no image."""
        each = [
            {at for name in self._names(image) for at in self._of_image[name]} for image in images
        ]
        return self._placed(sorted(set.intersection(*each)) if each else ())

    def _names(self, image: str) -> list[str]:
        """Return the names of an image by which exemptions know it."""
        names = dict.fromkeys((image, image.partition("@")[0]))
        return [name for name in names if name in self._of_image]

    def _placed(self, positions: Iterable[int]) -> Aims:
        return Aims((at, self._all[at]) for at in positions)


def _targets(hostname: str) -> Iterator[str]:
    """Yield each target that a hostname lies in: itself, and the wildcard of each name above it.

    ``*.acme.example`` is about all names below, whole branches among them, and not about
    ``acme.example``.
    """
    while hostname:
        yield hostname
        parent = hostname.removeprefix("*.").partition(".")[2]
        hostname = f"*.{parent}" if parent else ""


def first_of(positions: Iterable[int | None]) -> int | None:
    """Return the lowest position, of exemptions that were found one way or another."""
    return min((at for at in positions if at is not None), default=None)
