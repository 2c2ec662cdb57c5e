"""Editions kept as ControllerRevisions, so that what was good outlives the process that knew it.

A ControllerRevision holds the specification of one policy or catalogue and a number; its data
cannot be changed once it is written. Nothing is compiled when it is read: that is done anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from aup.api.catalog import CatalogSpec
from aup.api.meta import GROUP, MANAGED_LABELS, read, write
from aup.api.policy import PolicySpec
from aup.policy.world import InForce

REVISION_LABEL: Final = f"{GROUP}/revision-of"
"""Label of our ControllerRevisions: the kind whose editions they hold."""
POLICY: Final = "AcceptableUsePolicy"
CATALOG: Final = "SoftwareCatalog"
KEEP: Final = 10
"""Editions of one object that are kept, as Deployments do."""

_KINDS: Final[Mapping[str, type[PolicySpec] | type[CatalogSpec]]] = {
    POLICY: PolicySpec,
    CATALOG: CatalogSpec,
}
_HASH: Final = 16
"""Hexadecimal digits of the hash in a name."""
_MAX_NAME: Final = 253


@dataclass(frozen=True, slots=True)
class Revision:
    """One edition of a policy or catalogue as it was recorded."""

    kind: str
    name: str
    """Of the policy or catalogue."""
    number: int
    """Counts up; the highest is what was good last."""
    spec: PolicySpec | CatalogSpec

    @property
    def object_name(self) -> str:
        """Return ``<kind>-<name>-<hash>``: the same specification has the same name."""
        digest = hashlib.sha256(f"{self.kind}/{self.name}\n".encode() + canonical(self.spec))
        stem = f"{self.kind.lower()}-{self.name}"[: _MAX_NAME - _HASH - 1].rstrip(".-")
        return f"{stem}-{digest.hexdigest()[:_HASH]}"

    def manifest(self, namespace: str) -> dict[str, Any]:
        """Return the ControllerRevision that holds this edition."""
        return {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                "name": self.object_name,
                "namespace": namespace,
                "labels": {**MANAGED_LABELS, REVISION_LABEL: self.kind},
            },
            "revision": self.number,
            # Not under ``kind`` and ``name``: a decoder would take the data for an object.
            "data": {
                "subject": {"kind": self.kind, "name": self.name},
                "spec": write(self.spec),
            },
        }


def canonical(spec: PolicySpec | CatalogSpec) -> bytes:
    """Return a specification as JSON with sorted keys: equal ones give equal bytes."""
    return msgspec.json.encode(write(spec), order="sorted")


def read_revision(manifest: Mapping[str, Any]) -> Revision | None:
    """Read a ControllerRevision back; ``None`` when it is not one of ours or cannot be read."""
    try:
        data = manifest["data"]
        kind, name = data["subject"]["kind"], data["subject"]["name"]
        spec = read(_KINDS[kind], data["spec"])
        return Revision(kind, str(name), int(manifest["revision"]), spec)
    except (KeyError, TypeError, ValueError):
        # msgspec's error is a ValueError; another version may have written what this one cannot.
        return None


def due(existing: Iterable[Revision], in_force: InForce) -> tuple[Revision, ...]:
    """Return the revisions that must be written so that what is in force is on record.

    An edition that came back after another one keeps its name and gets a new number.
    """
    newest = _newest(existing)
    current: list[tuple[str, str, PolicySpec | CatalogSpec]] = [
        *((POLICY, name, spec) for name, spec in sorted(in_force.policies.items())),
        *((CATALOG, name, spec) for name, spec in sorted(in_force.catalogs.items())),
    ]
    found = []
    for kind, name, spec in current:
        last = newest.get((kind, name))
        if last is None or last.spec != spec:
            found.append(Revision(kind, name, last.number + 1 if last else 1, spec))
    return tuple(found)


def surplus(existing: Iterable[Revision], keep: int = KEEP) -> tuple[Revision, ...]:
    """Return the oldest revisions of each object beyond those to keep."""
    by_subject: dict[tuple[str, str], list[Revision]] = {}
    for revision in existing:
        by_subject.setdefault((revision.kind, revision.name), []).append(revision)
    return tuple(
        revision
        for revisions in by_subject.values()
        for revision in sorted(revisions, key=_order, reverse=True)[keep:]
    )


def last_good(existing: Iterable[Revision]) -> InForce:
    """Return what the revisions say was good last."""
    policies: dict[str, PolicySpec] = {}
    catalogs: dict[str, CatalogSpec] = {}
    for revision in _newest(existing).values():
        if isinstance(revision.spec, PolicySpec):
            policies[revision.name] = revision.spec
        else:
            catalogs[revision.name] = revision.spec
    return InForce(policies=policies, catalogs=catalogs)


def _newest(existing: Iterable[Revision]) -> Mapping[tuple[str, str], Revision]:
    """Return the revision with the highest number of each object."""
    return {(r.kind, r.name): r for r in sorted(existing, key=_order)}


def _order(revision: Revision) -> tuple[int, str]:
    return revision.number, revision.object_name
