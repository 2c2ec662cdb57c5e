"""The world of the corpus, loaded: the provider's objects of tests/cases/world.yaml, compiled."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from aup.api.assignment import AddressAssignment
from aup.api.catalog import SoftwareCatalog
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy
from aup.api.support import SupportAccessGrant
from aup.api.tenant import Tenant
from aup.documents import read_documents
from aup.facts.model import IPAddress, Workload
from aup.facts.pod import read_pod
from aup.facts.wire.workload import POD
from aup.policy.compiler import compile_terms
from aup.policy.terms import Terms
from aup.policy.world import Objects, World, compile_world
from aup.rules import RULE_IDS
from support.replacing import replace

NOW = datetime(2026, 11, 21, tzinfo=UTC)
"""When every case is judged."""

WORLD_FILE = Path(__file__).parent.parent / "cases" / "world.yaml"
CLUSTER_FILE = WORLD_FILE.with_name("cluster.yaml")
PLATFORM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease", "aup-system"})

NODES = {
    "node-dk-1": "eu-north-1",
    "node-ie-1": "eu-west-1",
    "node-us-1": "us-east-1",
}
"""Nodes of the cluster and the region that each lies in."""

PODS = {
    "192.0.2.11": "acme",
    "192.0.2.12": "acme",
    "192.0.2.13": "acme",
    "192.0.2.21": "beta",
    "192.0.2.22": "beta",
}
"""Addresses of running pods and the tenant of each; all others are nobody's."""

VOLUMES = {
    "data-dk": frozenset({"eu-north-1"}),
    "data-us": frozenset({"us-east-1"}),
}
"""Claims whose volumes are bound to places; all others can be attached anywhere."""

T = TypeVar("T", bound=msgspec.Struct)


def manifests() -> list[dict[str, Any]]:
    """Return the objects of the world as manifests that an API server would take."""
    return list(read_documents(WORLD_FILE.read_text()))


@cache
def waiting() -> tuple[dict[str, Any], ...]:
    """Return the pods of the world's cluster that have neither node nor address."""
    found = read_documents(CLUSTER_FILE.read_text())
    return tuple(m for m in found if m["kind"] == "Pod" and "status" not in m)


def _at(manifest: dict[str, Any]) -> tuple[str, str]:
    return manifest["metadata"]["namespace"], manifest["metadata"]["name"]


@cache
def world_objects() -> Objects:
    """Return the objects of the world, decoded."""
    found = manifests()

    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(read(kind, m) for m in found if m["kind"] == kind.__name__)

    return Objects(
        policies=of(AcceptableUsePolicy),
        tenants=of(Tenant),
        assignments=of(AddressAssignment),
        catalogs=of(SoftwareCatalog),
        entitlements=of(LicenseEntitlement),
        exemptions=of(Exemption),
        grants=of(SupportAccessGrant),
    )


@cache
def load_world() -> World:
    """Return the world, compiled; a mistake in the file fails the test that asks."""
    world = compile_world(world_objects(), rules=RULE_IDS, platform_namespaces=PLATFORM_NAMESPACES)
    assert not world.troubles, world.troubles
    return world


@cache
def terms(tenant: str = "acme", now: datetime = NOW) -> Terms:
    """Return what a tenant of the world is held to."""
    compiled = compile_terms(load_world(), tenant, now)
    assert isinstance(compiled, Terms), compiled
    return compiled


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the cluster of the world knows: nodes, running pods, and whether quotas hold."""

    settled: bool = True
    nodes: dict[str, str] = field(default_factory=lambda: NODES)
    pods: dict[str, str] = field(default_factory=lambda: PODS)
    pods_known: bool = True
    volumes: dict[str, frozenset[str]] = field(default_factory=lambda: VOLUMES)

    def region_of(self, node: str) -> str | None:
        """Return the region of a node, or ``None`` when there is no such node."""
        return self.nodes.get(node)

    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone: ``eu-north-1`` of ``eu-north-1a``."""
        region = zone[:-1]
        return region if region in self.nodes.values() else None

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return where the volume of a claim can be attached."""
        return self.volumes.get(claim)

    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose running pod has this address, or ``None``."""
        return {ip_address(ip): tenant for ip, tenant in self.pods.items()}.get(address)

    def pod(self, namespace: str, name: str) -> Workload | None:
        """Return a pod of the world that waits for its node."""
        manifest = next((m for m in waiting() if _at(m) == (namespace, name)), None)
        if manifest is None:
            return None
        template, _ = POD.read(msgspec.json.encode(manifest))
        workload, _ = read_pod(template, "", namespace, self)
        return replace(workload, continues=True)

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose namespace it is: ``acme`` of ``acme-prod``."""
        holders = {
            ns: t.metadata.name for t in world_objects().tenants for ns in t.spec.namespaces.names
        }
        return holders.get(namespace)

    def budget_settled(self, namespace: str) -> bool:
        """Return whether the quotas of the cluster are in force."""
        return self.settled
