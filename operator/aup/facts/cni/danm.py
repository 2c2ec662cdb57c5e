"""DANM: the interfaces of a pod, each with addresses of its own."""

from collections.abc import Iterator
from typing import Any

from aup.facts import claims
from aup.facts.address import parse_interface
from aup.facts.annotations.keys import Note
from aup.facts.annotations.readers import HERE
from aup.facts.claims import Leaf
from aup.facts.cni.go_json import objects
from aup.facts.cni.notes import in_json
from aup.facts.json_value import text_of

_CHOSEN_FOR_IT = frozenset({"", "dynamic", "none"})


@in_json
def danm(decoded: Any, note: Note) -> Iterator[Leaf]:
    """Read a list of interfaces: ``[{"clusterNetwork":"ext","ip":"203.0.113.9/24"}]``."""
    for interface in objects([decoded]):
        for value in interface.all("ip", "ip6"):
            if text_of(value) not in _CHOSEN_FOR_IT:
                yield claims.address_claim(parse_interface(value), note.path, HERE)
