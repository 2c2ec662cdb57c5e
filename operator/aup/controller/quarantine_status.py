"""The status of a Quarantine while its steps are done: conditions in words, and the phase."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from aup.abuse.triage import APPROVED
from aup.api.meta import ConditionStatus, condition, find_condition, write
from aup.api.quarantine import Quarantine, QuarantinePhase, QuarantineStatus
from aup.evidence.record import Head
from aup.isolation.plan import Act
from aup.kube.client import Cluster
from aup.kube.resource import QUARANTINES

TRUE: Final = ConditionStatus.TRUE
FALSE: Final = ConditionStatus.FALSE
UNKNOWN: Final = ConditionStatus.UNKNOWN
ISOLATED: Final = "Isolated"
DENIED: Final = "Denied"
NOT_PROVEN: Final = (
    "The policies are in place, but nothing has proven yet that the network enforces them"
)
PHASES: Final[Mapping[Act, QuarantinePhase]] = {
    Act.AWAIT_APPROVAL: QuarantinePhase.AWAITING_APPROVAL,
    Act.BLOCK: QuarantinePhase.BLOCKED,
    Act.SNAPSHOT_BEFORE: QuarantinePhase.LOCKING,
    Act.LOCK: QuarantinePhase.LOCKING,
    Act.PROVE_LOCK: QuarantinePhase.LOCKING,
    Act.SNAPSHOT: QuarantinePhase.ISOLATING,
    Act.DENY: QuarantinePhase.ISOLATING,
    Act.JOURNAL: QuarantinePhase.ISOLATING,
    Act.NEUTRALISE: QuarantinePhase.ISOLATING,
    Act.SETTLE: QuarantinePhase.ISOLATING,
    Act.HOLD: QuarantinePhase.ISOLATED,
    Act.RESTORE: QuarantinePhase.RELEASING,
    Act.REMOVE_DENY: QuarantinePhase.RELEASING,
    Act.NOTE_RESTORED: QuarantinePhase.RELEASING,
    Act.UNLOCK: QuarantinePhase.RELEASING,
    Act.RELEASE: QuarantinePhase.RELEASED,
}
"""What each step is part of."""
RESTS: Final = frozenset({Act.HOLD, Act.RELEASE})
"""These phases are written when all is done, in one write with what they promise."""


@dataclass(slots=True)
class Desk:
    """One Quarantine on the desk: its status as last written, and as it is becoming."""

    cluster: Cluster
    quarantine: Quarantine
    now: datetime

    @property
    def status(self) -> QuarantineStatus:
        """Return the status as it is now."""
        return self.quarantine.status

    @property
    def head(self) -> Head:
        """Return the end of the chain of evidence, as far as the status knows."""
        return Head(self.status.evidence_records or 0, self.status.evidence_head or "")

    def is_true(self, type_: str) -> bool:
        """Tell whether a condition is True."""
        found = find_condition(self.status.conditions, type_)
        return found is not None and found.status == "True"

    async def write(self, **fields: Any) -> None:
        """Write fields of the status, unless all of them are there already."""
        fields.setdefault("observed_generation", self.quarantine.metadata.generation)
        status = msgspec.structs.replace(self.status, **fields)
        if status == self.status:
            return
        meta = self.quarantine.metadata
        await self.cluster.apply_status(QUARANTINES, meta.name, write(status), uid=meta.uid)
        self.quarantine = msgspec.structs.replace(self.quarantine, status=status)

    async def say(
        self,
        type_: str,
        status: ConditionStatus,
        reason: str,
        message: str,
        **fields: Any,
    ) -> None:
        """Write one condition, with other fields beside it."""
        conditions = condition(
            self.status.conditions,
            type_,
            status=status,
            reason=reason,
            message=message,
            now=self.now,
            generation=self.quarantine.metadata.generation,
        )
        await self.write(conditions=conditions, **fields)

    async def begin(self, act: Act) -> None:
        """Write the phase that a step belongs to, and that it was approved."""
        if act in RESTS:
            return
        phase = PHASES[act]
        if phase is QuarantinePhase.ISOLATING and self.status.phase is QuarantinePhase.ISOLATED:
            # Putting right what drifted is part of being isolated.
            phase = QuarantinePhase.ISOLATED
        approval = self.quarantine.spec.approval
        if approval is None:
            await self.say(
                APPROVED,
                FALSE,
                "AwaitingApproval",
                "Somebody else than requestedBy has to approve",
                phase=phase,
            )
            return
        await self.say(APPROVED, TRUE, "Approved", f"Approved by {approval.by}", phase=phase)
