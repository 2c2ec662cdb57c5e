"""Which products a workload needs a right to, and how far what the tenant holds falls short."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from aup.api.sections.license import OnExpiry
from aup.facts.model import Ground, Placement, Workload
from aup.policy.spdx import AllOf, AnyOf, Expression, License
from aup.policy.terms import EntitlementState, EntitlementTerm, LicenseTerms, Software
from aup.rules.landing import confine
from aup.rules.license.verdict import Verdict, judge
from aup.text import join


class Nearness(IntEnum):
    """How far a gap is from a right to run the software; the nearest miss is told."""

    GRACE = 0
    EXPIRED_BEFORE = 1
    """Expired, and the workload goes on with what ran before."""
    REGION = 2
    PRODUCTION = 3
    NOT_YET = 4
    EXPIRED = 5

    @property
    def soft(self) -> bool:
        """Whether the gap only warns."""
        return self <= Nearness.EXPIRED_BEFORE


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which an entitlement does not cover a workload."""

    nearness: Nearness
    words: str
    """Completes ``the entitlement acme-db of acme``."""
    remedy: str = ""
    """What the tenant can do itself; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A product that a workload runs without a full right to it."""

    product: str
    entitlement: EntitlementTerm | None
    """The nearest miss; ``None`` when the tenant holds nothing for the product."""
    gaps: tuple[Gap, ...]

    @property
    def soft(self) -> bool:
        """Whether it only warns."""
        return bool(self.gaps) and all(gap.nearness.soft for gap in self.gaps)

    @property
    def distance(self) -> tuple[int, int]:
        """Return what shortfalls are compared by: the number of gaps, then how far they are."""
        farthest = max((gap.nearness for gap in self.gaps), default=len(Nearness))
        return len(self.gaps) or len(Nearness), int(farthest)


def shortfalls(
    software: Software, workload: Workload, terms: LicenseTerms
) -> tuple[Shortfall, ...]:
    """Return the products for which the tenant lacks a right, each once."""
    found = [short_of(software.product, workload, terms)] if software.product else []
    if software.license is not None:
        found.extend(asked_by(software.license, workload, terms))
    return tuple({short.product: short for short in found if short is not None}.values())


def products(software: Software, terms: LicenseTerms) -> tuple[str, ...]:
    """Return the products that software is, by its entry or by a LicenseRef of its licence."""
    named = (terms.references.get(key) for key in _keys(software.license))
    return tuple(dict.fromkeys(name for name in (software.product, *named) if name))


def _keys(expression: Expression | None) -> Iterator[str]:
    """Yield every licence in an expression."""
    match expression:
        case License(key):
            yield key
        case AnyOf(branches) | AllOf(branches):
            for branch in branches:
                yield from _keys(branch)
        case None:
            pass


def asked_by(
    expression: Expression, workload: Workload, terms: LicenseTerms
) -> tuple[Shortfall, ...]:
    """Return what an expression asks for: of alternatives, the one that is least short."""
    match expression:
        case License(key):
            product = terms.references.get(key)
            short = short_of(product, workload, terms) if product else None
            return () if short is None else (short,)
        case AllOf(branches):
            return tuple(s for branch in branches for s in asked_by(branch, workload, terms))
        case AnyOf(branches):
            # A licence that the policy denies, or cannot judge, is no way out of an entitlement.
            best = max(judge(branch, terms) for branch in branches)
            if best is Verdict.DENIED:
                return ()
            ways = (asked_by(b, workload, terms) for b in branches if judge(b, terms) is best)
            # Worst first, since a way is no shorter than the worst that it asks for.
            return min(ways, key=lambda way: sorted((s.distance for s in way), reverse=True))


def short_of(product: str, workload: Workload, terms: LicenseTerms) -> Shortfall | None:
    """Return how far the tenant is from a right to a product; ``None`` when it has one."""
    held = terms.entitlements.get(product, ())
    misses = [Shortfall(product, e, tuple(_gaps(e, workload, terms))) for e in held]
    if any(not miss.gaps for miss in misses) or _covered_together(misses, workload):
        return None
    nothing = Shortfall(product, None, ())
    return min(misses, key=lambda miss: miss.distance, default=nothing)


def _covered_together(misses: Iterable[Shortfall], workload: Workload) -> bool:
    """Tell whether entitlements that are for some regions each cover all that are possible."""
    covered: set[str] = set()
    for miss in misses:
        if miss.entitlement and all(gap.nearness is Nearness.REGION for gap in miss.gaps):
            covered |= miss.entitlement.regions
    return bool(covered) and _within(workload.placement.regions, frozenset(covered))


def _gaps(entitlement: EntitlementTerm, workload: Workload, terms: LicenseTerms) -> Iterator[Gap]:
    """Yield what an entitlement does not cover."""
    match entitlement.state:
        case EntitlementState.VALID:
            pass
        case EntitlementState.IN_GRACE:
            yield Gap(
                Nearness.GRACE, f"was valid until {entitlement.valid_until} and is in its grace"
            )
        case EntitlementState.EXPIRED:
            # Pods that controllers make anew are admitted: an expiry must not stop at the next
            # drain what a person would first be asked about.
            goes_on = workload.continues and terms.on_expiry is OnExpiry.WARN_RECREATE
            yield Gap(
                Nearness.EXPIRED_BEFORE if goes_on else Nearness.EXPIRED,
                f"was valid until {entitlement.valid_until}",
            )
        case EntitlementState.NOT_YET_VALID:
            yield Gap(Nearness.NOT_YET, f"is not valid before {entitlement.valid_from}")
    if entitlement.regions and not _within(workload.placement.regions, entitlement.regions):
        regions = sorted(entitlement.regions)
        yield Gap(
            Nearness.REGION,
            f"covers {join(regions, 'and')} only, while the pods may run "
            f"{_where(workload.placement.regions, entitlement.regions)}",
            confine(join(regions), _ground(workload.placement, entitlement.regions)),
        )
    if not entitlement.production and workload.namespace not in terms.non_production:
        elsewhere = join(sorted(terms.non_production)) or "a namespace that is not production"
        yield Gap(Nearness.PRODUCTION, "does not cover production", f"run it in {elsewhere}")


def _within(possible: frozenset[str] | None, covered: frozenset[str]) -> bool:
    """Whether a pod can land nowhere but in covered regions."""
    return possible is not None and possible <= covered


def _ground(placement: Placement, covered: frozenset[str]) -> Ground:
    """Return what lets a pod in where it is not covered; a selection of regions can be edited."""
    if placement.regions is None and placement.value:
        return Ground.NODE
    elsewhere = (found.ground for found in placement.grounds if found.region not in covered)
    return next(elsewhere, Ground.REGION)


def _where(possible: frozenset[str] | None, covered: frozenset[str]) -> str:
    """Say where a pod may land that is not covered."""
    return "in any region" if possible is None else f"in {join(sorted(possible - covered))}"
