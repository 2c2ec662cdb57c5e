"""The one way from a Kubernetes object to facts: by kind, from JSON or from what YAML decodes to.

Both doors lead through the same bytes, so that a file is judged as the request is.
"""

import msgspec
from msgspec.structs import replace

from aup.facts import access, allocation, binding, cni, exposure, routing, workload
from aup.facts.carriers import CARRIERS
from aup.facts.carriers.walk import is_custom, walk
from aup.facts.cni.pods import with_pod_networks
from aup.facts.joined import Table, joined
from aup.facts.markings import read_markings
from aup.facts.model import Facts, Problem, Subject, Surroundings
from aup.facts.persistent_volume import persistent_volume
from aup.facts.routes.kinds import ROUTES
from aup.facts.wire.shape import WHOLE

EXTRACTORS: Table = joined(
    {
        ("", "Service"): exposure.service,
        ("", "Endpoints"): exposure.endpoints,
        ("discovery.k8s.io", "EndpointSlice"): exposure.endpoint_slice,
        ("networking.k8s.io", "Ingress"): exposure.ingress,
        ("gateway.networking.k8s.io", "Gateway"): exposure.gateway,
        ("", "Pod"): workload.pod,
        ("", "PodTemplate"): workload.pod_template,
        ("", "ReplicationController"): workload.controller,
        ("apps", "ReplicaSet"): workload.controller,
        ("apps", "Deployment"): workload.controller,
        ("apps", "StatefulSet"): workload.controller,
        ("apps", "DaemonSet"): workload.controller,
        ("batch", "Job"): workload.controller,
        ("batch", "CronJob"): workload.cron_job,
        ("", "Binding"): binding.binding,
        ("", "PersistentVolume"): persistent_volume,
    },
    dict.fromkeys(access.DOORS, access.request),
    allocation.EXTRACTORS,
    ROUTES,
    cni.KINDS,
    routing.KINDS,
    {kind: carrier.read for kind, carrier in CARRIERS.items()},
)
"""By API group and kind. Versions of a kind are told apart by their fields, not here."""

HEAD = ("apiVersion", "kind")
"""What every object says of itself."""

KINDS = frozenset(EXTRACTORS)
"""What is understood: group and kind."""

_MOVED = {
    ("extensions", "Ingress"): ("networking.k8s.io", "Ingress"),
    **{("extensions", kind): ("apps", kind) for kind in ("ReplicaSet", "Deployment", "DaemonSet")},
}
"""Kinds in the group that they were in first: an API server converts them, nobody does a file."""


def extract(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read the facts of an object in JSON; a kind of Kubernetes that no rule reads has none."""
    extractor = EXTRACTORS.get(_read_as(subject))
    if extractor is None and is_custom(subject.group):
        extractor = walk
    if extractor is None:
        return Facts(subject)
    facts = with_pod_networks(extractor(raw, subject, surroundings), surroundings)
    markings, entered = read_markings(raw, subject, facts.workloads), access.joined(subject)
    if markings or entered:
        facts = replace(facts, markings=markings, access=entered or facts.access)
    return facts


def extract_object(obj: object, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read the facts of an object that YAML or JSON was decoded to.

    What YAML has and JSON has not becomes what the API server gets from kubectl: dates are
    strings, number keys are strings.
    """
    known = _read_as(subject) in KINDS
    if not (known or is_custom(subject.group)):
        return Facts(subject)
    try:
        raw = msgspec.json.encode(obj)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        if not known:
            return Facts(subject)
        problem = Problem(WHOLE, "", f"cannot be written as JSON: {error}")
        return Facts(subject, problems=(problem,))
    return extract(raw, subject, surroundings)


def _read_as(subject: Subject) -> tuple[str, str]:
    """Return the group and the kind by which an object is read."""
    at = subject.group, subject.kind
    return _MOVED.get(at, at)


def subject_of(obj: object, namespace: str) -> Subject | Problem:
    """Say what an object from a file is: a CREATE that nobody sends.

    Args:
        obj: what YAML or JSON was decoded to.
        namespace: where the object would be created when it does not say so itself.

    """
    match obj:
        case {"apiVersion": str(version), "kind": str(kind), **rest} if version and kind:
            metadata = rest.get("metadata")
        case {**found} if missing := [n for n in HEAD if not _text(found.get(n))]:
            text = "" if found.keys().isdisjoint(missing) else " that is text"
            return Problem(WHOLE, "", f"has no {' and '.join(missing)}{text}")
        case _:
            return Problem(WHOLE, "", "has no apiVersion and kind")
    meta = metadata if isinstance(metadata, dict) else {}
    return Subject(
        group=version.rpartition("/")[0],
        kind=kind,
        namespace=_text(meta.get("namespace")) or namespace,
        name=_text(meta.get("name")) or f"{_text(meta.get('generateName'))}*",
    )


def _text(value: object) -> str:
    """Return a string, and nothing for what is none: no verdict depends on it."""
    return value if isinstance(value, str) else ""
