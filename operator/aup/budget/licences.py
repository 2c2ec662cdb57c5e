"""Quantities of licensed products: what a pod takes of an entitlement, and what a tenant holds.

Products are found as license/entitlement finds them: by the provider's catalogues, then by what the
tenant declares of an image that nobody else knows.

``cores``      What the product's containers may use together: the limit, else the request; sidecars
               and containers run at once, init containers one after the other. Rounded up to whole
               cores for each pod, and one at least: vendors that license virtual cores round up
               each instance, and who rounds up the sum only is never counted short by it.
``instances``  Containers of the product that run at once, one at least.
``nodes``      Where pods land is not known when they are admitted, and two on one node count once:
               they are counted from the watch, and reported.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final, NamedTuple

from aup.api.entitlement import Metric
from aup.api.sections.license import OnExpiry, Verification, WindowsLicense
from aup.budget.keys import LICENSE
from aup.budget.measure import Measure
from aup.budget.programs import Programs, Run
from aup.budget.usage import amount
from aup.facts.image import read_image
from aup.facts.model import Container, ContainerKind, Placement, Workload
from aup.facts.quantity import add, total
from aup.policy.spdx import AllOf, AnyOf, Expression, License
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms
from aup.rules.license.program import Program, programs
from aup.rules.license.verdict import judge

PRODUCTION: Final = "production"
"""The part of a tenant that entitlements without production use do not cover."""
_ONE: Final = Decimal(1)
_COUNTED: Final = {Metric.CORES: "cores", Metric.INSTANCES: "instances"}
_IN_FORCE: Final = frozenset({EntitlementState.VALID, EntitlementState.IN_GRACE})


class Held(NamedTuple):
    """What a tenant may run of a product, by one metric."""

    key: str
    everywhere: Decimal
    production: Decimal
    """Of it, what may run in production."""


def held(terms: LicenseTerms) -> Iterator[Held]:
    """Yield what the entitlements of a tenant allow; nothing of a product without a quantity.

    Several entitlements of one metric add up, and those of several metrics hold at once. A product
    for which none is in force is the rule's to refuse, but under WarnRecreate what expired still
    bounds what controllers make anew.
    """
    if terms.verification is Verification.OFF:
        return
    for product, entitlements in sorted(terms.entitlements.items()):
        counted = [e for e in entitlements if e.state in _IN_FORCE] or [
            e
            for e in entitlements
            if e.state is EntitlementState.EXPIRED and terms.on_expiry is OnExpiry.WARN_RECREATE
        ]
        for metric, name in _COUNTED.items():
            if any(_endless(e, metric) for e in counted):
                continue
            of = [e for e in counted if e.metric is metric]
            if of:
                yield Held(
                    f"{LICENSE}{product}.{name}",
                    Decimal(sum(e.quantity or 0 for e in of)),
                    Decimal(sum(e.quantity or 0 for e in of if e.production)),
                )


def _endless(entitlement: EntitlementTerm, metric: Metric) -> bool:
    """Whether an entitlement covers any number: of a site, or of this metric without a number."""
    if entitlement.metric is Metric.SITE:
        return True
    return entitlement.metric is metric and entitlement.quantity is None


def taken(found: Programs, terms: LicenseTerms) -> Mapping[str, Decimal]:
    """Return what a pod takes of the tenant's entitlements, by key."""
    amounts: dict[str, Decimal] = {}
    for product, runs in products(found, terms).items():
        amounts[f"{LICENSE}{product}.cores"] = _cores(found, frozenset(runs))
        amounts[f"{LICENSE}{product}.instances"] = _instances(found, frozenset(runs))
    return amounts


def nodes(measures: Iterable[Measure], terms: LicenseTerms) -> Mapping[str, int]:
    """Return on how many nodes each product runs, by key, from the pods that a watch shows."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for measure in measures:
        if measure.programs is not None and measure.node:
            for product in products(measure.programs, terms):
                found[f"{LICENSE}{product}.nodes"].add(measure.node)
    return {key: len(names) for key, names in sorted(found.items())}


def products(found: Programs, terms: LicenseTerms) -> Mapping[str, tuple[Run, ...]]:
    """Return the products that a pod runs, each with its containers."""
    by_product: defaultdict[str, dict[str, Run]] = defaultdict(dict)
    runs = {str(place): run for place, run in enumerate(found.runs)}
    for program in programs(_workload(found), terms):
        for product in _of(program, terms):
            run = runs.get(program.image.path)
            by_product[product].update({program.image.path: run} if run is not None else {})
    if found.windows and terms.windows is not WindowsLicense.ALLOWED:
        by_product[terms.windows_product].update(runs)
    return {product: tuple(of.values()) for product, of in sorted(by_product.items())}


def _of(program: Program, terms: LicenseTerms) -> Iterator[str]:
    """Yield the products that an image is by what is known of it."""
    for word in program.known:
        if word.product:
            yield word.product
        if word.license is not None:
            yield from _asked(word.license, terms)
    if program.assumed is not None and program.assumed.expression is not None:
        yield from _asked(program.assumed.expression, terms)


def _asked(expression: Expression, terms: LicenseTerms) -> tuple[str, ...]:
    """Return the products that an expression asks for: of alternatives, one that is held."""
    match expression:
        case License(key):
            product = terms.references.get(key)
            return (product,) if product else ()
        case AllOf(branches):
            return tuple(p for branch in branches for p in _asked(branch, terms))
        case AnyOf(branches):
            best = max(judge(branch, terms) for branch in branches)
            ways = [_asked(b, terms) for b in branches if judge(b, terms) is best]
            return min(ways, key=lambda way: (_missing(way, terms), len(way)))


def _missing(products: Iterable[str], terms: LicenseTerms) -> int:
    """Return for how many products the tenant holds nothing."""
    return sum(product not in terms.entitlements for product in products)


def _workload(found: Programs) -> Workload:
    """Return the pod as rules on licences read it; paths of containers are their places."""
    return Workload(
        namespace="",
        path="spec",
        containers=tuple(
            Container(
                kind=ContainerKind.CONTAINER,  # no licence depends on it
                name=run.name or "",
                path=str(place),
                image=read_image(run.image, str(place)),
            )
            for place, run in enumerate(found.runs)
            if run.image
        ),
        volume_images=tuple(read_image(text, f"volume/{text}") for text in found.volumes),
        placement=Placement(None, ""),
        annotations=dict(found.declared),
    )


def _cores(found: Programs, of: frozenset[Run]) -> Decimal:
    """Return the cores that some of a pod's containers may use at once, in whole ones."""
    together = total(run.cores for run in found.containers if run in of)
    sidecars = peak = Decimal(0)
    for run in found.init:
        if run in of:
            peak = max(peak, add(sidecars, run.cores))
            sidecars = add(sidecars, run.cores) if run.sidecar else sidecars
    most = max(add(together, sidecars), peak)
    if found.whole is not None and any(r.cpu is None for r in (*found.containers, *found.init)):
        most = max(most, amount(found.whole))
    return max(most.to_integral_value(ROUND_CEILING), _ONE)


def _instances(found: Programs, of: frozenset[Run]) -> Decimal:
    """Return how many of these containers run at once."""
    kept = [run for run in found.containers if run in of]
    sidecars = [run for run in found.init if run in of and run.sidecar]
    return Decimal(max(len(kept) + len(sidecars), 1))
