"""How a kind that routes traffic is read: where its addresses stand, and whom it takes in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from msgspec.structs import replace

from aup.facts import claims
from aup.facts.address import parse_address, parse_range
from aup.facts.annotations.readers import network_claim
from aup.facts.claims import Leaf, is_absent
from aup.facts.cni.notes import few_ranges
from aup.facts.json_value import text_of
from aup.facts.model import (
    Capture,
    ClaimSource,
    Facts,
    NamedClaim,
    NamespaceReference,
    Operation,
    Passage,
    PlatformSetting,
    Reach,
    Subject,
    Surroundings,
    Topic,
)
from aup.facts.namespace import NAME_LABEL, every_namespace, selected_namespaces
from aup.facts.routing.statement import Rules, Says, by_element, statement
from aup.facts.wire.tree import Tree, read_tree

SPEC: Final = ClaimSource.SPEC
Reader = Callable[[bytes, Subject, Surroundings], Facts]
"""Reads the facts of an object of one kind."""
Kinds = Mapping[tuple[str, str], Reader]
"""By API group and kind."""
Stated = Capture | Passage | PlatformSetting
"""What a policy says."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of an object that selects pods, Services or namespaces of the whole cluster."""

    at: str
    """Path of the objects that select: ``spec.selectors[]``."""
    what: str
    """What is done to those selected: ``sends out the traffic of``."""
    selectors: tuple[tuple[str, tuple[str, ...]], ...] = (("namespaceSelector", (NAME_LABEL,)),)
    """Label selectors in each, with the labels that say the name of a namespace there. All of an
    object's must match, so that it is enough when one of them is confined."""


