"""The compiled software catalogue: what the provider knows about an image, found in constant time.

Content comes before name: a digest is looked up first, whatever the image is called. A tag beside
a digest is not believed, since only the digest decides what runs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from aup.api.catalog import CatalogItem, CatalogSpec
from aup.facts.image import read_image, rebase
from aup.facts.model import Image
from aup.policy.problem import Reason, Trouble
from aup.policy.spdx import SpdxProblem, parse
from aup.policy.terms import Software
from aup.policy.versions import VersionRange

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the catalogue that is in force."""

    software: Software
    digests: tuple[str, ...]
    """When there are any, the item speaks of this content only."""
    versions: VersionRange | None


@dataclass(frozen=True, slots=True)
class CatalogPart:
    """One SoftwareCatalog, compiled by itself."""

    name: str
    entries: tuple[Entry, ...]
    mirrors: tuple[tuple[str, str], ...]
    """Prefix and what it mirrors."""


@dataclass(frozen=True, slots=True)
class MergedCatalog:
    """All catalogues together; where they disagree, the first by name is believed."""

    digests: Mapping[str, Software]
    ranges: Mapping[str, tuple[tuple[VersionRange, Software], ...]]
    """By repository, in the order of the catalogues."""
    repositories: Mapping[str, Software]
    mirrors: tuple[tuple[str, str], ...]
    """Longest prefix first."""
    support_ends: tuple[date, ...] = ()
    """Last days of vendor support that any entry speaks of, sorted."""

    def find(self, image: Image) -> Software | None:
        """Return the entry for an image: by digest, then version range, then repository."""
        if image.digest and (known := self.digests.get(image.digest)):
            return known
        repository = _origin(self.mirrors, image.repository)
        if not image.digest:
            for versions, software in self.ranges.get(repository, ()):
                if versions.matches(image.tag):
                    return software
        return self.repositories.get(repository)


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
    mirrors = tuple((_prefix(mirror.prefix), _prefix(mirror.of)) for mirror in spec.mirrors)
    return CatalogPart(name, tuple(entries), mirrors), tuple(troubles)


def merge(parts: Iterable[CatalogPart]) -> tuple[MergedCatalog, Mapping[str, tuple[Trouble, ...]]]:
    """Put catalogues together, in the order of their names.

    Returns:
        The catalogue, and the troubles of each part by its name.

    """
    ordered = sorted(parts, key=lambda part: part.name)
    mirrors: _Ledger[str, str] = _Ledger()
    for part in ordered:
        for prefix, of in part.mirrors:
            mirrors.enter(part.name, prefix, prefix, of)
    by_length = tuple(sorted(mirrors.believed(), key=lambda pair: -len(pair[0])))
    digests: _Ledger[str, Software] = _Ledger()
    ranges: _Ledger[tuple[str, VersionRange], Software] = _Ledger()
    repositories: _Ledger[str, Software] = _Ledger()
    for part in ordered:
        for entry in part.entries:
            repository = _origin(by_length, entry.software.repository)
            for digest in entry.digests:
                digests.enter(part.name, digest, digest, entry.software)
            if entry.digests:
                continue
            if entry.versions is None:
                repositories.enter(part.name, repository, repository, entry.software)
            else:
                label = f"{repository} {entry.versions.text}"
                ranges.enter(part.name, label, (repository, entry.versions), entry.software)
    by_repository: defaultdict[str, list[tuple[VersionRange, Software]]] = defaultdict(list)
    for (repository, versions), software in ranges.believed():
        by_repository[repository].append((versions, software))
    merged = MergedCatalog(
        digests=dict(digests.believed()),
        ranges={name: tuple(found) for name, found in by_repository.items()},
        repositories=dict(repositories.believed()),
        mirrors=by_length,
        support_ends=_support_ends(ordered),
    )
    ledgers = (mirrors, digests, ranges, repositories)
    return merged, {
        part.name: tuple(trouble for ledger in ledgers for trouble in ledger.troubles[part.name])
        for part in ordered
    }


def _support_ends(parts: Iterable[CatalogPart]) -> tuple[date, ...]:
    """Return the last days of vendor support, each once."""
    days = {entry.software.support_ends_at for part in parts for entry in part.entries}
    return tuple(sorted(day for day in days if day is not None))


class _Ledger(Generic[K, V]):
    """What catalogues say of one thing each; the first word stands."""

    def __init__(self) -> None:
        self._said: dict[K, tuple[str, V]] = {}
        self.troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
        """By catalogue."""

    def enter(self, catalog: str, label: str, key: K, value: V) -> None:
        """Take a word down, or note that it contradicts an earlier one."""
        author, standing = self._said.setdefault(key, (catalog, value))
        if standing != value:
            whose = "an earlier entry" if author == catalog else f"catalogue {author}"
            message = f"{label}: {whose} says otherwise, and is believed"
            self.troubles[catalog].append(Trouble(Reason.DISAGREEMENT, message))

    def believed(self) -> Iterator[tuple[K, V]]:
        """Yield what stands, in the order in which it was said."""
        return ((key, value) for key, (_, value) in self._said.items())


def _origin(mirrors: Iterable[tuple[str, str]], repository: str) -> str:
    """Return the repository that a mirrored one is a copy of, or the repository itself."""
    for prefix, of in mirrors:
        if original := rebase(repository, prefix, of):
            return original
    return repository


def _entry(item: CatalogItem) -> tuple[Entry | None, list[tuple[Reason, str]]]:
    """Compile one item; ``None`` when nothing of it can be used."""
    found: list[tuple[Reason, str]] = []
    versions = None
    repository = _repository(item.repository)
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


def _repository(text: str) -> str | None:
    """Return the canonical name of a repository; ``None`` when the text names an image or less."""
    registry = text.partition("/")[0]
    if "." not in registry and ":" not in registry and registry != "localhost":
        return None
    image = read_image(f"{text}:x", "")
    return image.repository if not image.problem else None


def _prefix(text: str) -> str:
    """Return a prefix of repositories as images write it."""
    return text.lower().rstrip("/")
