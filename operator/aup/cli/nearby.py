"""What a bundle tells of the cluster around manifests: its Nodes, Namespaces and Pods.

Without any of them nothing is known, as of a file on a disk.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from typing_extensions import override

from aup.api.meta import BUDGET_ANNOTATION, TENANT_LABEL, BudgetState
from aup.facts.model import IPAddress, Offline
from aup.facts.placement import REGION_LABELS

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Nearby(Offline):
    """The `Surroundings` of manifests in a file: what a bundle does not hold is not known."""

    regions: Mapping[str, str] = field(default_factory=dict)
    """By node."""
    tenants: Mapping[str, str] = field(default_factory=dict)
    """By namespace."""
    pods: Mapping[IPAddress, frozenset[str]] = field(default_factory=dict)
    """Address to the namespaces of the pods that have it."""
    unsettled: frozenset[str] = frozenset()
    """Namespaces whose quota is not in force yet."""

    @override
    def region_of(self, node: str) -> str | None:
        """Return the region of a node."""
        return self.regions.get(node)

    @override
    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose pod has an address; two tenants at once own nothing."""
        owners = {self.tenant_of(namespace) for namespace in self.pods.get(address, ())}
        return owners.pop() if len(owners) == 1 else None

    @override
    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose namespace it is."""
        return self.tenants.get(namespace)

    @override
    def budget_settled(self, namespace: str) -> bool:
        """Return whether nothing says that the quota is not in force."""
        return namespace not in self.unsettled


def nearby(manifests: Iterable[Manifest], claims: Mapping[str, str]) -> Nearby:
    """Read the surroundings out of a bundle.

    Args:
        manifests: objects of Kubernetes' own kinds; other kinds are left alone.
        claims: namespace to tenant, as Tenants name them.

    """
    by_kind: defaultdict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        if manifest.get("apiVersion") == "v1":
            by_kind[str(manifest.get("kind"))].append(manifest)
    namespaces = {_name(found): found for found in by_kind["Namespace"]}
    stamped = {name: tenant for name, ns in namespaces.items() if (tenant := _stamp(ns))}
    pods: defaultdict[IPAddress, set[str]] = defaultdict(set)
    for pod in by_kind["Pod"]:
        for entry in (pod.get("status") or {}).get("podIPs") or ():
            pods[ip_address(entry["ip"])].add(_meta(pod).get("namespace", ""))
    return Nearby(
        pods_known=any(by_kind[kind] for kind in ("Node", "Namespace", "Pod")),
        regions={_name(n): region for n in by_kind["Node"] if (region := _region(n))},
        tenants={**claims, **stamped},
        pods={address: frozenset(found) for address, found in pods.items()},
        unsettled=frozenset(name for name, ns in namespaces.items() if _unsettled(ns)),
    )


def _meta(manifest: Manifest) -> Manifest:
    return manifest.get("metadata") or {}


def _name(manifest: Manifest) -> str:
    return str(_meta(manifest).get("name", ""))


def _labels(manifest: Manifest) -> Manifest:
    return _meta(manifest).get("labels") or {}


def _stamp(namespace: Manifest) -> str:
    return str(_labels(namespace).get(TENANT_LABEL, ""))


def _region(node: Manifest) -> str:
    labels = _labels(node)
    return next((str(labels[key]) for key in REGION_LABELS if labels.get(key)), "")


def _unsettled(namespace: Manifest) -> bool:
    annotations = _meta(namespace).get("annotations") or {}
    return bool(annotations.get(BUDGET_ANNOTATION) == BudgetState.UNSETTLED)
