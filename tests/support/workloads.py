"""Workloads: manifests of all nine kinds that hold a pod template, and hand-made facts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aup.facts.extract import extract
from aup.facts.image import read_image
from aup.facts.model import (
    Container,
    ContainerKind,
    Facts,
    IPAddress,
    Offline,
    Placement,
    RegionGround,
    Subject,
    Surroundings,
    Workload,
)
from support.replacing import replace

PREFIXES: Mapping[tuple[str, str], str] = {
    ("", "Pod"): "",
    ("", "PodTemplate"): "template",
    ("", "ReplicationController"): "spec.template",
    ("apps", "ReplicaSet"): "spec.template",
    ("apps", "Deployment"): "spec.template",
    ("apps", "StatefulSet"): "spec.template",
    ("apps", "DaemonSet"): "spec.template",
    ("batch", "Job"): "spec.template",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template",
}
"""Group and kind to the path of the pod template."""


def manifest(
    kind: tuple[str, str], spec: Any, labels: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return an object of a kind around a pod spec."""
    held: dict[str, Any] = {"metadata": {"labels": labels}, "spec": spec}
    for step in reversed(PREFIXES[kind].split(".") if PREFIXES[kind] else []):
        held = {step: held}
    group, name = kind
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": name} | held


def subject(kind: tuple[str, str] = ("", "Pod"), **changes: Any) -> Subject:
    """Return the subject of an object in acme-prod."""
    plain = Subject(group=kind[0], kind=kind[1], namespace="acme-prod", name="web")
    return replace(plain, **changes)


def read(
    kind: tuple[str, str],
    spec: Any,
    labels: Mapping[str, Any] | None = None,
    surroundings: Surroundings | None = None,
    **changes: Any,
) -> Facts:
    """Read the facts of an object of a kind around a pod spec."""
    raw = json.dumps(manifest(kind, spec, labels)).encode()
    return extract(raw, subject(kind, **changes), surroundings or Offline())


@dataclass(frozen=True, slots=True)
class Nodes:
    """A cluster of which only nodes are known, and whether its quotas are in force."""

    regions: Mapping[str, str]
    settled: bool = True
    pods_known: bool = False

    def region_of(self, node: str) -> str | None:
        """Return the region of a node."""
        return self.regions.get(node)

    def owner_of(self, address: IPAddress) -> str | None:
        """Return ``None``: no pod is known."""
        return None

    def budget_settled(self, namespace: str) -> bool:
        """Return what was said."""
        return self.settled


def container(image: str, **changes: Any) -> Container:
    """Return the only container of a Pod."""
    plain = Container(
        kind=ContainerKind.CONTAINER,
        name="app",
        path="spec.containers[0]",
        image=read_image(image, "spec.containers[0].image"),
    )
    return replace(plain, **changes)


def placed(*regions: str) -> Placement:
    """Return the placement of a pod that a nodeSelector or an affinity confines."""
    grounds = tuple(RegionGround(r, f"spec.affinity[{i}]", r) for i, r in enumerate(regions))
    return Placement(frozenset(regions), "spec.nodeSelector", grounds=grounds)


UNCONFINED = Placement(regions=None, path="spec.nodeSelector")


def workload(*images: str, **changes: Any) -> Workload:
    """Return a Pod in acme-prod that runs the images and is not confined to regions."""
    plain = Workload(
        namespace="acme-prod",
        path="spec",
        containers=tuple(container(image) for image in images),
        volume_images=(),
        placement=UNCONFINED,
        continues=True,
    )
    return replace(plain, **changes)
