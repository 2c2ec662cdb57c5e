"""Where things are: the regions of nodes, of zones, and of the volumes behind claims."""

from collections.abc import Mapping
from typing import Any

import msgspec

from aup.budget.daemons import Node, NodeSpec, places
from aup.facts.placement import REGION_LABELS, ZONE_LABELS, regions_of
from aup.facts.wire.workload import NodeSelector
from aup.kube.reader import Reader
from aup.kube.resource import NODES, PERSISTENT_VOLUMES
from aup.kube.shared import Shared
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey, typed
from aup.live.watched import VolumeClaim


class _NodeMeta(msgspec.Struct, frozen=True):
    name: str
    labels: Mapping[str, str] | None = None

    def label(self, keys: frozenset[str]) -> str:
        """Return the value of the first of the labels that the node has; newer names sort last."""
        labels = self.labels or {}
        return next((labels[key] for key in sorted(keys, reverse=True) if labels.get(key)), "")


class _Node(msgspec.Struct, frozen=True):
    metadata: _NodeMeta
    spec: NodeSpec = NodeSpec()


class _VolumeAffinity(msgspec.Struct, frozen=True):
    required: NodeSelector | None = None


class _VolumeSpec(msgspec.Struct, frozen=True, rename="camel"):
    node_affinity: _VolumeAffinity | None = None


class _Volume(msgspec.Struct, frozen=True):
    spec: _VolumeSpec = _VolumeSpec()


class Places:
    """Nodes, claims and volumes as they were last seen."""

    def __init__(self, reader: Reader, claims: Shared[VolumeClaim]) -> None:
        self._nodes = Informer(reader, NODES, typed(_Node), on_change=self._node_changed)
        self._claims = claims.view(lambda claim, _: claim.spec.volume_name or "")
        self._volumes = Informer(reader, PERSISTENT_VOLUMES, typed(_Volume))
        self._zones: dict[str, dict[str, int]] = {}
        """Zone → region → how many nodes say so."""

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run, beside the watch of claims."""
        return (self._nodes, self._volumes)

    def daemons(self, template: bytes) -> int:
        """Return on how many nodes a DaemonSet of this template runs."""
        nodes = (
            Node(n.metadata.name, n.metadata.labels or {}, tuple(n.spec.taints or ()))
            for n in self._nodes.items.values()
        )
        return places(template, nodes)

    def region_of(self, node: str) -> str | None:
        """Return the region of a node."""
        found = self._nodes.items.get(ObjectKey("", node))
        return (found.metadata.label(REGION_LABELS) or None) if found else None

    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone, when all its nodes agree about it."""
        regions = self._zones.get(zone, {})
        return next(iter(regions)) if len(regions) == 1 else None

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return where the volume of a claim can be attached; ``None``: anywhere, or not bound."""
        name = self._claims.get(ObjectKey(namespace, claim))
        volume = self._volumes.items.get(ObjectKey("", name)) if name else None
        affinity = volume.spec.node_affinity if volume else None
        return regions_of(affinity.required, self) if affinity and affinity.required else None

    def _node_changed(self, _: ObjectKey, old: _Node | None, new: _Node | None) -> None:
        """Keep the index of zones."""
        for node, step in ((old, -1), (new, 1)):
            zone = node.metadata.label(ZONE_LABELS) if node else ""
            if node is None or not zone:
                continue
            regions = self._zones.setdefault(zone, {})
            region = node.metadata.label(REGION_LABELS)
            regions[region] = regions.get(region, 0) + step
            if not regions[region]:
                del regions[region]
            if not regions:
                del self._zones[zone]
