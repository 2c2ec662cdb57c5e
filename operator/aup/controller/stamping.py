"""The only place that writes stamps: all of a namespace's stamps in one server-side apply.

Server-side apply removes the fields of ours that a manifest leaves out, so two writers with their
own half of the stamps would take each other's away. And whoever computes a stamp from what a watch
said may be late, so every write is bound to the state that it was decided on.
"""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from aup.api.meta import (
    STAMP_ANNOTATIONS,
    STAMP_LABELS,
    STATE_LABEL,
    NamespaceState,
    ObjectMeta,
)
from aup.errors import ConflictError, NotFoundError
from aup.kube.client import Cluster
from aup.kube.resource import NAMESPACES
from aup.tenancy.stamps import Stamp, read_stamp

ATTEMPTS = 5
"""How often a decision is taken anew because somebody else wrote the Namespace meanwhile."""

Decide = Callable[[ObjectMeta, Stamp | None], Stamp | None]
"""Given a Namespace and its present stamp, returns the one that it must carry; None: leave it."""


class _Namespace(msgspec.Struct, frozen=True):
    metadata: ObjectMeta


async def restamp(cluster: Cluster, name: str, decide: Decide) -> Stamp | None:
    """Write the stamp that ``decide`` returns; return it if it was written, else ``None``."""
    for attempt in range(1, ATTEMPTS + 1):
        meta = (await cluster.get(NAMESPACES, name, into=_Namespace)).metadata
        wanted = decide(meta, read_stamp(meta))
        if wanted is None or _carries(meta, wanted):
            return None
        manifest = NAMESPACES.manifest(
            name,
            metadata={
                "labels": dict(wanted.labels),
                "annotations": dict(wanted.annotations),
                "resourceVersion": meta.resource_version,
            },
        )
        try:
            await cluster.apply(NAMESPACES, manifest)
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        else:
            return wanted
    return None


async def unstamp(cluster: Cluster, name: str) -> bool:
    """Remove every stamp, whoever wrote it, unless the namespace is locked; tell whether it was.

    A namespace that is gone counts as done.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            meta = (await cluster.get(NAMESPACES, name, into=_Namespace)).metadata
            if meta.labels.get(STATE_LABEL) == NamespaceState.ISOLATED:
                return False
            patch = {
                "metadata": {
                    "labels": dict.fromkeys(STAMP_LABELS),
                    "annotations": dict.fromkeys(STAMP_ANNOTATIONS),
                }
            }
            await cluster.merge_patch(
                NAMESPACES, name, patch, resource_version=meta.resource_version
            )
        except NotFoundError:
            return True
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        else:
            return True
    return False


async def set_state(cluster: Cluster, name: str, uid: str, state: NamespaceState) -> None:
    """Lock or open one namespace, leaving its other stamps as they are.

    Raises:
        ConflictError: the namespace of that name has another uid, or no stamps that can be read.
        NotFoundError: it is gone.

    """

    def decide(meta: ObjectMeta, present: Stamp | None) -> Stamp | None:
        if meta.uid != uid:
            message = f"namespace {name} was made anew: its uid is {meta.uid}"
            raise ConflictError(status=409, reason="Conflict", message=message)
        if present is None:
            message = f"namespace {name} carries no stamps that can be read"
            raise ConflictError(status=409, reason="Conflict", message=message)
        return replace(present, state=state)

    await restamp(cluster, name, decide)


def _carries(meta: ObjectMeta, stamp: Stamp) -> bool:
    """Tell whether the Namespace carries exactly these stamps already."""
    return (
        stamp.labels.items() <= meta.labels.items()
        and stamp.annotations.items() <= meta.annotations.items()
    )
