"""PersistentVolumes: what of a node, or from where, a claim would bring into a pod.

Fields read   spec.hostPath and spec.local; the servers of nfs, iscsi, cephfs, rbd, glusterfs,
              quobyte, scaleIO and FlexVolumes; attributes of CSI drivers that name a host; mount
              options and their annotation; the namespaces of Secrets, which the node reads and
              hands to whom it connects to
Not read      nodeAffinity: the scheduler holds pods to it, whoever wrote it, and export/destination
              reads it with the pod; which disk a volumeHandle is, and whose claim it is for

A pod's own volumes are judged by the same facts. The volume is a part of pods that are put together
elsewhere, so that nothing else is asked of it.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from msgspec.structs import replace

from aup.facts.claims import is_absent
from aup.facts.connections import MOUNT_OPTIONS_ANNOTATION, persistent_connections
from aup.facts.json_value import text_of
from aup.facts.model import (
    Facts,
    HostPath,
    KubeletConnection,
    Placement,
    Purpose,
    Subject,
    Surroundings,
    Workload,
)
from aup.facts.namespace import named_namespace
from aup.facts.routing.statement import statement
from aup.facts.volumes import persistent_host_paths
from aup.facts.wire.shape import Shape, Wire, too_many
from aup.facts.wire.tree import Tree, read_tree
from aup.facts.wire.volume import PersistentSource

MAX_HOSTS: Final = 1024
"""Hosts that one volume names; honest ones name a handful."""
_SPEC: Final = "spec"
SECRETS_OF_DRIVERS: Final = (
    "controllerExpandSecretRef",
    "controllerPublishSecretRef",
    "nodeExpandSecretRef",
    "nodePublishSecretRef",
    "nodeStageSecretRef",
)
"""Of a CSI driver."""
_SECRETS: Final = (
    *(f"spec.csi.{name}.namespace" for name in SECRETS_OF_DRIVERS),
    *(
        f"spec.{source}.secretRef.namespace"
        for source in ("cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")
    ),
    "spec.azureFile.secretNamespace",
)


class _Metadata(Wire, frozen=True):
    """ObjectMeta."""

    annotations: dict[str, Any] | None = None


class _PersistentVolume(Wire, frozen=True):
    """PersistentVolume v1."""

    metadata: _Metadata | None = None
    spec: PersistentSource | None = None


_SHAPE: Final = Shape(_PersistentVolume)


def persistent_volume(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a PersistentVolume."""
    found, problems = _SHAPE.read(raw)
    tree = read_tree(raw)
    says = statement(tree, subject)
    spec = found.spec or PersistentSource()
    annotations = (found.metadata and found.metadata.annotations) or {}
    secrets = list(_secrets(tree, says, surroundings))
    hosts = tuple(islice(_hosts(spec, annotations, says), MAX_HOSTS + 1))
    told = {problem.path for problem in problems}
    problems = (*problems, *(problem for problem in tree.problems if problem.path not in told))
    if len(hosts) > MAX_HOSTS:
        problems = (*problems, too_many(_SPEC, MAX_HOSTS, "hosts"))
    part = Workload(
        namespace=subject.namespace,
        path=_SPEC,
        containers=(),
        volume_images=(),
        placement=Placement(frozenset(), f"{_SPEC}.nodeAffinity"),
        host_paths=tuple(_paths(spec, says)),
        connections=(*hosts[:MAX_HOSTS], *secrets),
        partial=True,
    )
    return Facts(subject, (part,), problems=problems)


def _paths(spec: PersistentSource, says: tuple[str, ...]) -> Iterator[HostPath]:
    """Yield the path of the node that the volume is."""
    for path in persistent_host_paths(spec, _SPEC):
        yield replace(path, persistent=True, says=says)


def _hosts(
    spec: PersistentSource, annotations: dict[str, Any], says: tuple[str, ...]
) -> Iterator[KubeletConnection]:
    """Yield the hosts that the volume is mounted from."""
    annotated = annotations.get(MOUNT_OPTIONS_ANNOTATION)
    for host in persistent_connections(spec, _SPEC, annotated):
        yield replace(host, purpose=Purpose.PERSISTENT, says=says)


def _secrets(
    tree: Tree, says: tuple[str, ...], surroundings: Surroundings
) -> Iterator[KubeletConnection]:
    """Yield the namespaces of Secrets; without one it is that of the claim."""
    for path in _SECRETS:
        for at, value in tree.each(path):
            if not is_absent(value):
                text = text_of(value)
                of = named_namespace(text, text, at, surroundings)
                yield KubeletConnection(text, at, Purpose.CREDENTIALS, namespace=of, says=says)
