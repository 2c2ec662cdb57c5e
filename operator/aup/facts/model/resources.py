"""What containers and pods say about the resources that they use."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Resources(msgspec.Struct, frozen=True):
    """ResourceRequirements, as written: the values are for whoever judges them to read."""

    path: str
    """For example ``spec.containers[0].resources``."""
    requests: Mapping[str, Any]
    limits: Mapping[str, Any]


class Scratch(msgspec.Struct, frozen=True):
    """An ``emptyDir``: a volume on the node that is as large as its pod makes it."""

    path: str
    """For example ``spec.volumes[0].emptyDir``."""
    in_memory: bool
    size: Any
    """``sizeLimit`` as written; ``None`` without one."""
