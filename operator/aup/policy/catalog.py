"""The compiled software catalogue: what the provider knows about an image, found in constant time.

Content comes before name: a digest is looked up first, whatever the image is called. A tag beside
a digest is not believed, since only the digest decides what runs. Within a catalogue the most
exact word counts; of several catalogues all do, so that a further one never excuses an image.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from typing import Final

from aup.api.catalog import CatalogItem, CatalogSpec
from aup.facts.image import rebase
from aup.facts.model import Image
from aup.policy.disagreement import Statement, disagreements
from aup.policy.problem import Reason, Trouble
from aup.policy.repository import parents, read_prefix, read_repository
from aup.policy.spdx import SpdxProblem, parse
from aup.policy.terms import Software
from aup.policy.versions import VersionRange
from aup.text import printable

_MOST_ANSWERS: Final = 4096
"""Images whose answers are kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the catalogue that is in force."""

    software: Software
    digests: tuple[str, ...]
    """When there are any, the item speaks of this content only, but for its product."""
    versions: VersionRange | None


@dataclass(frozen=True, slots=True)
class CatalogPart:
    """One SoftwareCatalog, compiled by itself."""

    name: str
    entries: tuple[Entry, ...]
    mirrors: tuple[tuple[str, str], ...]
    """Prefix and what it mirrors."""


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Under which names images are known that are served under others."""

    origins: Mapping[str, tuple[tuple[str, str], ...]]
    """Prefix to the catalogues that speak of it, each with what it mirrors."""

    def names(self, repository: str) -> tuple[str, ...]:
        """Return a repository's own name, then each that it has at an origin.

        The longest prefix counts, in each catalogue by itself.
        """
        if not self.origins:
            return (repository,)
        found, told = {repository: None}, set[str]()
        for prefix in parents(repository):
            said = [(by, of) for by, of in self.origins.get(prefix, ()) if by not in told]
            told.update(by for by, _ in said)
            for _, of in said:
                if original := rebase(repository, prefix, of):
                    found.setdefault(original)
        return tuple(found)

    def origin(self, repository: str) -> str:
        """Return the name that a repository has where it comes from: what exemptions call it."""
        names = self.names(repository)
        return names[1] if len(names) > 1 else names[0]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one catalogue lists under one repository."""

    catalog: str
    ranges: tuple[tuple[VersionRange, Software], ...]
    rest: tuple[Software, ...]
    """What is said of all versions."""
    builds: tuple[Software, ...]
    """Products of which single builds are listed: a tag may be any of them."""

    def find(self, image: Image) -> tuple[Software, ...]:
        """Return the most exact words: of fitting versions, else of all, else of builds."""
        if image.digest:
            return self.rest
        fitting = tuple(found for versions, found in self.ranges if versions.matches(image.tag))
        return fitting or self.rest or self.builds


@dataclass(frozen=True, slots=True)
class MergedCatalog:
    """All catalogues together."""

    digests: Mapping[str, tuple[tuple[str, Software], ...]]
    """Digest to the catalogues that list it, each with its word."""
    shelves: Mapping[str, tuple[Shelf, ...]]
    """By repository, in the order of the catalogues."""
    mirrors: Mirrors
    support_ends: tuple[date, ...] = ()
    """Last days of vendor support that any entry speaks of, sorted."""
    _answers: dict[tuple[str, str, str], tuple[Software, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was asked before: each rule asks about each image, and pods are alike."""
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """The same of names, by repository."""

    def about(self, image: Image) -> tuple[Software, ...]:
        """Return what each catalogue says: by digest, then version range, then repository."""
        asked = image.repository, image.tag, image.digest
        answer = self._answers.get(asked)
        if answer is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            answer = self._answers[asked] = self._find(image)
        return answer

    def _find(self, image: Image) -> tuple[Software, ...]:
        listed = self.digests.get(image.digest, ()) if image.digest else ()
        found = [software for _, software in listed]
        told = {catalog for catalog, _ in listed}
        for name in self.mirrors.names(image.repository):
            for shelf in self.shelves.get(name, ()):
                if shelf.catalog not in told:
                    found.extend(shelf.find(image))
        return tuple(found) if len(found) <= 1 else tuple(dict.fromkeys(found))

    def names(self, image: Image) -> tuple[str, ...]:
        """Return the names of an image's repository: its own, and those at its origins."""
        found = self._names.get(image.repository)
        if found is None:
            if len(self._names) >= _MOST_ANSWERS:
                self._names.clear()
            found = self._names[image.repository] = self.mirrors.names(image.repository)
        return found


@lru_cache(maxsize=64)
def compile_catalog(name: str, spec: CatalogSpec) -> tuple[CatalogPart, tuple[Trouble, ...]]:
    """Compile one catalogue; what cannot be read is told item by item and left out.

    An item whose licence alone cannot be read stays, without a licence: its product and its
    export category are facts that must not get lost over a typing mistake. Catalogues are large
    and seldom edited, so what was compiled before is taken from memory.
    """
    troubles: list[Trouble] = []
    entries = []
    for index, item in enumerate(spec.items):
        entry, found = _entry(item)
        troubles.extend(
            Trouble(reason, f"items[{index}] {item.repository}: {text}") for reason, text in found
        )
        if entry:
            entries.append(entry)
    mirrors = []
    for index, mirror in enumerate(spec.mirrors):
        prefix, of = read_prefix(mirror.prefix), read_prefix(mirror.of)
        if prefix is None or of is None:
            what = mirror.prefix if prefix is None else mirror.of
            message = f"mirrors[{index}] {printable(what)}: is no registry and no repository"
            troubles.append(Trouble(Reason.INVALID_REPOSITORY, message))
        else:
            mirrors.append((prefix, of))
    return CatalogPart(name, tuple(entries), tuple(mirrors)), tuple(troubles)


