"""Where a pod may land: node selection read as the scheduler reads it.

Fields read   nodeName; nodeSelector; affinity.nodeAffinity.required…nodeSelectorTerms
Confines      `In` on the region label or its deprecated alias; a node's name (nodeName,
              matchFields `metadata.name`, label `kubernetes.io/hostname`) whose region is known
Does not      NotIn, Exists, DoesNotExist, Gt, Lt alone; zones and other labels; preferences

A node must meet nodeSelector and the affinity. Terms of the affinity are alternatives, the
requirements within one hold together, and a term without requirements matches no node
(k8s.io/component-helpers, scheduling/corev1/nodeaffinity). spec.nodeName skips the scheduler.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from aup.facts.model import Placement, RegionGround
from aup.facts.wire import workload as wire

REGION_LABELS = frozenset(
    {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}
)
"""The second is the name before Kubernetes 1.17; nodes carry the same value under both."""

HOSTNAME_LABEL = "kubernetes.io/hostname"
NAME_FIELD = "metadata.name"

RegionOf = Callable[[str], str | None]
"""Region of a node by its name; ``None`` when the node or its region is unknown."""

_Values = Mapping[str, str]
"""A value to the path where it is written."""


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One condition on a node's region or name."""

    values: _Values
    on_region: bool
    """Else on its name."""
    excludes: bool = False
    """``NotIn``; else ``In``."""


def read_placement(
    spec: wire.PodSpec, selector: Mapping[str, str], path: str, region_of: RegionOf
) -> Placement:
    """Say which regions remain possible for the pod spec at ``path``.

    Never fewer than those of the nodes that really match. ``selector`` is the spec's
    nodeSelector, its values checked.
    """
    if spec.node_name:
        return _named(spec.node_name, f"{path}.nodeName", region_of)
    here = f"{path}.nodeSelector"
    grounds: dict[str, RegionGround] = {}
    for requirements in _alternatives(spec, selector, path):
        confined = _confine(requirements, region_of)
        if confined is None:
            return Placement(regions=None, path=here)
        for ground in confined:
            grounds.setdefault(ground.region, ground)
    return Placement(regions=frozenset(grounds), path=here, grounds=tuple(grounds.values()))


def _named(node: str, path: str, region_of: RegionOf) -> Placement:
    """Return the placement of a pod that names its node."""
    region = region_of(node)
    if region is None:
        return Placement(regions=None, path=path, value=node)
    ground = RegionGround(region, path, node)
    return Placement(regions=frozenset({region}), path=path, value=node, grounds=(ground,))


def _alternatives(
    spec: wire.PodSpec, selector: Mapping[str, str], path: str
) -> Iterator[list[_Requirement]]:
    """Yield, for each way to match, all requirements that hold together."""
    always = [
        _Requirement({value: f'{path}.nodeSelector["{key}"]'}, on_region=key in REGION_LABELS)
        for key, value in selector.items()
        if key in REGION_LABELS or key == HOSTNAME_LABEL
    ]
    affinity = spec.affinity.node_affinity if spec.affinity else None
    if affinity is None or affinity.required is None:
        yield always
        return
    at = (
        f"{path}.affinity.nodeAffinity"
        ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    )
    for i, term in enumerate(affinity.required.node_selector_terms or ()):
        if term is not None and (term.match_expressions or term.match_fields):
            yield [*always, *_requirements(term, f"{at}[{i}]")]


def _requirements(term: wire.NodeTerm, path: str) -> Iterator[_Requirement]:
    """Yield the requirements of a term that concern regions or names of nodes."""
    # A label may be called metadata.name and is no name; hence one key for each list.
    lists = (
        (term.match_expressions, f"{path}.matchExpressions", HOSTNAME_LABEL),
        (term.match_fields, f"{path}.matchFields", NAME_FIELD),
    )
    for requirements, at, name_key in lists:
        for i, requirement in enumerate(requirements or ()):
            if requirement is None or requirement.operator not in {"In", "NotIn"}:
                continue
            on_region = requirement.key in REGION_LABELS
            if on_region or requirement.key == name_key:
                values = {
                    value or "": f"{at}[{i}].values[{j}]"
                    for j, value in enumerate(requirement.values or ())
                }
                yield _Requirement(values, on_region, excludes=requirement.operator == "NotIn")


def _confine(
    requirements: list[_Requirement], region_of: RegionOf
) -> tuple[RegionGround, ...] | None:
    """Return the regions that meet all requirements; ``None`` when they leave any region open."""
    regions = _meet(r for r in requirements if r.on_region)
    nodes = _meet(r for r in requirements if not r.on_region)
    named = None if nodes is None else _locate(nodes, region_of)
    if named is None:
        if regions is None:
            return None
        return tuple(RegionGround(region, path, region) for region, path in regions.items())
    return tuple(g for g in named if regions is None or g.region in regions)


def _meet(requirements: Iterable[_Requirement]) -> _Values | None:
    """Return the values that meet all requirements; ``None`` when none of them lists any."""
    met: dict[str, str] | None = None
    excluded: set[str] = set()
    for requirement in requirements:
        if requirement.excludes:
            excluded.update(requirement.values)
        elif met is None:
            met = dict(requirement.values)
        else:
            met = {v: p for v, p in met.items() if v in requirement.values}
    return None if met is None else {v: p for v, p in met.items() if v not in excluded}


def _locate(nodes: _Values, region_of: RegionOf) -> tuple[RegionGround, ...] | None:
    """Return the regions of nodes; ``None`` when one of them is unknown and may be anywhere."""
    grounds = []
    for node, path in nodes.items():
        region = region_of(node)
        if region is None:
            return None
        grounds.append(RegionGround(region, path, node))
    return tuple(grounds)
