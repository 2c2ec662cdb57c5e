"""What pods use of a budget: the arithmetic of the API server's own quota, in exact numbers.

Follows k8s.io/kubernetes ``pkg/quota/v1/evaluator/core/pods.go`` and ``PodRequests`` of
``k8s.io/component-helpers/resource``, for pods as they are stored: defaults are already filled in
there, but a LimitRange that comes later has not touched them, so its defaults are an argument.

Two things count here that the API server lets go: a pod past its grace, which still exists, and a
resize that its node cannot grant now, since the node may grant it later without asking anybody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from aup.budget.wire import Container, ContainerStatus, Pod, PodSpec, PodStatus, Resources
from aup.budget.wire import Quantities as Texts
from aup.facts.quantity import LARGEST, add, parse, total

__all__ = ["NO_DEFAULTS", "Amounts", "Defaults", "Pod", "amount", "charge", "use"]

Amounts = Mapping[str, Decimal]
"""Resource or quota key to amount: cores, bytes or pieces."""

TERMINAL: Final = frozenset({"Succeeded", "Failed"})
"""Phases in which a pod has given everything back but its entry in etcd."""

_QUOTED: Final = ("cpu", "memory", "ephemeral-storage")
"""Resources that a quota counts under three keys: ``cpu``, ``requests.cpu``, ``limits.cpu``."""
_REQUESTED: Final = {resource: f"requests.{resource}" for resource in _QUOTED}
_LIMITED: Final = {resource: f"limits.{resource}" for resource in _QUOTED}
_POD_LEVEL: Final = frozenset({"cpu", "memory"})
"""Resources that ``spec.resources`` of the pod overrides; and hugepages."""
_ONE: Final = Decimal(1)
_NONE: Final[Amounts] = {}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a LimitRange gives to containers that say nothing, by resource."""

    requests: Amounts = field(default_factory=dict)
    limits: Amounts = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether anything is given."""
        return bool(self.requests or self.limits)


NO_DEFAULTS: Final = Defaults()


def charge(pod: Pod, defaults: Defaults = NO_DEFAULTS) -> Amounts:
    """Return what a pod takes of a quota, by quota key.

    Args:
        pod: as stored.
        defaults: what the pod would be given if it were created anew.

    """
    charged = {"count/pods": _ONE}
    status = pod.status
    if status is not None and status.phase in TERMINAL:
        return charged
    charged["pods"] = _ONE
    spec = pod.spec or PodSpec()
    if _is_plain(spec, status) and defaults is NO_DEFAULTS:
        requests, limits = _side_by_side(spec.containers or ())
    else:
        requests = _REQUESTS.of(spec, status, defaults)
        limits = _LIMITS.of(spec, status, defaults)
    for resource, overhead in _read(spec.overhead).items():
        requests[resource] = add(requests[resource], overhead) if resource in requests else overhead
        if limits.get(resource):
            limits[resource] = add(limits[resource], overhead)
    for resource, asked in requests.items():
        if resource in _LIMITED:
            charged[_REQUESTED[resource]] = charged[resource] = asked
        else:
            charged[f"requests.{resource}"] = asked
            if resource.startswith("hugepages-"):
                charged[resource] = asked
    for resource, key in _LIMITED.items():
        if resource in limits:
            charged[key] = limits[resource]
    return charged


def _is_plain(spec: PodSpec, status: PodStatus | None) -> bool:
    """Whether a pod is but its containers, as most are when they are created."""
    if spec.init_containers or spec.resources is not None:
        return False
    return status is None or (status.container_statuses is None and status.resources is None)


def _side_by_side(
    containers: Iterable[Container | None],
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return requests and limits of containers that run together: what `_Side` does, at once."""
    requests: dict[str, Decimal] = {}
    limits: dict[str, Decimal] = {}
    for container in containers:
        if container is None or (said := container.resources) is None:
            continue
        asked = said.requests or {}
        for resource, text in asked.items():
            one = amount(text)
            requests[resource] = add(requests[resource], one) if resource in requests else one
        for resource, text in (said.limits or {}).items():
            one = amount(text)
            limits[resource] = add(limits[resource], one) if resource in limits else one
            if resource not in asked:
                requests[resource] = add(requests[resource], one) if resource in requests else one
    return requests, limits


def use(pods: Iterable[Pod], defaults: Defaults = NO_DEFAULTS) -> Amounts:
    """Return what pods take together, by quota key; one that comes many times is read once."""
    times: dict[int, int] = {}
    different: dict[int, Pod] = {}
    for pod in pods:
        times[id(pod)] = times.get(id(pod), 0) + 1
        different[id(pod)] = pod
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    for at, pod in different.items():
        for key, asked in charge(pod, defaults).items():
            found[key] += [asked] * times[at]
    return {key: total(amounts) for key, amounts in found.items()}


