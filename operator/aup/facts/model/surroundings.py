"""Surroundings: what the cluster knows beyond the object."""

from dataclasses import dataclass
from typing import Protocol

from aup.facts.model.claim import IPAddress
from aup.facts.model.workload import Workload


class Surroundings(Protocol):
    """What the cluster knows beyond the object: answered from memory, never from the network."""

    def region_of(self, node: str) -> str | None:
        """Return the region of a node, or ``None`` when the node or its region is unknown."""

    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone, or ``None`` when no node says it, or nodes differ."""

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return where the volume of a claim can be attached; ``None``: anywhere, or not known."""

    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose running pod has this address, or ``None``."""

    def pod(self, namespace: str, name: str) -> Workload | None:
        """Return a pod that waits for its node; ``None`` when none of that name is known."""

    def budget_settled(self, namespace: str) -> bool:
        """Return whether the namespace's quota is in force."""

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose namespace it is, or ``None``."""

    @property
    def pods_known(self) -> bool:
        """Whether pods, nodes and namespaces can be looked up at all."""


@dataclass(frozen=True, slots=True)
class Offline:
    """The surroundings of a file on a disk: nothing is known, and no quota stands in the way."""

    pods_known: bool = False

    def region_of(self, node: str) -> str | None:
        """Return ``None``: no node is known."""
        return None

    def region_of_zone(self, zone: str) -> str | None:
        """Return ``None``: no node is known."""
        return None

    def regions_of_volume(self, namespace: str, claim: str) -> frozenset[str] | None:
        """Return ``None``: no volume is known."""
        return None

    def owner_of(self, address: IPAddress) -> str | None:
        """Return ``None``: no pod is known."""
        return None

    def pod(self, namespace: str, name: str) -> Workload | None:
        """Return ``None``: no pod is known."""
        return None

    def tenant_of(self, namespace: str) -> str | None:
        """Return ``None``: no namespace is known."""
        return None

    def budget_settled(self, namespace: str) -> bool:
        """Return true: quotas are not judged off the cluster."""
        return True
