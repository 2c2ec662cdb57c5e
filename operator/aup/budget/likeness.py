"""Pods of one template are alike: they take the same and run the same.

A cluster has many pods of few templates, so what is worked out or kept for one is shared by all.
"""

from hashlib import blake2b
from typing import Final

import msgspec

from aup.budget.usage import TERMINAL
from aup.budget.wire import (
    ContainerStatus,
    Metadata,
    Pod,
    PodSpec,
    PodStatus,
    Volume,
)
from aup.policy.declaration import LICENSE

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_MARK_BYTES: Final = 16


def likeness(pod: Pod) -> tuple[bytes, Pod]:
    """Return a mark that is equal for pods that are alike, and the pod without what is its own.

    What remains is charged and measured as the pod itself is, but for the node where it runs.
    """
    status = _held(pod.status) if pod.status is not None else None
    alike = Pod(_declared(pod.metadata), _spec(pod.spec) if pod.spec is not None else None, status)
    return blake2b(_ENCODE(alike), digest_size=_MARK_BYTES).digest(), alike


def _declared(metadata: Metadata | None) -> Metadata | None:
    """Keep the annotations by which licences are declared."""
    annotations = metadata.annotations if metadata is not None else None
    if not annotations:
        return None
    declared = {key: annotations[key] for key in sorted(annotations) if key.startswith(LICENSE)}
    return Metadata(annotations=declared) if declared else None


def _spec(spec: PodSpec) -> PodSpec:
    """Leave out the node, and the volumes that take nothing: each has one of a name of its own."""
    volumes: list[Volume | None] = [
        Volume(image=volume.image, empty_dir=volume.empty_dir)
        for volume in spec.volumes or ()
        if volume is not None and (volume.image is not None or volume.empty_dir is not None)
    ]
    return PodSpec(
        containers=spec.containers,
        init_containers=spec.init_containers,
        ephemeral_containers=spec.ephemeral_containers,
        resources=spec.resources,
        overhead=spec.overhead,
        volumes=volumes or None,
        affinity=spec.affinity,
        priority_class_name=spec.priority_class_name,
        active_deadline_seconds=spec.active_deadline_seconds,
        os=spec.os,
        node_selector=spec.node_selector,
    )


def _held(status: PodStatus) -> PodStatus | None:
    """Keep whether the pod has ended, and what a resize has reached."""
    found = PodStatus(
        phase=status.phase if status.phase in TERMINAL else None,
        container_statuses=_reached(status.container_statuses),
        init_container_statuses=_reached(status.init_container_statuses),
        resources=status.resources,
        allocated_resources=status.allocated_resources,
    )
    return None if found == PodStatus() else found


def _reached(
    statuses: list[ContainerStatus | None] | None,
) -> list[ContainerStatus | None] | None:
    """Keep what containers hold; of most the status says nothing."""
    found: list[ContainerStatus | None] = [
        status for status in statuses or () if status is not None and status.resources is not None
    ]
    return found or None
