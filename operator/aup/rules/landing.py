"""How a tenant keeps pods to the regions where they may run: the remedy of several rules."""

from collections.abc import Mapping
from typing import Final

from aup.facts.model import Ground

_FREE: Final[Mapping[Ground, str]] = {
    Ground.NODE: "name no node, and ",
    Ground.ZONE: "name no zone, and ",
    Ground.VOLUME: "take no volume from there, and ",
}
"""What else to do for a pod that is held where it may not be."""


def confine(regions: str, ground: Ground) -> str:
    """Say how to get pods into regions.

    Args:
        regions: as they are listed.
        ground: what lets the pod in elsewhere now; from that it must first be freed.

    """
    return f"{_FREE.get(ground, '')}set nodeSelector topology.kubernetes.io/region to {regions}"