@lru_cache(maxsize=8192)  # the same few amounts come again with every Pod
def amount(quantity: str | float | None) -> Decimal:
    """Read a quantity; what cannot be read, for its size, counts as the most there is."""
    if quantity is None:
        return Decimal(0)
    try:
        return parse(quantity)
    except ValueError:
        return LARGEST


def asked_by(container: Container) -> Amounts:
    """Return the requests of a container; a limit without a request is one."""
    return _requests(container.resources, NO_DEFAULTS)


@dataclass(frozen=True, slots=True)
class _Side:
    """Requests, or limits."""

    read: Callable[[Resources | None, Defaults], Amounts]
    reached: Callable[[ContainerStatus | PodStatus], Amounts]
    """What a status says is held, resize or not."""
    inherits: bool
    """Whether a limit of the pod counts where the pod says nothing: not over its containers'."""

    def of(self, spec: PodSpec, status: PodStatus | None, defaults: Defaults) -> dict[str, Decimal]:
        """Return the most that a pod needs at any one time, by resource, without overhead.

        Containers run together with all sidecars; an ordinary init container runs alone but for
        the sidecars that were started before it.
        """
        held = _held(status, self.reached) if status is not None else {}
        running: dict[str, Decimal] = {}
        for container in spec.containers or ():
            if container is not None:
                _add(running, self._need(container, held, defaults))
        sidecars: dict[str, Decimal] = {}
        peak: dict[str, Decimal] = {}
        for container in spec.init_containers or ():
            if container is None:
                continue
            if container.restart_policy == "Always":
                need = self._need(container, held, defaults)
                _add(running, need)
                _add(sidecars, need)
                _raise(peak, sidecars)
            else:
                alone = dict(self.read(container.resources, defaults))
                _add(alone, sidecars)
                _raise(peak, alone)
        if peak:
            _raise(running, peak)
        self._override(running, spec, status)
        return running

    def _need(
        self, container: Container, held: Mapping[str, Amounts], defaults: Defaults
    ) -> Amounts:
        need = self.read(container.resources, defaults)
        if held and (reached := held.get(container.name or "")):
            need = dict(need)
            _raise(need, reached)
        return need

    def _override(
        self, effective: dict[str, Decimal], spec: PodSpec, status: PodStatus | None
    ) -> None:
        """Put what the pod says as a whole in the place of what its containers need."""
        if spec.resources is None:
            return
        said = spec.resources.requests or {}
        reached = self.reached(status) if status and status.resources is not None else _NONE
        for resource, asked in self.read(spec.resources, NO_DEFAULTS).items():
            if resource not in _POD_LEVEL and not resource.startswith("hugepages-"):
                continue
            if self.inherits and resource not in said and resource in effective:
                continue
            effective[resource] = max(asked, reached.get(resource, asked))


def _held(
    status: PodStatus, reached: Callable[[ContainerStatus | PodStatus], Amounts]
) -> Mapping[str, Amounts]:
    """Return what statuses say that containers hold, by container."""
    return {
        found.name or "": reached(found)
        for statuses in (status.container_statuses, status.init_container_statuses)
        for found in statuses or ()
        if found is not None and found.resources is not None
    }


def _requests(resources: Resources | None, defaults: Defaults) -> Amounts:
    """Return requests; a limit without a request is one, and only then comes the default."""
    if resources is None:
        return defaults.requests
    requests = _read(resources.requests)
    if resources.limits and not resources.limits.keys() <= requests.keys():
        requests = {**_read(resources.limits), **requests}
    return {**defaults.requests, **requests} if defaults.requests else requests


def _limits(resources: Resources | None, defaults: Defaults) -> Amounts:
    """Return limits, or the defaults where there are none."""
    limits = _read(resources.limits) if resources is not None else _NONE
    return {**defaults.limits, **limits} if defaults.limits else limits


def _requests_reached(status: ContainerStatus | PodStatus) -> Amounts:
    reached = dict(_read(status.resources.requests)) if status.resources is not None else {}
    _raise(reached, _read(status.allocated_resources))
    return reached


def _limits_reached(status: ContainerStatus | PodStatus) -> Amounts:
    return _read(status.resources.limits) if status.resources is not None else _NONE


_REQUESTS: Final = _Side(_requests, _requests_reached, inherits=True)
_LIMITS: Final = _Side(_limits, _limits_reached, inherits=False)


def _read(quantities: Texts | None) -> Amounts:
    """Read quantities by resource."""
    if not quantities:
        return _NONE
    return {resource: amount(text) for resource, text in quantities.items()}


def _add(into: dict[str, Decimal], part: Amounts) -> None:
    """Add amounts up, resource by resource."""
    for resource, more in part.items():
        into[resource] = add(into[resource], more) if resource in into else more


def _raise(into: dict[str, Decimal], part: Amounts) -> None:
    """Keep the larger amount of each resource."""
    for resource, other in part.items():
        if resource not in into or other > into[resource]:
            into[resource] = other
