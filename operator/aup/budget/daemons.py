"""On how many nodes a DaemonSet runs: what its pods ask of nodes, and what nodes ask of them.

Follows ``Predicates`` of k8s.io/kubernetes ``pkg/controller/daemon``. A node that is not ready, or
closed for a while, counts: pods of a DaemonSet tolerate that, or come back.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from aup.budget.wire import Form, Wire
from aup.facts.wire.workload import Affinity, NodeRequirement, NodeTerm

_TOLERATED: Final = "node.kubernetes.io/"
"""Prefix of taints that tell of a node's condition."""
_HARD: Final = frozenset({"NoSchedule", "NoExecute"})


class Taint(Wire, frozen=True):
    """A taint of a node."""

    key: str = ""
    value: str | None = None
    effect: str = ""


class NodeSpec(Wire, frozen=True):
    """What a node asks of pods."""

    taints: list[Taint] | None = None


class Node(Wire, frozen=True):
    """A node, as pods choose it."""

    name: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...] = ()


class _Toleration(Wire, frozen=True):
    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None

    def tolerates(self, taint: Taint) -> bool:
        """Tell whether a pod that says this may run in spite of a taint."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        return self.operator == "Exists" or (self.value or "") == (taint.value or "")


class _Spec(Wire, frozen=True):
    node_name: str | None = None
    node_selector: dict[str, str | None] | None = None
    affinity: Affinity | None = None
    tolerations: list[_Toleration | None] | None = None


class _Template(Wire, frozen=True):
    spec: _Spec | None = None


_TEMPLATE: Final = Form(_Template)


def places(template: bytes, nodes: Iterable[Node]) -> int:
    """Return on how many of the nodes pods of a template run.

    Raises:
        UnreadableError: it does not have the form of a template.

    """
    spec = _TEMPLATE.read(template).spec or _Spec()
    return sum(_runs_on(spec, node) for node in nodes)


def _runs_on(spec: _Spec, node: Node) -> bool:
    if spec.node_name and spec.node_name != node.name:
        return False
    if any(node.labels.get(k) != (v or "") for k, v in (spec.node_selector or {}).items()):
        return False
    affinity = spec.affinity.node_affinity if spec.affinity else None
    if affinity is not None and affinity.required is not None:
        terms = affinity.required.node_selector_terms or ()
        if not any(_meets(term, node) for term in terms if term is not None):
            return False
    return all(
        any(said is not None and said.tolerates(taint) for said in spec.tolerations or ())
        for taint in node.taints
        if taint.effect in _HARD and not taint.key.startswith(_TOLERATED)
    )


def _meets(term: NodeTerm, node: Node) -> bool:
    """Tell whether a node meets all of a term; one that asks for nothing is met by none."""
    labels = [one for one in term.match_expressions or () if one is not None]
    fields = [one for one in term.match_fields or () if one is not None]
    named = {"metadata.name": node.name}
    return bool(labels or fields) and all(
        (*(_holds(one, node.labels) for one in labels), *(_holds(one, named) for one in fields))
    )


def _holds(asked: NodeRequirement, of: Mapping[str, str]) -> bool:
    compare = _OPERATORS.get(asked.operator or "")
    values = [value or "" for value in asked.values or ()]
    return compare is not None and compare(of.get(asked.key or ""), values)


def _number(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None


def _compared(found: str | None, values: list[str], sign: int) -> bool:
    one, other = _number(found), _number(values[0] if len(values) == 1 else None)
    return one is not None and other is not None and (one - other) * sign > 0


_OPERATORS: Final[Mapping[str, Callable[[str | None, list[str]], bool]]] = {
    "In": lambda found, values: found in values,
    "NotIn": lambda found, values: found not in values,
    "Exists": lambda found, _: found is not None,
    "DoesNotExist": lambda found, _: found is None,
    "Gt": lambda found, values: _compared(found, values, 1),
    "Lt": lambda found, values: _compared(found, values, -1),
}