def merge(parts: Iterable[CatalogPart]) -> tuple[MergedCatalog, Mapping[str, tuple[Trouble, ...]]]:
    """Put catalogues together, in the order of their names.

    Returns:
        The catalogue, and the troubles of each part by its name.

    """
    ordered = sorted(parts, key=lambda part: part.name)
    mirrors = _mirrors(ordered)
    digests: defaultdict[str, list[tuple[str, Software]]] = defaultdict(list)
    shelves: defaultdict[str, list[Shelf]] = defaultdict(list)
    for part in ordered:
        for listed, entries in _by_repository(part, mirrors).items():
            for entry in entries:
                for digest in entry.digests:
                    digests[digest].append((part.name, entry.software))
            shelf = _shelf(part.name, entries)
            says = shelf.ranges or shelf.rest or shelf.builds
            for name in mirrors.names(listed) if says else ():
                shelves[name].append(shelf)
    merged = MergedCatalog(
        digests={digest: tuple(found) for digest, found in digests.items()},
        shelves={name: tuple(found) for name, found in shelves.items()},
        mirrors=mirrors,
        support_ends=_support_ends(ordered),
    )
    told = disagreements(s for part in ordered for s in _statements(part, mirrors))
    return merged, {part.name: told.get(part.name, ()) for part in ordered}


def _mirrors(parts: Iterable[CatalogPart]) -> Mirrors:
    """Return the mirrors that any catalogue names."""
    origins: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in parts:
        for prefix, of in part.mirrors:
            origins[prefix].append((part.name, of))
    return Mirrors({prefix: tuple(said) for prefix, said in origins.items()})


def _by_repository(part: CatalogPart, mirrors: Mirrors) -> Mapping[str, list[Entry]]:
    """Group a catalogue's items by the repository that they are listed under.

    What is listed under the name of a copy goes by the name of its origin from here on.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in part.entries:
        listed = entry.software.repository
        software = replace(entry.software, repository=mirrors.origin(listed))
        found[listed].append(replace(entry, software=software))
    return found


def _shelf(catalog: str, entries: Iterable[Entry]) -> Shelf:
    """Return what is said of a repository by name."""
    named = [entry for entry in entries if not entry.digests]
    return Shelf(
        catalog,
        ranges=tuple((e.versions, e.software) for e in named if e.versions is not None),
        rest=tuple(e.software for e in named if e.versions is None),
        builds=tuple(_by_tag(e.software) for e in entries if e.digests and e.software.product),
    )


def _by_tag(build: Software) -> Software:
    """Return what the word about a build says of a tag: which product it is, and nothing else.

    Which build that is, nobody knows; one that is malicious says nothing of the next.
    """
    return replace(build, license=None, export_category="", category=None, workload_class="")


def _statements(part: CatalogPart, mirrors: Mirrors) -> Iterator[Statement]:
    """Yield what a catalogue says, each thing by its name."""
    for entry in part.entries:
        software = entry.software
        repository = mirrors.origin(software.repository)
        whole = not entry.digests and entry.versions is None
        about = repository if entry.versions is None else f"{repository} {entry.versions.text}"
        # The name under which it is listed is no part of the word.
        said = tuple(getattr(software, f.name) for f in fields(software) if f.name != "repository")
        for thing in entry.digests or (about,):
            yield Statement(part.name, thing, repository, said, whole=whole)
    for prefix, of in part.mirrors:
        yield Statement(part.name, f"mirror {prefix}", "", (of,))


def _support_ends(parts: Iterable[CatalogPart]) -> tuple[date, ...]:
    """Return the last days of vendor support, each once."""
    days = {entry.software.support_ends_at for part in parts for entry in part.entries}
    return tuple(sorted(day for day in days if day is not None))


def _entry(item: CatalogItem) -> tuple[Entry | None, list[tuple[Reason, str]]]:
    """Compile one item; ``None`` when nothing of it can be used."""
    found: list[tuple[Reason, str]] = []
    versions = None
    repository = read_repository(item.repository)
    if repository is None:
        found.append((Reason.INVALID_REPOSITORY, "is not a repository in full, without a tag"))
    if item.versions and item.versions.strip():
        try:
            versions = VersionRange.parse(item.versions)
        except ValueError as error:
            found.append((Reason.INVALID_VERSIONS, f"versions {item.versions!r} {error}"))
            repository = None
    if repository is None:
        return None, found
    license_ = parse(item.license) if item.license and item.license.strip() else None
    if isinstance(license_, SpdxProblem):
        found.append((Reason.INVALID_SPDX, f"license {license_.text!r} {license_.detail}"))
        license_ = None
    software = Software(
        repository=repository,
        license=license_,
        product=item.product or "",
        export_category=item.export_category or "",
        vendor=item.vendor or "",
        support_ends_at=item.support_ends_at,
        category=item.category,
        workload_class=item.workload_class or "",
    )
    return Entry(software, item.digests, versions), found