@dataclass(frozen=True, slots=True)
class RoutingKind:
    """How objects of one kind are read."""

    detail: str = ""
    """What they do; completes ``kind BGPPeer``: ``changes how the cluster is routed``. An object
    that names no address and no pool is then the platform's as a whole; without, it passes."""
    addresses: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    """Paths of networks, ranges and addresses."""
    ends: tuple[tuple[str, str, str], ...] = ()
    """Paths of objects with the names of a range's first and last address in each."""
    pools: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Paths of a provider's names for addresses, networks and load balancers."""
    either: tuple[tuple[str, ...], ...] = ()
    """Paths of such names, of which the first counts that says something."""
    selections: tuple[Selection, ...] = ()
    switches: tuple[tuple[str, str], ...] = ()
    """Paths of fields that a tenant may not set, each with what it does."""
    noted: bool = False
    """Whether controllers of the platform make them in tenants' namespaces."""
    reach: Reach = Reach.ROUTING
    """Which rule they concern."""
    instead: str = ""
    """What to do, where it is something else than to leave it out."""

    def __call__(self, raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        """Read the facts of an object."""
        tree = read_tree(raw)
        says = statement(tree, subject)
        part = by_element(tree, subject, self._lists())
        source = written(tree, subject) if self.noted else SPEC
        leaves = [*few_ranges(self._owned(tree, source), "spec")]
        if not leaves and self.detail:
            setting = PlatformSetting(subject.kind, "kind", source, self.reach, self.detail)
            leaves.append(replace(setting, instead=self.instead, says=says))
        leaves.extend(self._settings(tree))
        for selection in self.selections:
            taken = _captures(tree, selection, surroundings)
            leaves.extend(replace(one, says=part(one.namespaces.path)) for one in taken)
        return claims.exposed(subject, tree.problems, leaves)

    def _lists(self) -> Iterator[str]:
        """Yield the lists whose elements select each by itself."""
        for selection in self.selections:
            if selection.at.endswith("[]"):
                yield selection.at.removesuffix("[]")

    def _owned(self, tree: Tree, source: ClaimSource) -> Iterator[Leaf]:
        """Yield what may be the tenant's own: addresses, networks, pools, names."""
        for at, value in _present(tree, self.addresses):
            yield claims.address_claim(parse_address(value), at, source)
        for at, value in _present(tree, self.networks):
            yield network_claim(parse_range(value), at, source)
        for path, first, last in self.ends:
            for found in tree.objects(path):
                yield from _between(found, first, last)
        for at, value in _present(tree, self.pools):
            yield NamedClaim(text_of(value), at, Topic.POOL)
        for at, value in _present(tree, self.names):
            yield from claims.opaque_address(value, at, source)
        for paths in self.either:
            for at, value in islice(_present(tree, paths), 1):
                yield from claims.opaque_address(value, at, source)

    def _settings(self, tree: Tree) -> Iterator[Leaf]:
        """Yield the fields that are the platform's alone."""
        for path, detail in self.switches:
            for at, value in tree.each(path):
                if value not in (False, "", [], {}):
                    yield PlatformSetting(text_of(value), at, SPEC, Reach.ROUTING, detail)


def _present(tree: Tree, paths: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield path and value of each field that says something; an empty element of a list does."""
    for path in paths:
        for at, value in tree.each(path):
            if path.endswith("[]") or not is_absent(value):
                yield at, value


def _between(found: Tree, first: str, last: str) -> Iterator[Leaf]:
    """Yield all addresses from one field's to another's."""
    start, stop = found.one(first), found.one(last)
    if not is_absent(start):
        whole = text_of(start) if is_absent(stop) else f"{start}-{stop}"
        parsed = replace(parse_range(whole), text=text_of(start))
        claim = network_claim(parsed, found.at(first), SPEC)
        yield replace(claim, reading="begins a range with") if claim.networks else claim


def _captures(tree: Tree, selection: Selection, surroundings: Surroundings) -> Iterator[Capture]:
    """Yield the namespaces that an object takes hold of; one that selects nothing takes all."""
    selecting = list(tree.objects(selection.at))
    if not selecting:
        yield Capture(selection.what, every_namespace("", selection.at.replace("[]", "")))
    for found in selecting:
        label, references = _confinement(found, selection, surroundings)
        for reference in references:
            yield Capture(selection.what, reference, label)


def _confinement(
    found: Tree, selection: Selection, surroundings: Surroundings
) -> tuple[str, list[NamespaceReference]]:
    """Return the namespaces that the first confined selector holds; every one if none is.

    Before them stands the label by which they are, or could be, told.
    """
    at, by = found.path, selection.selectors[0][1][0]
    for name, labels in selection.selectors:
        selector: Any = found.one(name)
        if selector is not None:
            at, by = found.at(name), labels[0]
        references = list(selected_namespaces(selector, found.at(name), surroundings, labels))
        if not any(reference.everyone for reference in references):
            return labels[0], references
    return by, [every_namespace("", at)]


def said(
    tree: Tree, subject: Subject, leaves: Iterable[Stated], lists: Iterable[str] = ()
) -> Facts:
    """Put together what a policy says; of an update, each part with digests (see statement.py).

    Args:
        tree: the object.
        subject: whether it is an update.
        leaves: what it says.
        lists: paths of lists of whom it is for, of which any element is enough.

    """
    found = list(islice(leaves, claims.MAX_CLAIMS + 1))  # beyond them it is refused
    if subject.operation is Operation.UPDATE:
        part = by_element(tree, subject, lists)
        rules = Rules(tree, (one.path for one in found if isinstance(one, Passage)))
        found = [_told(one, part, rules) for one in found]
    return claims.exposed(subject, tree.problems, found)


def _told(one: Stated, part: Callable[[str], Says], rules: Rules) -> Stated:
    """Return one part of an update with what it says."""
    if isinstance(one, Capture):
        return replace(one, says=part(one.namespaces.path))
    if isinstance(one, PlatformSetting):
        return replace(one, says=part(one.path))
    return replace(
        one,
        says=rules.final(one.path) if one.final else (),
        says_of_mail=rules.mail(one.path) if one.delivers else (),
    )


def written(tree: Tree, subject: Subject) -> ClaimSource:
    """Say whose word an object is that controllers make: of a stored one it is the platform's."""
    stored = subject.writer is not None or tree.one("metadata.uid") is not None
    return ClaimSource.RECORD if stored else SPEC
