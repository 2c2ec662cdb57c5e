"""What a bundle tells of the cluster around manifests: Nodes, Namespaces, Pods and volumes.

What it does not hold is not known, as of a file on a disk.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

import msgspec
from msgspec import structs
from typing_extensions import override

from aup.api.meta import BUDGET_ANNOTATION, TENANT_LABEL, BudgetState
from aup.facts.model import IPAddress, Offline, Workload
from aup.facts.placement import REGION_LABELS, ZONE_LABELS, regions_of
from aup.facts.pod import read_pod
from aup.facts.wire.workload import POD, NodeSelector, PodTemplateSpec

Manifest = Mapping[str, Any]

KINDS = frozenset({"Node", "Namespace", "Pod", "PersistentVolumeClaim", "PersistentVolume"})


@dataclass(frozen=True, slots=True)
class Nearby(Offline):
    """The `Surroundings` of manifests in a file."""

    regions: Mapping[str, str] = field(default_factory=dict)
    """By node."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Zone to its region, where its nodes agree."""
    tenants: Mapping[str, str] = field(default_factory=dict)
    """By namespace."""
    pods: Mapping[IPAddress, frozenset[str]] = field(default_factory=dict)
    """Address to the namespaces of the pods that have it."""
    volumes: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Namespace and claim to the regions where its volume can be attached."""
    waiting: Mapping[tuple[str, str], PodTemplateSpec] = field(default_factory=dict)
    """Namespace and name of a pod without a node to what it is."""
    unsettled: frozenset[str] = frozenset()
    """Namespaces whose quota is not in force yet."""

    @override
    def region_of(self, node: str) -> str | None:
        """Return the region of a node."""
        return self.regions.get(node)

    @override
    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone."""
        return self.zones.get(zone)

    @override
    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return where the volume of a claim can be attached."""
        return self.volumes.get((namespace, claim))

    @override
    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose pod has an address; two tenants at once own nothing."""
        owners = {self.tenant_of(namespace) for namespace in self.pods.get(address, ())}
        return owners.pop() if len(owners) == 1 else None

    @override
    def pod(self, namespace: str, name: str) -> Workload | None:
        """Return a pod that has no node."""
        template = self.waiting.get((namespace, name))
        if template is None:
            return None
        workload, _ = read_pod(template, "", namespace, self)
        return structs.replace(workload, continues=True)

    @override
    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose namespace it is."""
        return self.tenants.get(namespace)

    @override
    def budget_settled(self, namespace: str) -> bool:
        """Return whether nothing says that the quota is not in force."""
        return namespace not in self.unsettled


class _Meta(msgspec.Struct, frozen=True):
    name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None

    def label(self, keys: frozenset[str]) -> str:
        """Return the value of the first of the labels that there is; newer names sort last."""
        labels = self.labels or {}
        return next((labels[key] for key in sorted(keys, reverse=True) if labels.get(key)), "")


class _Affinity(msgspec.Struct, frozen=True):
    required: NodeSelector | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str = ""
    volume_name: str = ""
    node_affinity: _Affinity | None = None


class _Address(msgspec.Struct, frozen=True):
    ip: str


class _Status(msgspec.Struct, frozen=True):
    pod_ips: list[_Address] | None = msgspec.field(default=None, name="podIPs")


class _Thing(msgspec.Struct, frozen=True):
    """What is read of any of these kinds."""

    metadata: _Meta = _Meta()
    spec: _Spec = _Spec()
    status: _Status = _Status()


def nearby(manifests: Iterable[Manifest], claims: Mapping[str, str]) -> Nearby:
    """Read the surroundings out of a bundle.

    Args:
        manifests: objects of Kubernetes' own kinds; what is of no use here is left alone.
        claims: namespace to tenant, as Tenants name them.

    Raises:
        msgspec.ValidationError: an object that no API server would hold.
        ValueError: a pod's address that is none.

    """
    found: defaultdict[str, list[_Thing]] = defaultdict(list)
    waiting: dict[tuple[str, str], PodTemplateSpec] = {}
    for manifest in manifests:
        kind = manifest.get("kind")
        if manifest.get("apiVersion") != "v1" or kind not in KINDS:
            continue
        thing = msgspec.convert(manifest, _Thing)
        found[str(kind)].append(thing)
        if kind == "Pod" and not thing.spec.node_name:
            template, _ = POD.read(msgspec.json.encode(manifest))
            waiting[thing.metadata.namespace, thing.metadata.name] = template
    stamped = {
        n.metadata.name: n.metadata.label(frozenset({TENANT_LABEL})) for n in found["Namespace"]
    }
    placed = Nearby(
        pods_known=any(found.values()),
        regions={
            n.metadata.name: r for n in found["Node"] if (r := n.metadata.label(REGION_LABELS))
        },
        zones=_zones(found["Node"]),
        tenants={**claims, **{name: tenant for name, tenant in stamped.items() if tenant}},
        pods=_addresses(found["Pod"]),
        waiting=waiting,
        unsettled=frozenset(n.metadata.name for n in found["Namespace"] if _unsettled(n.metadata)),
    )
    bound = _volumes(found["PersistentVolumeClaim"], found["PersistentVolume"], placed)
    return replace(placed, volumes=bound)


def _zones(nodes: Iterable[_Thing]) -> Mapping[str, str]:
    """Return the region of each zone whose nodes agree about it."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for node in nodes:
        if zone := node.metadata.label(ZONE_LABELS):
            said[zone].add(node.metadata.label(REGION_LABELS))
    return {zone: regions.pop() for zone, regions in said.items() if len(regions) == 1}


def _addresses(pods: Iterable[_Thing]) -> Mapping[IPAddress, frozenset[str]]:
    """Return the namespaces of the pods that have an address."""
    holders: defaultdict[IPAddress, set[str]] = defaultdict(set)
    for pod in pods:
        for entry in pod.status.pod_ips or ():
            holders[ip_address(entry.ip)].add(pod.metadata.namespace)
    return {address: frozenset(names) for address, names in holders.items()}


def _volumes(
    claims: Iterable[_Thing], volumes: Iterable[_Thing], placed: Nearby
) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return where the volume of each bound claim can be attached."""
    affinities = {volume.metadata.name: volume.spec.node_affinity for volume in volumes}
    found = {}
    for claim in claims:
        affinity = affinities.get(claim.spec.volume_name)
        regions = regions_of(affinity.required, placed) if affinity and affinity.required else None
        if regions is not None:
            found[claim.metadata.namespace, claim.metadata.name] = regions
    return found


def _unsettled(namespace: _Meta) -> bool:
    return (namespace.annotations or {}).get(BUDGET_ANNOTATION) == BudgetState.UNSETTLED
