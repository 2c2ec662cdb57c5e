"""Which Quarantines hold a namespace: by UID *and* tenant, so that making it anew is no escape."""

from collections.abc import Iterable
from dataclasses import dataclass

from aup.api.meta import find_condition
from aup.api.quarantine import Quarantine, QuarantinePhase

RESTORED = "Restored"
"""Condition that is there once the giving back has been done, with or without conflicts."""


@dataclass(frozen=True, slots=True)
class Target:
    """A namespace as it is now."""

    name: str
    uid: str
    tenant: str | None
    """Its stamp; None where it has none."""
    state: str | None
    """Its stamp."""
    terminating: bool = False


def approved(quarantine: Quarantine) -> bool:
    """Tell whether somebody else than its author has put it in force."""
    approval = quarantine.spec.approval
    return approval is not None and approval.by != quarantine.spec.requested_by


def holds(quarantine: Quarantine) -> bool:
    """Tell whether a Quarantine still keeps its namespace closed."""
    if not approved(quarantine) or quarantine.status.phase is QuarantinePhase.RELEASED:
        return False
    restored = find_condition(quarantine.status.conditions, RESTORED)
    return quarantine.spec.release is None or restored is None


def meant(quarantine: Quarantine, target: Target) -> bool:
    """Tell whether a Quarantine is about this very namespace."""
    return quarantine.spec.namespace_uid == target.uid


def predecessor(quarantines: Iterable[Quarantine], target: Target) -> Quarantine | None:
    """Return a Quarantine that the namespace would escape by having been made anew."""
    found = [
        q
        for q in quarantines
        if holds(q)
        and q.spec.release is None
        and q.spec.namespace == target.name
        and q.spec.tenant == target.tenant
        and not meant(q, target)
    ]
    return min(found, key=lambda q: q.metadata.name) if found else None


def others(quarantine: Quarantine, quarantines: Iterable[Quarantine]) -> tuple[str, ...]:
    """Return the names of Quarantines that keep this one's namespace closed after its release."""
    return tuple(
        sorted(
            q.metadata.name
            for q in quarantines
            if q.metadata.name != quarantine.metadata.name
            and q.spec.namespace_uid == quarantine.spec.namespace_uid
            and holds(q)
            and q.spec.release is None
        )
    )
