"""Annotations of Services, Ingresses and Gateways: all keys that are read there."""

from typing import Final

from aup.facts.annotations.clouds import CLOUDS
from aup.facts.annotations.keys import Keys, Reader
from aup.facts.annotations.metal import METAL, METAL_FAMILIES
from aup.facts.annotations.names import NAMES, NAMES_FAMILIES
from aup.facts.annotations.readers import nothing
from aup.facts.annotations.suspect import HARMLESS, SUSPECT_FAMILIES

READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(HARMLESS, nothing),
    **METAL,
    **CLOUDS,
    **NAMES,
}
"""Every key that is known by its name."""

FAMILIES: Final[dict[str, Reader]] = {**METAL_FAMILIES, **NAMES_FAMILIES, **SUSPECT_FAMILIES}
"""Keys that are known by their form; the first that fits counts."""

EXPOSED: Final = Keys(READERS, FAMILIES)

LABELLED: Final = Keys(
    {key: METAL[key] for key in ("service.cilium.io/node", "service.cilium.io/node-selector")}
)
"""Labels that are read as annotations are."""
