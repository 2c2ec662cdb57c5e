"""Annotations of Services, Ingresses and Gateways: all keys that are read there."""

from aup.facts.annotations.keys import Keys, Reader
from aup.facts.annotations.metal import METAL

READERS: dict[str, Reader] = {**METAL}
"""Every key that is known by its name."""

EXPOSED = Keys(READERS)
