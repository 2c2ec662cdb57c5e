"""Export: controlled software stays where it may be.

export/destination
    Fields read   images of all containers and image volumes, looked up in the catalogue; labels
                  of the pod, or of the object that makes it, by which a tenant declares a category;
                  nodeName, nodeSelector and required node affinity, by region, zone or node;
                  claims of persistent volumes; target.name of a Binding, with the pod that it gives
                  a node to
    Allowed       software of a category in the regions that the policy lists for it, but for those
                  in denied countries. A pod that nothing confines to regions: as
                  `export.unconstrainedPlacement` says
    Serves        "no use in violation of EU or international export controls" (asergo/4.1)

A declaration adds to what the catalogue knows and never takes away from it. A category that the
policy does not list is a matter for a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from aup.api.sections.export import Placement as Unconstrained
from aup.facts.model import Facts, Ground, RegionGround, Workload
from aup.policy.declaration import canonical_use
from aup.policy.terms import ExportCategory, ExportTerms
from aup.rules.base import Rule, Violation
from aup.rules.landing import confine
from aup.rules.software import known
from aup.text import join

YES = frozenset({"true", "yes", "1"})
"""Values with which a label declares whatever it stands for."""


@dataclass(frozen=True, slots=True)
class _Controlled:
    """A reason why a pod is bound to regions."""

    category: ExportCategory
    words: str
    """What is controlled, for example ``registry.example/crypto/hsm (5D002)``."""
    image: str
    """Image concerned; empty where the tenant declared it."""
    path: str
    """Where it is written that it is controlled: of the image, or of the label."""
    value: str


def landing(facts: Facts, terms: ExportTerms) -> Iterator[Violation]:
    """Yield what is wrong about where the pods of an object may land, or where one is put.

    What a person should look at was said when the pod that is put somewhere was created.
    """
    for workload in facts.workloads:
        yield from destination(workload, terms)
    bound = facts.binding
    if bound is None or bound.workload is None:
        return
    remedy = f"choose a node where it may run, or ask {terms.contact} about an authorisation"
    for found in destination(replace(bound.workload, placement=bound.placement), terms):
        if not found.review:
            yield replace(found, remedy=remedy)


def destination(workload: Workload, terms: ExportTerms) -> Iterator[Violation]:
    """Yield each region in which controlled software could land and may not."""
    controlled: dict[tuple[str, str], _Controlled] = {}
    for found in _classified(workload, terms):
        if isinstance(found, Violation):
            yield found
        else:
            controlled.setdefault((found.category.id, found.image), found)
    for reason in controlled.values():
        if workload.placement.regions is None:
            if terms.unconstrained is Unconstrained.DENY:
                yield _unconfined(workload, reason, terms)
            continue
        for ground in workload.placement.grounds:
            if ground.region not in reason.category.regions:
                yield _misplaced(ground, reason, terms)


def _classified(workload: Workload, terms: ExportTerms) -> Iterator[_Controlled | Violation]:
    """Yield what is controlled, and what claims a category that the policy does not list."""
    for image, software in known(workload, terms.catalog):
        if not software.export_category:
            continue
        if category := _category(software.export_category, terms.categories):
            words = f"{software.repository} ({category.id})"
            yield _Controlled(category, words, software.name(image), image.path, image.text)
        else:
            yield _unlisted(
                image.path, image.text, f"is of export category {software.export_category}", terms
            )
    for label in dict.fromkeys(c.label for c in terms.categories if c.label):
        for path, value in workload.declared(label):
            declared = _declared(value, [c for c in terms.categories if c.label == label])
            for category in declared:
                words = f"the pod ({category.id} by its label {label})"
                yield _Controlled(category, words, "", path, value)
            if not declared:
                yield _unlisted(path, value, "declares an export category", terms)


def _declared(text: str, categories: Sequence[ExportCategory]) -> Sequence[ExportCategory]:
    """Return what a label declares: the category that it names, or each of its own by a yes."""
    if canonical_use(text) in YES:
        return categories
    category = _category(text, categories)
    return () if category is None else (category,)


def _category(text: str, categories: Iterable[ExportCategory]) -> ExportCategory | None:
    """Return the closest category for a classification; 5D002.c.1 is part of 5D002."""
    wanted = f"{text.strip().upper()}."
    fitting = (c for c in categories if wanted.startswith(f"{c.id.strip().upper()}."))
    return max(fitting, key=lambda c: len(c.id), default=None)


def _misplaced(ground: RegionGround, reason: _Controlled, terms: ExportTerms) -> Violation:
    """Return the violation of a region that the manifest lets the pod into."""
    country = terms.known_regions.get(ground.region)
    region = f"a region in {country}" if country else "a region of no known country"
    by_name = ground.ground is not Ground.REGION
    where = f"a {ground.ground} in {ground.region}, {region}" if by_name else region
    return Violation(
        path=ground.path,
        value=ground.value,
        detail=f"is {where}, and {_limits(reason)}",
        remedy=_place(reason, terms, ground.ground),
        key=(reason.category.id, reason.image.partition("@")[0], ground.region),
        image=reason.image,
    )


def _unconfined(workload: Workload, reason: _Controlled, terms: ExportTerms) -> Violation:
    """Return the violation of a pod that may land anywhere."""
    placement = workload.placement
    if placement.value:
        path, value = placement.path, placement.value
        detail = f"is a node of no known region, and {_limits(reason)}"
    else:
        path, value = reason.path, reason.value
        detail = f"is of a pod that nothing confines to regions, and {_limits(reason)}"
    return Violation(
        path=path,
        value=value,
        detail=detail,
        remedy=_place(reason, terms, Ground.NODE if placement.value else Ground.REGION),
        key=(reason.category.id, reason.image.partition("@")[0], ""),
        image=reason.image,
    )


def _unlisted(path: str, value: str, words: str, terms: ExportTerms) -> Violation:
    """Return the matter of a category of which the policy does not say where it may run."""
    return Violation(
        path=path,
        value=value,
        detail=f"{words} for which the policy names no regions",
        remedy=f"ask {terms.contact} where it may run",
        key=(value, words),
        review=True,
    )


def _limits(reason: _Controlled) -> str:
    """Say where the software may run."""
    regions = join(sorted(reason.category.regions), "and")
    return f"{reason.words} may run {f'in {regions} only' if regions else 'in no region'}"


def _place(reason: _Controlled, terms: ExportTerms, ground: Ground) -> str:
    """Say how to get there; a pod that is held elsewhere must first be freed."""
    regions = join(sorted(reason.category.regions))
    ask = f"ask {terms.contact} about an authorisation"
    return f"{confine(regions, ground)}, or {ask}" if regions else ask


RULE = Rule(
    id="export/destination",
    title="Controlled software runs only where it may be exported to",
    reads=Facts,
    terms=lambda terms: terms.export,
    check=landing,
    blind=(
        "Software that is in no catalogue and not declared. Who uses a service, and from "
        "where. Other ways to be placed: volumes that are made later, a scheduler that ignores "
        "node selection, a node whose hostname label is another node's name. A pod that names its "
        "node skips the scheduler; a node that the operator has not heard of has no region. Which "
        "pod a Binding is for, where the operator has not heard of the pod yet: the kubelet holds "
        "it to its own node selection."
    ),
)
