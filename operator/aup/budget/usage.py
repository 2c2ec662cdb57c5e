"""What pods use of a budget: the arithmetic of the API server's own quota, in exact numbers.

Follows k8s.io/kubernetes ``pkg/quota/v1/evaluator/core/pods.go`` and ``PodRequests`` of
``k8s.io/component-helpers/resource``, for pods as they are stored: defaults are already filled in
there, but a LimitRange that comes later has not touched them, so its defaults are an argument.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import msgspec

from aup.api.meta import Quantity
from aup.budget.quantity import LARGEST, parse, total

Amounts = Mapping[str, Decimal]
"""Resource or quota key to amount: cores, bytes or pieces."""

TERMINAL: Final = frozenset({"Succeeded", "Failed"})
"""Phases in which a pod has given everything back but its entry in etcd."""

_QUOTED: Final = ("cpu", "memory", "ephemeral-storage")
"""Resources that a quota counts under three keys: ``cpu``, ``requests.cpu``, ``limits.cpu``."""
_POD_LEVEL: Final = ("cpu", "memory")
"""Resources that ``spec.resources`` of the pod overrides; and hugepages."""


class Resources(msgspec.Struct, frozen=True):
    """ResourceRequirements of a container or a pod."""

    requests: Mapping[str, Quantity] | None = None
    limits: Mapping[str, Quantity] | None = None


class Container(msgspec.Struct, frozen=True, rename="camel"):
    """A container, as far as it uses anything."""

    resources: Resources | None = None
    restart_policy: str | None = None
    """``Always`` makes an init container a sidecar."""


class PodSpec(msgspec.Struct, frozen=True, rename="camel"):
    """A pod's specification, as far as it uses anything."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] | None = None
    resources: Resources | None = None
    overhead: Mapping[str, Quantity] | None = None


class PodStatus(msgspec.Struct, frozen=True):
    """Whether the pod still runs."""

    phase: str | None = None


class PodMetadata(msgspec.Struct, frozen=True):
    """Where the pod is."""

    namespace: str = ""
    name: str = ""


class Pod(msgspec.Struct, frozen=True):
    """A stored Pod: the projection that a budget needs."""

    metadata: PodMetadata
    spec: PodSpec
    status: PodStatus | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a LimitRange gives to containers that say nothing, by resource."""

    requests: Amounts = field(default_factory=dict)
    limits: Amounts = field(default_factory=dict)


NO_DEFAULTS: Final = Defaults()


def charge(pod: Pod, defaults: Defaults = NO_DEFAULTS) -> Amounts:
    """Return what a pod takes of a quota, by quota key.

    Args:
        pod: as stored.
        defaults: what the pod would be given if it were created anew.

    """
    charged = {"count/pods": Decimal(1)}
    if pod.status is not None and pod.status.phase in TERMINAL:
        return charged
    charged["pods"] = Decimal(1)
    requests = _effective(pod.spec, defaults, _requests)
    limits = _effective(pod.spec, defaults, _limits)
    for resource, overhead in _amounts(pod.spec.overhead).items():
        requests[resource] = total((requests.get(resource, Decimal(0)), overhead))
        if limits.get(resource):
            limits[resource] = total((limits[resource], overhead))
    for resource, amount in requests.items():
        charged[f"requests.{resource}"] = amount
        if resource in _QUOTED or resource.startswith("hugepages-"):
            charged[resource] = amount
    for resource in _QUOTED:
        if resource in limits:
            charged[f"limits.{resource}"] = limits[resource]
    return charged


def use_by_namespace(
    pods: Iterable[Pod], defaults: Defaults = NO_DEFAULTS
) -> Mapping[str, Amounts]:
    """Return what the pods of each namespace take together, by quota key."""
    found: defaultdict[str, defaultdict[str, list[Decimal]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for pod in pods:
        for key, amount in charge(pod, defaults).items():
            found[pod.metadata.namespace][key].append(amount)
    return {
        namespace: {key: total(amounts) for key, amounts in keys.items()}
        for namespace, keys in found.items()
    }


_Reader = Callable[[Resources | None, Defaults], Mapping[str, Decimal]]


def _effective(spec: PodSpec, defaults: Defaults, read: _Reader) -> dict[str, Decimal]:
    """Return the most that a pod needs at any one time, by resource, without overhead.

    Containers run together with all sidecars; an ordinary init container runs alone but for the
    sidecars that were started before it.
    """
    running = _sum(read(container.resources, defaults) for container in spec.containers)
    sidecars: dict[str, Decimal] = {}
    peak: dict[str, Decimal] = {}
    for container in spec.init_containers or ():
        asked = read(container.resources, defaults)
        alone = _sum((sidecars, asked))
        if container.restart_policy == "Always":
            sidecars = alone
        peak = _most(peak, alone)
    effective = _most(_sum((running, sidecars)), peak)
    if spec.resources is not None:
        whole = read(spec.resources, NO_DEFAULTS)
        effective |= {
            resource: amount
            for resource, amount in whole.items()
            if resource in _POD_LEVEL or resource.startswith("hugepages-")
        }
    return effective


def _requests(resources: Resources | None, defaults: Defaults) -> Mapping[str, Decimal]:
    """Return requests; a limit without a request is one, and only then comes the default."""
    own = resources or Resources()
    return {**defaults.requests, **_amounts(own.limits), **_amounts(own.requests)}


def _limits(resources: Resources | None, defaults: Defaults) -> Mapping[str, Decimal]:
    """Return limits, or the defaults where there are none."""
    return {**defaults.limits, **_amounts((resources or Resources()).limits)}


def _amounts(quantities: Mapping[str, Quantity] | None) -> Mapping[str, Decimal]:
    """Read quantities; what cannot be read, for its size, counts as the most there is."""
    return {resource: _amount(text) for resource, text in (quantities or {}).items()}


def _amount(text: Quantity) -> Decimal:
    try:
        return parse(text)
    except ValueError:
        return LARGEST


def _sum(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Add amounts up, resource by resource."""
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    for part in parts:
        for resource, amount in part.items():
            found[resource].append(amount)
    return {resource: total(amounts) for resource, amounts in found.items()}


def _most(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the larger amount of each resource."""
    zero = Decimal(0)
    return {
        resource: max(one.get(resource, zero), other.get(resource, zero))
        for resource in one.keys() | other.keys()
    }
