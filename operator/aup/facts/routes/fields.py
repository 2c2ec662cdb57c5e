"""How a kind is read of which a few fields count: readers by the paths of these fields."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from aup.facts import claims, host_claims
from aup.facts.annotations.external_dns import EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES
from aup.facts.annotations.keys import Keys
from aup.facts.claims import Leaf, is_absent
from aup.facts.model import ClaimSource, Facts, Subject, Surroundings
from aup.facts.wire.tree import Tree, read_tree

Reader = Callable[[Tree, Subject, Surroundings], Iterable[Leaf]]
"""Reads what an object, or a part of it, claims or lends."""
Extractor = Callable[[bytes, Subject, Surroundings], Facts]

_DNS: Final = Keys(EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES)


def extractor(*readers: Reader) -> Extractor:
    """Return what reads a kind: its fields, and its annotations for DNS records."""

    def extract(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        tree = read_tree(raw)
        leaves = (reader(tree, subject, surroundings) for reader in (annotated, *readers))
        facts = claims.exposed(subject, (), *leaves)
        # What is amiss is known only now that every field has been asked for.
        return replace(facts, problems=(*tree.problems, *facts.problems))

    return extract


def annotated(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read annotations from which DNS records are made."""
    for part in tree.objects("metadata.annotations"):
        yield from _DNS.read(part.members, part.path, subject, surroundings)


def names(*paths: str, source: ClaimSource = ClaimSource.SPEC) -> Reader:
    """Read hostnames; an empty one, where the field is no list, is absent."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for path in paths:
            for where, value in tree.each(path):
                if path.endswith("[]") or not is_absent(value):
                    claim = host_claims.glob(value, where, source)
                    yield host_claims.at_the_edge(claim, subject.namespace, surroundings)

    return read


def addresses(*paths: str) -> Reader:
    """Read addresses."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for path in paths:
            for where, value in tree.each(path):
                yield from claims.address(value, where, ClaimSource.SPEC)

    return read


def needed(*paths: str) -> Reader:
    """Read hostnames without which the object answers for every name."""
    given = names(*paths)

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        found = False
        for leaf in given(tree, subject, surroundings):
            found = True
            yield leaf
        if not found:
            yield claims.every_hostname(tree.at(paths[0].removesuffix("[]")))

    return read


def within(path: str, *readers: Reader) -> Reader:
    """Read each object that a path leads to."""

    def read(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
        for part in tree.objects(path):
            for reader in readers:
                yield from reader(part, subject, surroundings)

    return read


def own_name(tree: Tree, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Read the name of the object itself as a hostname."""
    for where, value in tree.each("metadata.name"):
        yield claims.hostname(value, where)
