"""Namespaces, nodes and pods as admission needs them: small projections, answered from memory."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from aup.api.meta import BUDGET_ANNOTATION, TENANT_LABEL, BudgetState
from aup.facts.model import IPAddress, Workload
from aup.kube.reader import Reader
from aup.kube.resource import NAMESPACES, Resource
from aup.kube.watch import Informer, OnVersion
from aup.kube.wire import ObjectKey, typed
from aup.live.places import Places
from aup.live.pods import Pods
from aup.live.watched import Watched

OnClaim = Callable[[str, str | None, str | None], None]
"""Called with a namespace, the tenant whose stamp it carried, and the one whose it carries now."""


class Labelled(msgspec.Struct, frozen=True, rename="camel"):
    """Object metadata as far as it is read here."""

    name: str
    namespace: str = ""
    uid: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    deletion_timestamp: str | None = None
    """Set once it is being deleted."""


class LiveNamespace(msgspec.Struct, frozen=True):
    """A Namespace with its stamps."""

    metadata: Labelled

    def label(self, key: str) -> str:
        """Return a label, or an empty string."""
        return (self.metadata.labels or {}).get(key, "")

    def annotation(self, key: str) -> str:
        """Return an annotation, or an empty string."""
        return (self.metadata.annotations or {}).get(key, "")


class LiveSurroundings:
    """The `Surroundings` of an object in the cluster, and the namespaces themselves."""

    pods_known = True

    def __init__(self, reader: Reader, on_namespace: Callable[[str], None] | None = None) -> None:
        """Args: ``on_namespace`` is called with the name of each namespace that changes."""
        self._on_namespace = on_namespace or (lambda _: None)
        self._followers: list[tuple[OnClaim, OnVersion]] = []
        self.namespaces = Informer(
            reader,
            NAMESPACES,
            typed(LiveNamespace),
            on_change=self._changed,
            on_version=self._until,
        )
        self.watched = Watched(reader)
        """Kinds that others look at, too."""
        self._places = Places(reader, self.watched.claims)
        self._pods = Pods(self.watched.pods)
        self._of_tenant: defaultdict[str, set[str]] = defaultdict(set)

    def _changed(
        self, key: ObjectKey, old: LiveNamespace | None, new: LiveNamespace | None
    ) -> None:
        before, after = (ns.label(TENANT_LABEL) or None if ns else None for ns in (old, new))
        if before != after:
            self._move(key.name, before, after)
            for claimed, _ in self._followers:
                claimed(key.name, before, after)
        self._on_namespace(key.name)

    def _move(self, namespace: str, before: str | None, after: str | None) -> None:
        """Keep the index of tenants."""
        if before:
            self._of_tenant[before].discard(namespace)
            if not self._of_tenant[before]:
                del self._of_tenant[before]
        if after:
            self._of_tenant[after].add(namespace)

    def _until(self, version: str) -> None:
        for _, until in self._followers:
            until(version)

    def follow(self, claimed: OnClaim, until: OnVersion) -> None:
        """Tell of namespaces that change hands, and up to which version that is known."""
        self._followers.append((claimed, until))

    def watch_of(self, resource: Resource) -> Informer[Any]:
        """Return the watch of a kind that budgets count: namespaces are one."""
        return self.namespaces if resource is NAMESPACES else self.watched.of(resource).informer

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run."""
        return (self.namespaces, *self._places.informers, *self.watched.informers)

    def namespace(self, name: str) -> LiveNamespace | None:
        """Return a namespace as it was last seen."""
        return self.namespaces.items.get(ObjectKey("", name))

    def namespaces_of(self, tenant: str) -> list[str]:
        """Return the namespaces that carry a tenant's stamp, sorted."""
        return sorted(self._of_tenant.get(tenant, ()))

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose stamp a namespace carries."""
        found = self.namespace(namespace)
        return (found.label(TENANT_LABEL) or None) if found else None

    def budget_settled(self, namespace: str) -> bool:
        """Return whether the quota is in force; a namespace without the stamp has none yet."""
        found = self.namespace(namespace)
        stamp = found.annotation(BUDGET_ANNOTATION) if found else ""
        return stamp in {BudgetState.SETTLED, BudgetState.NONE}

    def daemons(self, template: bytes) -> int:
        """Return on how many nodes a DaemonSet of this template runs."""
        return self._places.daemons(template)

    def region_of(self, node: str) -> str | None:
        """Return the region of a node."""
        return self._places.region_of(node)

    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone."""
        return self._places.region_of_zone(zone)

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return where the volume of a claim can be attached."""
        return self._places.regions_of_volume(namespace, claim)

    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose pod has an address; two tenants at once own nothing."""
        owners = {self.tenant_of(ns) for ns in self._pods.namespaces_at(address)}
        return owners.pop() if len(owners) == 1 else None

    def pod(self, namespace: str, name: str) -> Workload | None:
        """Return a pod that waits for its node."""
        return self._pods.waiting(namespace, name, self)
