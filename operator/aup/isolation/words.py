"""What the tenant is told about its quarantine: neutral words, and never who reported."""

from collections.abc import Iterable

from aup.api.quarantine import Quarantine, QuarantinePhase
from aup.api.report import ReportedQuarantine
from aup.isolation.hold import holds


def reported(
    quarantines: Iterable[Quarantine], namespace_uid: str, contact: str
) -> ReportedQuarantine | None:
    """Return the section of the TenantReport; None when nothing holds the namespace.

    A review that nobody has approved is not told: it may come to nothing. Of several quarantines
    the reasons are put together, and the one that began first is named.
    """
    holding = sorted(
        (q for q in quarantines if q.spec.namespace_uid == namespace_uid and holds(q)),
        key=lambda q: (q.metadata.creation_timestamp is None, q.metadata.creation_timestamp),
    )
    if not holding:
        return None
    first = holding[0]
    return ReportedQuarantine(
        state=_state(first),
        since=first.status.isolated_at,
        reasons=tuple(dict.fromkeys(reason for q in holding for reason in q.spec.reasons)),
        appeal=f"write to {contact} and name quarantine {first.metadata.name}",
    )


def _state(quarantine: Quarantine) -> str:
    """Return the phase; what has not been looked at yet is about to be locked."""
    phase = quarantine.status.phase
    if phase in {None, QuarantinePhase.AWAITING_APPROVAL}:
        return QuarantinePhase.LOCKING.value
    return str(phase)
