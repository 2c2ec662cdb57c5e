"""GKE: the networks that a pod is plugged into, each of which the provider has set up by name."""

from collections.abc import Iterator
from typing import Any, Final

from aup.facts.annotations.keys import Note
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import objects
from aup.facts.cni.notes import in_json
from aup.facts.json_value import text_of
from aup.facts.model import Attachment
from aup.facts.namespace import named_namespace

_OF_PODS: Final = frozenset({"default", "pod-network"})
"""Names of the network that every pod is in."""


@in_json
def interfaces(decoded: Any, note: Note) -> Iterator[Leaf]:
    """Read a list of interfaces: ``[{"interfaceName":"eth1","network":"storage"}]``."""
    for interface in objects([decoded]):
        for value in map(text_of, interface.all("network")):
            if value not in _OF_PODS:
                platform = named_namespace("", value, note.path, note.surroundings)
                yield Attachment(value, note.path, network=value, namespace=platform)
