"""An object, measured: what it takes under every key that any budget may name.

A measure depends on the object alone, so that a cache of measures outlives every edit of a budget,
a policy or a catalogue. Measures of pods that are alike are equal, and can be shared.

The same arithmetic measures what is asked for and what is stored: what a request was charged is
what the watch shows of its object later.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from aup.budget.counted import device_claim, service, volume_claim
from aup.budget.keys import MEMORY_VOLUMES, SCRATCH_VOLUMES
from aup.budget.programs import Programs, programs_of
from aup.budget.scopes import NONE, Traits, of_claim, of_pod
from aup.budget.usage import TERMINAL, Amounts, amount, charge
from aup.budget.wire import (
    DEVICE_CLAIM,
    POD,
    SERVICE,
    VOLUME_CLAIM,
    DeviceClaim,
    EmptyDir,
    Form,
    Pod,
    Service,
    Volume,
    VolumeClaim,
)
from aup.facts.quantity import add

PODS: Final = ("", "pods")
_LEGACY: Final = frozenset({"configmaps", "replicationcontrollers", "resourcequotas", "secrets"})
"""Resources of the core group that a quota counts under their bare name too."""
_ALIASES: Final = {("events.k8s.io", "events"): ("", "events")}
"""Kinds that two groups serve: one object, counted once."""
_ONE: Final = Decimal(1)


class Measure(NamedTuple):
    """What an object takes, whoever it belongs to."""

    amounts: tuple[tuple[str, Decimal], ...] = ()
    """By quota key, and by the keys of our own that depend on nothing else."""
    traits: Traits = NONE
    """What scopes ask about."""
    programs: Programs | None = None
    """What a pod runs, for the quantities of licences; ``None``: it runs nothing."""
    unbounded: tuple[str, ...] = ()
    """Keys under which it may grow without end: volumes without a ``sizeLimit``."""
    node: str = ""
    """Where a pod runs; empty before it is bound."""


NOTHING: Final = Measure()
"""An object that does not exist."""


def measure(group: str, resource: str, raw: bytes) -> Measure:
    """Measure an object.

    Args:
        group: of the API; empty for the core.
        resource: its plural in lower case, as requests name it.
        raw: the object as JSON; of kinds that are only counted nothing is read.

    Raises:
        UnreadableError: it does not have the form of its kind.

    """
    group, resource = _ALIASES.get((group, resource), (group, resource))
    found = _FORMS.get((group, resource))
    if found is not None:
        form, taking = found
        return taking(form.read(raw))
    return _counted(group, resource)


def measure_read(group: str, resource: str, obj: Any) -> Measure:
    """Measure an object of a kind in `MEASURED` that was read as its form, or as more than that."""
    _, taking = _FORMS[group, resource]
    return taking(obj)


def asked(
    group: str,
    resource: str,
    subresource: str,
    operation: str,
    obj: bytes,
    old: bytes,
) -> tuple[Measure, Measure]:
    """Measure what a request would leave behind, and what stands before it.

    Both are `NOTHING` for a request that takes nothing: a connection, a deletion, or a
    subresource that carries another kind (``scale``, ``binding``, ``eviction``, ``token``).

    Raises:
        UnreadableError: an object does not have the form of its kind.

    """
    if subresource not in _SAME_KIND.get((group, resource), _PLAIN):
        return NOTHING, NOTHING
    match operation:
        case "CREATE":
            return measure(group, resource, obj), NOTHING
        case "UPDATE":
            return measure(group, resource, obj), measure(group, resource, old)
        case _:
            return NOTHING, NOTHING


_PLAIN: Final = frozenset({"", "status"})
_SAME_KIND: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    PODS: frozenset({"", "status", "resize", "ephemeralcontainers"}),
}
"""Subresources that carry the object itself."""


def measure_pod(pod: Pod) -> Measure:
    """Measure a Pod, or the pod that a template would make."""
    amounts = charge(pod)
    if pod.status is not None and pod.status.phase in TERMINAL:
        return Measure(tuple(amounts.items()))
    spec = pod.spec
    volumes, unbounded = _volumes(spec.volumes) if spec and spec.volumes else (None, ())
    return Measure(
        (*amounts.items(), *volumes.items()) if volumes else tuple(amounts.items()),
        of_pod(pod, amounts),
        programs_of(pod),
        unbounded,
        (spec and spec.node_name) or "",
    )


def _volumes(volumes: Iterable[Volume | None]) -> tuple[Amounts, tuple[str, ...]]:
    """Return what volumes may grow to that are the pod's own, and where there is no end to it."""
    taken: dict[str, Decimal] = {}
    unbounded: list[str] = []
    for volume in volumes:
        found = None if volume is None else volume.empty_dir
        key = "" if found is None else _key(found)
        if found is None or not key:
            continue
        limit = amount(found.size_limit)
        if limit:
            taken[key] = add(taken[key], limit) if key in taken else limit
        elif key not in unbounded:
            unbounded.append(key)
    return taken, tuple(unbounded)


def _key(found: EmptyDir) -> str:
    """Return what a volume grows in; empty for pages that containers ask for themselves."""
    if not found.medium:
        return SCRATCH_VOLUMES
    return MEMORY_VOLUMES if found.medium == "Memory" else ""


def _volume_claim(claim: VolumeClaim) -> Measure:
    return Measure(tuple(volume_claim(claim).items()), of_claim(claim))


def _service(found: Service) -> Measure:
    return Measure(tuple(service(found).items()))


def _device_claim(claim: DeviceClaim) -> Measure:
    return Measure(tuple(device_claim(claim).items()))


def _counted(group: str, resource: str) -> Measure:
    """Return the measure of a kind of which only the number counts."""
    if group:
        return Measure(((f"count/{resource}.{group}", _ONE),))
    counted = (f"count/{resource}", _ONE)
    return Measure((counted, (resource, _ONE)) if resource in _LEGACY else (counted,))


_FORMS: Final[Mapping[tuple[str, str], tuple[Form[Any], Callable[[Any], Measure]]]] = {
    PODS: (POD, measure_pod),
    ("", "persistentvolumeclaims"): (VOLUME_CLAIM, _volume_claim),
    ("", "services"): (SERVICE, _service),
    ("resource.k8s.io", "resourceclaims"): (DEVICE_CLAIM, _device_claim),
}

MEASURED: Final = frozenset(_FORMS)
"""Group and resource of what a ledger can count."""


def resource_of(key: str) -> tuple[str, str]:
    """Return the kind whose objects a key counts: group and resource."""
    if key.startswith("count/"):
        resource, _, group = key.removeprefix("count/").partition(".")
        return group, resource
    if key.startswith("services") or key == "addresses":
        return "", "services"
    if key == "persistentvolumeclaims" or ".storageclass.storage.k8s.io/" in key:
        return "", "persistentvolumeclaims"
    if key == "requests.storage":
        return "", "persistentvolumeclaims"
    if key.endswith(".deviceclass.resource.k8s.io/devices"):
        return "resource.k8s.io", "resourceclaims"
    return ("", key) if key in _LEGACY else PODS
