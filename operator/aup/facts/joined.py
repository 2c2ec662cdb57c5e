"""Tables of kinds put together: a kind that stands in two of them is read by both.

A virtual machine carries an image and asks for networks; a Service of Knative carries a pod and
answers under a name. Each table says what it knows, and neither needs to know of the other.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from aup.facts.claims import merged
from aup.facts.model import Facts, Subject, Surroundings

Extractor = Callable[[bytes, Subject, Surroundings], Facts]
"""Reads the JSON of one object. Never raises: what cannot be read is a problem in the facts."""

Table = Mapping[tuple[str, str], Extractor]
"""By API group and kind."""


def joined(*tables: Table) -> Table:
    """Return one table of all kinds; what was read first of a kind is told first."""
    whole: dict[tuple[str, str], Extractor] = {}
    for table in tables:
        for kind, extractor in table.items():
            before = whole.get(kind)
            whole[kind] = extractor if before is None else _both(before, extractor)
    return whole


def _both(first: Extractor, second: Extractor) -> Extractor:
    """Return what reads an object in two ways."""

    def read(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        one, other = first(raw, subject, surroundings), second(raw, subject, surroundings)
        return replace(
            one,
            workloads=(*one.workloads, *other.workloads),
            exposure=merged(one.exposure, other.exposure),
            problems=tuple(dict.fromkeys((*one.problems, *other.problems))),
        )

    return read
