"""The scopes of a ResourceQuota: which pods and claims a part of a budget is about.

Follows ``podMatchesScopeFunc`` and ``pvcMatchesScopeFunc`` of the API server's quota. A pod changes
its scope when it is given a deadline, and a claim when it moves to other attributes.
"""

from dataclasses import dataclass
from typing import NamedTuple

from aup.api.tenant import BudgetScope, ScopeName
from aup.budget.counted import attribute_classes
from aup.budget.usage import Amounts
from aup.budget.wire import AffinityTerm, Container, Pod, PodAffinity, PodSpec, VolumeClaim

_QOS = ("cpu", "memory")
_QOS_KEYS = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


class Traits(NamedTuple):
    """What scopes ask about: of a pod the first four, of a claim the last."""

    is_pod: bool = False
    terminating: bool = False
    """It has a deadline."""
    best_effort: bool = False
    """It asks for nothing and is held to nothing."""
    cross_namespace: bool = False
    """Its affinity looks into other namespaces."""
    priority_class: str = ""
    attribute_classes: frozenset[str] = frozenset()


NONE = Traits()
_ORDINARY = Traits(is_pod=True)


def of_pod(pod: Pod, taken: Amounts) -> Traits:
    """Return what scopes ask about a pod, of which it is known what it takes."""
    spec = pod.spec or PodSpec()
    deadline = spec.active_deadline_seconds
    asks = spec.overhead is None and any(key in taken and taken[key] for key in _QOS_KEYS)
    if asks and deadline is None and spec.affinity is None and not spec.priority_class_name:
        return _ORDINARY
    return Traits(
        is_pod=True,
        terminating=deadline is not None and deadline >= 0,
        best_effort=not asks and _best_effort(spec),
        cross_namespace=spec.affinity is not None
        and any(
            _looks_out(a) for a in (spec.affinity.pod_affinity, spec.affinity.pod_anti_affinity)
        ),
        priority_class=spec.priority_class_name or "",
    )


def of_claim(claim: VolumeClaim) -> Traits:
    """Return what scopes ask about a volume claim."""
    classes = attribute_classes(claim)
    return Traits(attribute_classes=classes) if classes else NONE


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a budget: all that it names must be so."""

    name: str
    scopes: frozenset[ScopeName]
    priority_classes: frozenset[str]
    """Empty: any, and none."""
    attribute_classes: frozenset[str]

    @staticmethod
    def of(spec: BudgetScope) -> "Scope":
        """Read the part of a budget."""
        return Scope(
            spec.name,
            frozenset(spec.scopes),
            frozenset(spec.priority_classes),
            frozenset(spec.volume_attributes_classes),
        )

    def holds(self, traits: Traits) -> bool:
        """Tell whether an object is of this part."""
        if self.attribute_classes:
            return bool(self.attribute_classes & traits.attribute_classes)
        if not traits.is_pod:
            return False
        if self.priority_classes and traits.priority_class not in self.priority_classes:
            return False
        return all(_is(scope, traits) for scope in self.scopes)


def _is(scope: ScopeName, traits: Traits) -> bool:
    match scope:
        case ScopeName.TERMINATING:
            return traits.terminating
        case ScopeName.NOT_TERMINATING:
            return not traits.terminating
        case ScopeName.BEST_EFFORT:
            return traits.best_effort
        case ScopeName.NOT_BEST_EFFORT:
            return not traits.best_effort
        case ScopeName.CROSS_NAMESPACE_POD_AFFINITY:
            return traits.cross_namespace


def _best_effort(spec: PodSpec) -> bool:
    """Whether neither the pod nor a container asks for, or is held to, any cpu or memory."""
    found = [spec.resources, *(c.resources for c in _containers(spec))]
    return not any(
        (quantities or {}).get(resource) not in {None, "0", 0}
        for resources in found
        if resources is not None
        for quantities in (resources.requests, resources.limits)
        for resource in _QOS
    )


def _containers(spec: PodSpec) -> list[Container]:
    return [c for c in (*(spec.containers or ()), *(spec.init_containers or ())) if c is not None]


def _looks_out(affinity: PodAffinity | None) -> bool:
    """Whether a term names namespaces, or selects them."""
    if affinity is None:
        return False
    preferred = (term and term.pod_affinity_term for term in affinity.preferred or ())
    return any(_is_wide(term) for term in (*(affinity.required or ()), *preferred))


def _is_wide(term: AffinityTerm | None) -> bool:
    return term is not None and bool(term.namespaces or term.namespace_selector is not None)
