"""Binding: a pod that exists already is given its node."""

import msgspec

from aup.facts.model.workload import Placement, Workload


class Binding(msgspec.Struct, frozen=True):
    """A CREATE of pods/binding, or of a Binding, which is how every scheduler places a pod."""

    namespace: str
    pod: str
    """Name of the pod."""
    workload: Workload | None
    """The pod as it was last seen; ``None`` where it is not known, or not known yet. Its paths are
    those of the Pod, not of the Binding."""
    placement: Placement
    """Where the node lies; the path is ``target.name``."""
