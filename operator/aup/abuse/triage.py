"""What a resolved report may do by itself: isolate, or ask a person.

Trust belongs to the source, by the provider's configuration; nothing in a report raises it. Even a
trusted source isolates only so many namespaces an hour, and none that is protected.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from aup.abuse.resolve import Place
from aup.api.exemption import Approval
from aup.api.meta import USAGE_SOURCE, ConditionStatus, ObjectMeta, find_condition
from aup.api.quarantine import Quarantine, QuarantinePhase, QuarantineSpec
from aup.api.sections.abuse import AbuseTerms, Trust

APPROVED_BY_SOURCE: Final = "source:"
"""What `approval.by` begins with where no person approved."""
APPROVED_AS_SUCCESSOR: Final = "quarantine:"
"""The same, where a namespace was made anew under a Quarantine that still stands."""
APPROVED: Final = "Approved"
"""Condition of a Quarantine; its time of transition is when it was approved."""

_HOUR: Final = timedelta(hours=1)


class Why(StrEnum):
    """Why it is a person's turn, or why it is not."""

    AUTOMATIC = "TrustedSource"
    UNTRUSTED = "SourceNotTrusted"
    PROTECTED = "NamespaceProtected"
    DRY_RUN = "AutomaticDryRun"
    CAP_REACHED = "AutomaticLimitReached"
    MEASURED = "MeasuredOnly"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a report may do."""

    why: Why
    message: str

    @property
    def automatic(self) -> bool:
        """Tell whether the namespace is isolated without a person."""
        return self.why is Why.AUTOMATIC


def judge(
    terms: AbuseTerms, source: str, place: Place, quarantines: Iterable[Quarantine], now: datetime
) -> Verdict:
    """Judge a report that leads to a place.

    Args:
        terms: of the policy that the tenant is held to.
        source: name of the source, which the guard has authenticated.
        place: the namespace.
        quarantines: all there are: the limit counts over all tenants.
        now: the time of the judgement.

    """
    if source == USAGE_SOURCE:
        # Whatever the policy says of it: numbers alone do not tell intent.
        return Verdict(Why.MEASURED, "What was measured isolates nobody; a person decides")
    trust = {s.name: s.trust for s in terms.sources}.get(source, Trust.UNTRUSTED)
    automatic = terms.automatic
    if trust is not Trust.TRUSTED:
        return Verdict(Why.UNTRUSTED, f"Source {source} is not trusted to isolate; approve it")
    if place.namespace in automatic.protected_namespaces:
        message = f"Namespace {place.namespace} is never isolated without a person; approve it"
        return Verdict(Why.PROTECTED, message)
    if automatic.dry_run:
        message = "Isolation without a person is switched off (dryRun); it would have been done now"
        return Verdict(Why.DRY_RUN, message)
    done = sum(automatic_since(q, now - _HOUR) for q in quarantines)
    if done >= automatic.per_hour:
        return Verdict(
            Why.CAP_REACHED,
            f"{done} of {automatic.per_hour} namespaces were isolated without a person in the "
            "last hour; approve it",
        )
    return Verdict(Why.AUTOMATIC, f"Source {source} is trusted to isolate")


def automatic_since(quarantine: Quarantine, since: datetime) -> bool:
    """Tell whether a source approved this at or after an instant."""
    approval = quarantine.spec.approval
    if approval is None or not approval.by.startswith(APPROVED_BY_SOURCE):
        return False
    seen = find_condition(quarantine.status.conditions, APPROVED)
    approved = seen and seen.status is ConditionStatus.TRUE and seen.last_transition_time
    # Approved a moment ago and not looked at yet: it counts.
    at = approved or (quarantine.metadata.creation_timestamp if not seen else None)
    return at is None or at >= since


def open_for(place: Place, quarantines: Iterable[Quarantine]) -> Quarantine | None:
    """Return the Quarantine that reports about this namespace are added to; approved ones first."""
    found = [
        q
        for q in quarantines
        if q.spec.namespace_uid == place.uid
        and q.status.phase is not QuarantinePhase.RELEASED
        # One that is being released is no answer to what was reported since.
        and q.spec.release is None
    ]
    found.sort(key=lambda q: (q.spec.approval is None, q.metadata.name))
    return found[0] if found else None


def new_quarantine(
    place: Place,
    *,
    reasons: tuple[str, ...],
    requested_by: str,
    approved_by: str | None,
    quarantines: Iterable[Quarantine],
    case: str | None = None,
) -> Quarantine:
    """Return the Quarantine to create.

    Its name says which namespace and which of its quarantines, so that the same decision taken
    twice, by a process that did not live to hear of the first, meets its own object.
    """
    taken = {q.metadata.name for q in quarantines}
    stem = f"{place.namespace}-{place.uid[:8]}"
    serial = next(n for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
    return Quarantine(
        metadata=ObjectMeta(name=f"{stem}-{serial}"),
        spec=QuarantineSpec(
            namespace=place.namespace,
            namespace_uid=place.uid,
            tenant=place.tenant,
            reasons=reasons,
            case=case,
            requested_by=requested_by,
            approval=Approval(by=approved_by) if approved_by else None,
        ),
    )
