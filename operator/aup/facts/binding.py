"""Bindings: the node that a scheduler, or whoever may act as one, gives to a pod.

Read here  Binding v1, by itself and as pods/binding: target.name, and the pod from the
           surroundings, since a Binding says nothing of what runs
"""

from aup.facts.model import Binding, Facts, Subject, Surroundings
from aup.facts.placement import named
from aup.facts.wire.shape import Shape, Wire


class Target(Wire, frozen=True):
    """ObjectReference to a node."""

    name: str | None = None


class BindingObject(Wire, frozen=True):
    """Binding v1."""

    target: Target | None = None


_BINDING = Shape(BindingObject)


def binding(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Binding; its name is the pod's."""
    found, problems = _BINDING.read(raw)
    node = (found.target.name if found.target else None) or ""
    return Facts(
        subject,
        binding=Binding(
            namespace=subject.namespace,
            pod=subject.name,
            workload=surroundings.pod(subject.namespace, subject.name),
            placement=named(node, "target.name", surroundings),
        ),
        problems=problems,
    )
