"""The journal of a namespace in ConfigMaps of the operator's own namespace.

The API server's storage is the only state: a controller on another node, with an empty disk, finds
there what has to be given back.
"""

from dataclasses import dataclass, field
from typing import Final

from aup.api.meta import GROUP, MANAGED_LABELS
from aup.isolation.journal import Journal, decoded, encode
from aup.kube.client import Cluster
from aup.kube.resource import CONFIG_MAPS

UID_LABEL: Final = f"{GROUP}/journal-of"
"""UID of the namespace."""
KEY: Final = "entries.json"


def prefix(namespace_uid: str) -> str:
    """Return what the names of a namespace's journal begin with."""
    return f"aup-journal-{namespace_uid}"


@dataclass(slots=True)
class JournalStore:
    """The journal of one namespace; each reconcile opens its own."""

    cluster: Cluster
    namespace: str
    """The operator's own."""
    uid: str
    """Of the namespace that the journal is about."""
    stored: Journal = field(default_factory=Journal)
    """As it was last read or written."""
    _versions: list[tuple[str, str]] = field(default_factory=list)
    """Name and resourceVersion of each chunk."""

    async def load(self) -> Journal:
        """Read the journal; raises JournalError when it cannot be understood."""
        found = [
            c
            async for c in self.cluster.list_objects(
                CONFIG_MAPS, namespace=self.namespace, labels=f"{UID_LABEL}={self.uid}"
            )
        ]
        found.sort(key=lambda c: str(c["metadata"]["name"]))
        self._versions = [(c["metadata"]["name"], c["metadata"]["resourceVersion"]) for c in found]
        self.stored = decoded(
            (c["metadata"]["name"], (c.get("data") or {}).get(KEY, "")) for c in found
        )
        return self.stored

    async def save(self, journal: Journal) -> None:
        """Write the chunks that are new or changed; raises ConflictError if somebody else did."""
        for index, chunk in enumerate(journal.chunks):
            if index < len(self.stored.chunks) and chunk == self.stored.chunks[index]:
                continue
            data = {KEY: encode(chunk)}
            if index < len(self._versions):
                name, version = self._versions[index]
                written = await self.cluster.merge_patch(
                    CONFIG_MAPS,
                    name,
                    {"data": data},
                    namespace=self.namespace,
                    resource_version=version,
                )
                self._versions[index] = (name, written["metadata"]["resourceVersion"])
                continue
            name = f"{prefix(self.uid)}-{index:04d}"
            metadata = {"labels": {**MANAGED_LABELS, UID_LABEL: self.uid}}
            written = await self.cluster.create(
                CONFIG_MAPS,
                CONFIG_MAPS.manifest(name, namespace=self.namespace, metadata=metadata, data=data),
            )
            self._versions.append((name, written["metadata"]["resourceVersion"]))
        self.stored = journal

    async def remove(self) -> None:
        """Delete the journal: its retention has passed and nothing in it is open."""
        for name, _ in self._versions:
            await self.cluster.delete(CONFIG_MAPS, name, namespace=self.namespace, missing_ok=True)
