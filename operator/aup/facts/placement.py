"""Where a pod may land: node selection read as the scheduler reads it, and the volumes it takes.

Fields read   nodeName; nodeSelector; affinity.nodeAffinity.required…nodeSelectorTerms; volumes of
              persistent claims
Confines      `In` on the label of the region, or of a zone whose region is known, or their
              deprecated aliases; a node's name (nodeName, matchFields `metadata.name`, label
              `kubernetes.io/hostname`) whose region is known; a claim whose volume is bound to
              nodes of known regions
Does not      NotIn, Exists, DoesNotExist, Gt, Lt alone; other labels; preferences; templates of
              claims, whose volumes are not there yet

A node must meet nodeSelector and the affinity. Terms of the affinity are alternatives, the
requirements within one hold together, and a term without requirements matches no node
(k8s.io/component-helpers, scheduling/corev1/nodeaffinity). spec.nodeName skips the scheduler, and
then nothing else is asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from aup.facts.model import Ground, Placement, RegionGround, Surroundings
from aup.facts.wire import workload as wire

REGION_LABELS = frozenset(
    {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"}
)
"""The second is the name before Kubernetes 1.17; nodes carry the same value under both."""

ZONE_LABELS = frozenset({"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"})
HOSTNAME_LABEL = "kubernetes.io/hostname"
NAME_FIELD = "metadata.name"

_LABELS: Final[Mapping[str, Ground]] = {
    **dict.fromkeys(REGION_LABELS, Ground.REGION),
    **dict.fromkeys(ZONE_LABELS, Ground.ZONE),
    HOSTNAME_LABEL: Ground.NODE,
}
"""What a label of a node says, where it says something about a place."""
_FIELDS: Final[Mapping[str, Ground]] = {NAME_FIELD: Ground.NODE}

_Values = Mapping[str, str]
"""A value to the path where it is written."""


class Located(Protocol):
    """Where nodes and zones are."""

    def region_of(self, node: str) -> str | None:
        """Return the region of a node, or ``None``."""

    def region_of_zone(self, zone: str) -> str | None:
        """Return the region of a zone, or ``None``."""


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One condition on where a node is or what it is called."""

    values: _Values
    on: Ground
    excludes: bool = False
    """``NotIn``; else ``In``."""


def read_placement(
    spec: wire.PodSpec,
    selector: Mapping[str, str],
    path: str,
    namespace: str,
    surroundings: Surroundings,
) -> Placement:
    """Say which regions remain possible for the pod spec at ``path``.

    Never fewer than those of the nodes that really match. ``selector`` is the spec's
    nodeSelector, its values checked.
    """
    if spec.node_name:
        return named(spec.node_name, f"{path}.nodeName", surroundings)
    here = f"{path}.nodeSelector"
    ways = [_confine(way, surroundings) for way in _alternatives(spec, selector, path)]
    grounds: dict[str, RegionGround] | None = None
    # One way that confines to nothing leaves every region open.
    if all(way is not None for way in ways):
        grounds = {}
        for ground in (ground for way in ways if way is not None for ground in way):
            grounds.setdefault(ground.region, ground)
    for volume in _volumes(spec, path, namespace, surroundings):
        grounds = volume if grounds is None else {r: g for r, g in grounds.items() if r in volume}
    if grounds is None:
        return Placement(regions=None, path=here)
    return Placement(regions=frozenset(grounds), path=here, grounds=tuple(grounds.values()))


def named(node: str, path: str, surroundings: Surroundings) -> Placement:
    """Return the placement of a pod whose node is named."""
    region = surroundings.region_of(node)
    if region is None:
        return Placement(regions=None, path=path, value=node)
    ground = RegionGround(region, path, node, Ground.NODE)
    return Placement(regions=frozenset({region}), path=path, value=node, grounds=(ground,))


def regions_of(selector: wire.NodeSelector, surroundings: Located) -> frozenset[str] | None:
    """Return the regions that a node selector leaves open; ``None``: any."""
    found: set[str] = set()
    for term in selector.node_selector_terms or ():
        if term is None or not (term.match_expressions or term.match_fields):
            continue
        grounds = _confine(list(_requirements(term, "")), surroundings)
        if grounds is None:
            return None
        found.update(ground.region for ground in grounds)
    return frozenset(found)


def _volumes(
    spec: wire.PodSpec, path: str, namespace: str, surroundings: Surroundings
) -> Iterator[dict[str, RegionGround]]:
    """Yield, for each claim whose volume is bound to places, the regions that it leaves open."""
    for i, volume in enumerate(spec.volumes or ()):
        claim = volume.persistent_volume_claim if volume else None
        if claim is None or not claim.claim_name:
            continue
        regions = surroundings.regions_of_volume(namespace, claim.claim_name)
        if regions is not None:
            at = f"{path}.volumes[{i}].persistentVolumeClaim.claimName"
            yield {
                region: RegionGround(region, at, claim.claim_name, Ground.VOLUME)
                for region in sorted(regions)
            }


def _alternatives(
    spec: wire.PodSpec, selector: Mapping[str, str], path: str
) -> Iterator[list[_Requirement]]:
    """Yield, for each way to match, all requirements that hold together."""
    always = [
        _Requirement({value: f'{path}.nodeSelector["{key}"]'}, _LABELS[key])
        for key, value in selector.items()
        if key in _LABELS
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
    """Yield the requirements of a term that concern places or names of nodes."""
    # A label may be called metadata.name and is no name; hence one table for each list.
    lists = (
        (term.match_expressions, f"{path}.matchExpressions", _LABELS),
        (term.match_fields, f"{path}.matchFields", _FIELDS),
    )
    for requirements, at, known in lists:
        for i, requirement in enumerate(requirements or ()):
            if requirement is None or requirement.operator not in {"In", "NotIn"}:
                continue
            if ground := known.get(requirement.key or ""):
                values = {
                    value or "": f"{at}[{i}].values[{j}]"
                    for j, value in enumerate(requirement.values or ())
                }
                yield _Requirement(values, ground, excludes=requirement.operator == "NotIn")


def _confine(
    requirements: list[_Requirement], surroundings: Located
) -> tuple[RegionGround, ...] | None:
    """Return the regions that meet all requirements; ``None`` when they leave any region open."""
    found: tuple[RegionGround, ...] | None = None
    # The most exact value is the one to tell: a node before a zone before a region.
    for on in (Ground.NODE, Ground.ZONE, Ground.REGION):
        values = _meet(r for r in requirements if r.on is on)
        grounds = None if values is None else _locate(values, on, surroundings)
        if grounds is None:
            continue
        regions = {ground.region for ground in grounds}
        found = grounds if found is None else tuple(g for g in found if g.region in regions)
    return found


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


def _locate(values: _Values, on: Ground, surroundings: Located) -> tuple[RegionGround, ...] | None:
    """Return the regions of places; ``None`` when one of them is unknown and may be anywhere."""
    grounds = []
    for value, path in values.items():
        region = _region(value, on, surroundings)
        if region is None:
            return None
        grounds.append(RegionGround(region, path, value, on))
    return tuple(grounds)


def _region(value: str, on: Ground, surroundings: Located) -> str | None:
    """Return the region that a value stands for."""
    if on is Ground.REGION:
        return value
    if on is Ground.ZONE:
        return surroundings.region_of_zone(value)
    return surroundings.region_of(value)
