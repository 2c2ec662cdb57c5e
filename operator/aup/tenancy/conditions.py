"""Statuses of the provider's objects: what became of each, in conditions with a reason.

Each function takes the object as it is and returns the status that it must have; times of
transition are kept where nothing changed, so an unchanged status compares equal.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aup.api.assignment import AddressAssignment, AssignmentStatus
from aup.api.catalog import CatalogStatus, SoftwareCatalog
from aup.api.entitlement import EntitlementStatus, LicenseEntitlement
from aup.api.exemption import Exemption, ExemptionStatus
from aup.api.meta import Condition, condition
from aup.api.policy import AcceptableUsePolicy, PolicyStatus
from aup.api.sections.resources import EvidenceTerms
from aup.policy.problem import Reason, Trouble
from aup.policy.validity import (
    Standing,
    assignment_standing,
    entitlement_standing,
    exemption_standing,
)
from aup.policy.world import World
from aup.text import clip

MESSAGE_LIMIT: Final = 1024
"""Characters of a condition's message that people still read."""
_NEVER_COUNTED: Final = frozenset({Reason.OVERLAP, Reason.INVALID_CIDR, Reason.INVALID_INTERVAL})
"""Mistakes that an assignment has from its first day on: it was never anybody's answer."""


def policy_status(world: World, policy: AcceptableUsePolicy, now: datetime) -> PolicyStatus:
    """Return Compiled (the latest edit is in force) and Ready (some edition is)."""
    meta, conditions = policy.metadata, policy.status.conditions
    troubles = world.troubles_of(policy)
    edition = world.editions.get(meta.name)
    tenants = sum(bound == meta.name for bound in world.in_force.bindings.values())
    kept = f"; revision {edition.ref.revision} stays in force" if edition else ""
    conditions = condition(
        conditions,
        "Compiled",
        status=not troubles,
        reason=troubles[0].reason if troubles else "Compiled",
        message=_told(troubles, kept) if troubles else "The latest edit is in force.",
        now=now,
        generation=meta.generation,
    )
    in_force = f"Revision {edition.ref.revision} is in force." if edition else ""
    conditions = condition(
        conditions,
        "Ready",
        status=edition is not None,
        reason="InForce" if edition else "NotCompiled",
        message=in_force or "No edition of this policy was ever in force.",
        now=now,
        generation=meta.generation,
    )
    return PolicyStatus(
        observed_generation=meta.generation,
        observed_revision=edition.ref.revision if edition else None,
        tenants=tenants,
        conditions=conditions,
    )


def catalog_status(world: World, catalog: SoftwareCatalog, now: datetime) -> CatalogStatus:
    """Return Compiled: whether every item is in force, and which ones are not."""
    meta = catalog.metadata
    troubles = world.troubles_of(catalog)
    part = world.catalogs.get(meta.name)
    stale = world.in_force.catalogs.get(meta.name, catalog.spec) != catalog.spec
    kept = "; the catalogue stays as it was before this edit" if stale else ""
    return CatalogStatus(
        observed_generation=meta.generation,
        items=len(part.entries) if part else 0,
        conditions=condition(
            catalog.status.conditions,
            "Compiled",
            status=not troubles,
            reason=troubles[0].reason if troubles else "Compiled",
            message=_told(troubles, kept) if troubles else "Every item is in force.",
            now=now,
            generation=meta.generation,
        ),
    )


def assignment_status(
    world: World, assignment: AddressAssignment, now: datetime
) -> AssignmentStatus:
    """Return InForce, and whether it may be deleted: after retention, or if it never counted."""
    spec = assignment.spec
    troubles = world.troubles_of(assignment)
    standing = _weighed(assignment_standing(spec, now), troubles)
    reasons = {trouble.reason for trouble in troubles}
    never = (
        now < spec.from_
        or not reasons.isdisjoint(_NEVER_COUNTED)
        or (Reason.UNKNOWN_TENANT in reasons and _never_counted(assignment.status))
    )
    edition = world.edition_of(spec.tenant)
    evidence = edition.spec.evidence if edition else EvidenceTerms()
    retention = timedelta(days=evidence.retention_days)
    return AssignmentStatus(
        observed_generation=assignment.metadata.generation,
        in_force=standing.in_force,
        deletable=never or (spec.until is not None and now >= spec.until + retention),
        conditions=_one(assignment, "InForce", standing, now),
    )


def _never_counted(before: AssignmentStatus) -> bool:
    """Tell whether an assignment whose tenant is unknown was nobody's answer before, either.

    What a tenant held that is gone by now is kept: it says whose the addresses were.
    """
    idle = {Reason.UNKNOWN_TENANT, *_NEVER_COUNTED}
    return before.observed_generation is None or (
        before.deletable is True and any(found.reason in idle for found in before.conditions)
    )


def entitlement_status(
    world: World, entitlement: LicenseEntitlement, now: datetime
) -> EntitlementStatus:
    """Return Valid: whether the right counts now."""
    standing = entitlement_standing(entitlement.spec, now)
    standing = _weighed(standing, world.troubles_of(entitlement))
    return EntitlementStatus(
        observed_generation=entitlement.metadata.generation,
        conditions=_one(entitlement, "Valid", standing, now),
    )


def exemption_status(world: World, exemption: Exemption, now: datetime) -> ExemptionStatus:
    """Return InForce: whether the exemption exempts from anything now."""
    standing = _weighed(exemption_standing(exemption.spec, now), world.troubles_of(exemption))
    return ExemptionStatus(
        observed_generation=exemption.metadata.generation,
        conditions=_one(exemption, "InForce", standing, now),
    )


def _weighed(standing: Standing, troubles: Sequence[Trouble]) -> Standing:
    """Return a standing in the light of what is wrong with the object.

    A fatal mistake ends it; any other one is told beside what holds all the same.
    """
    fatal = next((trouble for trouble in troubles if trouble.fatal), None)
    if fatal is not None:
        return Standing(fatal.reason, fatal.message)
    told = "; ".join((standing.message, *(trouble.message for trouble in troubles)))
    return replace(standing, message=told)


def _one(
    obj: AddressAssignment | LicenseEntitlement | Exemption,
    type_: str,
    standing: Standing,
    now: datetime,
) -> tuple[Condition, ...]:
    """Return the conditions of an object that has one."""
    return condition(
        obj.status.conditions,
        type_,
        status=standing.in_force,
        reason=standing.reason,
        message=clip(f"{standing.message}.", MESSAGE_LIMIT),
        now=now,
        generation=obj.metadata.generation,
    )


def _told(troubles: Sequence[Trouble], kept: str) -> str:
    """Return all mistakes in one message, and what holds in spite of them."""
    text = "; ".join(trouble.message for trouble in troubles)
    return f"{clip(text, MESSAGE_LIMIT - len(kept) - 1)}{kept}."
