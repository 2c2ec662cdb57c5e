"""What the engine answers: findings, and whether the object may pass."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aup.facts.model import Subject
from aup.policy.terms import PolicyRef
from aup.rules.base import Violation


class Outcome(StrEnum):
    """What becomes of one finding."""

    DENY = "Deny"
    WARN = "Warn"
    AUDIT = "Audit"
    REVIEW = "Review"
    EXEMPT = "Exempt"


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation in the light of the policy."""

    rule: str
    clause: str
    """Empty when no clause of the policy names the rule."""
    violation: Violation
    outcome: Outcome
    standing: bool = False
    """It stood before this UPDATE, unchanged."""
    exemption: str = ""
    """Name of the Exemption that covers it."""
    link: str = ""
    refused_from: datetime | None = None
    """From when on such an object is refused, where that has not begun for the tenant."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one object under one edition of the contract."""

    subject: Subject
    tenant: str
    policy: PolicyRef
    findings: tuple[Finding, ...]

    def by(self, outcome: Outcome) -> tuple[Finding, ...]:
        """Return the findings with one outcome, in the order of the catalogue."""
        return tuple(f for f in self.findings if f.outcome is outcome)

    def adding(self, findings: Iterable[Finding | None]) -> "Decision":
        """Return the decision with more findings; those about which nobody cares are none."""
        more = tuple(finding for finding in findings if finding is not None)
        return replace(self, findings=(*self.findings, *more)) if more else self

    @property
    def denials(self) -> tuple[Finding, ...]:
        """Findings for which the object is refused."""
        return self.by(Outcome.DENY)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that the writer is told about."""
        return self.by(Outcome.WARN)

    @property
    def allowed(self) -> bool:
        """Whether the object may pass."""
        return not self.denials
