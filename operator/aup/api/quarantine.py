"""Quarantine: a namespace cut off, and given back.

Mirrors crds/aup.asergo.com_quarantines.yaml.
"""

from enum import StrEnum

import msgspec

from aup.api.exemption import Approval
from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time


class Level(StrEnum):
    """How far the namespace is cut off."""

    ISOLATE = "Isolate"
    """No traffic in or out; what runs keeps running, nothing is changed."""


class Release(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The word that gives the namespace back."""

    by: str
    """User name; somebody other than who requested the quarantine."""
    reason: str


class QuarantineSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is cut off and why; immutable but for `approval` and `release`, each set once."""

    namespace: str
    namespace_uid: str = msgspec.field(name="namespaceUID")
    """A namespace of the same name created later is not meant."""
    tenant: str
    level: Level = Level.ISOLATE
    reasons: tuple[str, ...]
    """CamelCase, mostly categories of abuse reports."""
    case: str | None = None
    """The provider's case number."""
    requested_by: str
    """User name of who wrote it."""
    approval: Approval | None = None
    """Nothing happens without."""
    release: Release | None = None


class QuarantinePhase(StrEnum):
    """Where the work stands."""

    AWAITING_APPROVAL = "AwaitingApproval"
    LOCKING = "Locking"
    ISOLATING = "Isolating"
    ISOLATED = "Isolated"
    RELEASING = "Releasing"
    RELEASED = "Released"
    BLOCKED = "Blocked"
    """It cannot go on; the conditions say why."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A field that was not restored, since it no longer held what we had written."""

    object: str
    """Kind and name."""
    path: str
    found: str
    """JSON text."""
    expected: str
    """JSON text."""


class QuarantineStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was done and proven.

    Conditions: Approved, Locked, Snapshotted, Denied, Isolated, Restored.
    """

    observed_generation: int | None = None
    phase: QuarantinePhase | None = None
    """None until it was looked at."""
    isolated_at: Time | None = None
    """When the deny policy and the neutralised policies were in place."""
    released_at: Time | None = None
    evidence_head: str | None = None
    """Hash of the last evidence record, ``sha256:…``."""
    evidence_records: int | None = None
    journal: str | None = None
    """Prefix of the names of the journal's objects in the operator's namespace."""
    conflicts: tuple[Conflict, ...] = ()
    conditions: tuple[Condition, ...] = ()


class Quarantine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A namespace that is cut off because of abuse."""

    api_version: str = API_VERSION
    kind: str = "Quarantine"
    metadata: ObjectMeta
    spec: QuarantineSpec
    status: QuarantineStatus = QuarantineStatus()
