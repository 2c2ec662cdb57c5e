"""Labels and annotations of our own group, read from any object that has some."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from msgspec import structs

from aup.facts.json_value import text_of
from aup.facts.model import Facts, Marking, Markings, Subject, Workload
from aup.facts.wire.shape import Shape, Wire

GROUP: Final = "aup.asergo.com"
"""API group of the product, as `aup.api.meta` names it."""
SIGN: Final = f"{GROUP}/".encode()
"""Without these bytes an object has no marking; the API server writes JSON without escapes."""
_LABELS: Final = "metadata.labels"
_ANNOTATIONS: Final = "metadata.annotations"
_OURS = re.compile(rf"(?:[^/]+\.)?{re.escape(GROUP)}/")


class _Metadata(Wire, frozen=True):
    """ObjectMeta."""

    labels: dict[str, Any] | None = None
    annotations: dict[str, Any] | None = None


class _Object(Wire, frozen=True):
    """Any object."""

    metadata: _Metadata | None = None


_OBJECT = Shape(_Object)


def read_markings(
    raw: bytes, subject: Subject, workloads: Iterable[Workload] = ()
) -> Markings | None:
    """Read the markings of an object and of the pods that it makes; ``None`` when it has none.

    Misfits are told elsewhere.
    """
    if SIGN not in raw:
        return None
    found, _ = _OBJECT.read(raw)
    meta = found.metadata or _Metadata()
    entries = tuple(
        chain(
            _entries(_LABELS, meta.labels),
            _entries(_ANNOTATIONS, meta.annotations),
            chain.from_iterable(map(_of_pods, workloads)),
        )
    )
    return Markings(entries, subject.writer) if entries else None


def with_lost(facts: Facts, old: Facts) -> Facts:
    """Return the facts of a Namespace with the markings that an update takes from it.

    Other kinds lose nothing: what somebody wrote there is theirs to remove.
    """
    kind = facts.subject.group, facts.subject.kind
    if kind != ("", "Namespace") or old.markings is None:
        return facts
    found = facts.markings or Markings(writer=facts.subject.writer)
    kept = {marking.path for marking in found.entries}
    lost = tuple(marking for marking in old.markings.entries if marking.path not in kept)
    return structs.replace(facts, markings=structs.replace(found, lost=lost)) if lost else facts


def _of_pods(workload: Workload) -> Iterator[Marking]:
    """Yield the markings of a template: controllers of the platform write them on its pods."""
    if workload.labels_path != _LABELS:
        yield from _entries(workload.labels_path, workload.labels)
    if workload.annotations_path != _ANNOTATIONS:
        yield from _entries(workload.annotations_path, workload.annotations)


def _entries(path: str, strings: Mapping[str, Any] | None) -> Iterator[Marking]:
    """Yield the labels or annotations of our own group."""
    for key, value in (strings or {}).items():
        if _OURS.match(key):
            yield Marking(key, text_of(value), f'{path}["{key}"]')
