"""The order of isolating a namespace and of giving it back, as data.

`next_step` looks at what is and names the one thing to do next. It keeps no state of its own: what
was done is in the cluster (stamp, policies), in the journal and in the conditions of the
Quarantine, so that a controller that was killed anywhere goes on where things stand.

    in    evidence → lock → lock proven → evidence again, nobody can write any more → own policy →
          intents into the journal → tenant's policies neutralised → done noted
    out   each field given back, unless somebody else has changed it → own policy removed → result
          noted → lock lifted
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from aup.api.meta import NamespaceState, find_condition
from aup.api.quarantine import Conflict, Quarantine
from aup.isolation.hold import RESTORED, Target, approved, meant
from aup.isolation.journal import PATH, Entry, EntryState, Journal, entry, hash_of, text_of
from aup.isolation.manifests import DENY_SPEC
from aup.isolation.neutralise import closed, closes
from aup.text import clip

LOCKED = "Locked"
SNAPSHOTTED = "Snapshotted"
TEXT_LIMIT = 4096
"""Characters of a value in a reported conflict."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A NetworkPolicy of the tenant, as far as we touch it."""

    name: str
    uid: str
    version: str
    """resourceVersion: what is written is written to this one."""
    expressions: list[Mapping[str, Any]] | None
    """``spec.podSelector.matchExpressions``."""

    @property
    def object(self) -> str:
        """Return kind and name."""
        return f"NetworkPolicy/{self.name}"

    @property
    def key(self) -> tuple[str, str]:
        """Return its key in the journal."""
        return self.object, self.uid


@dataclass(frozen=True, slots=True)
class View:
    """All that the next step depends on."""

    quarantine: Quarantine
    target: Target | None
    """The namespace of that name; None when there is none."""
    policies: tuple[Policy, ...]
    """The tenant's, not ours."""
    own: Mapping[str, Any] | None
    """``spec`` of our own policy; None when it is missing."""
    journal: Journal
    others: tuple[str, ...] = ()
    """Quarantines that keep the namespace closed after this one's release."""
    successor: str | None = None
    """The Quarantine of the namespace that was made anew."""


class Act(StrEnum):
    """What a step does; also the names of crash points in tests."""

    AWAIT_APPROVAL = "AwaitApproval"
    BLOCK = "Block"
    SNAPSHOT_BEFORE = "SnapshotBefore"
    LOCK = "Lock"
    PROVE_LOCK = "ProveLock"
    SNAPSHOT = "Snapshot"
    DENY = "Deny"
    JOURNAL = "Journal"
    NEUTRALISE = "Neutralise"
    SETTLE = "Settle"
    HOLD = "Hold"
    """Nothing to do: it is isolated."""
    RESTORE = "Restore"
    REMOVE_DENY = "RemoveDeny"
    NOTE_RESTORED = "NoteRestored"
    UNLOCK = "Unlock"
    RELEASE = "Release"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one policy to be written."""

    policy: Policy
    expressions: list[Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do."""

    act: Act
    reason: str = ""
    message: str = ""
    journal: Journal | None = None
    """To be stored: before the changes of the *next* step, after those of the one before."""
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def next_step(view: View) -> Step:
    """Return what is to be done next."""
    quarantine = view.quarantine
    if quarantine.spec.release is not None:
        return _leave(view)
    if not approved(quarantine):
        message = "Somebody else than requestedBy has to approve"
        return Step(Act.AWAIT_APPROVAL, "AwaitingApproval", message)
    return _blocked(view) or _enter(view)


def _blocked(view: View) -> Step | None:
    """Tell what keeps the Quarantine from going on."""
    spec, target = view.quarantine.spec, view.target
    if target is None:
        message = f"Namespace {spec.namespace} does not exist; what was in it is gone"
        return Step(Act.BLOCK, "NamespaceGone", message)
    if not meant(view.quarantine, target):
        held = (
            f"; Quarantine {view.successor} holds the new one"
            if view.successor
            else f"; the new one belongs to {target.tenant or 'no tenant'}"
        )
        message = f"Namespace {spec.namespace} was made anew, with uid {target.uid}{held}"
        return Step(Act.BLOCK, "NamespaceReplaced", message)
    begun = find_condition(view.quarantine.status.conditions, LOCKED) is not None
    if target.tenant != spec.tenant and not begun:
        message = (
            f"Namespace {spec.namespace} belongs to {target.tenant or 'no tenant'}, not to "
            f"{spec.tenant}; write another Quarantine"
        )
        return Step(Act.BLOCK, "TenantMismatch", message)
    return None


def _enter(view: View) -> Step:
    """Return the next step towards an isolated namespace; the same steps re-assert it."""
    conditions = view.quarantine.status.conditions
    target = view.target
    taken = find_condition(conditions, SNAPSHOTTED)
    if taken is None:
        return Step(Act.SNAPSHOT_BEFORE)
    if target is None or target.state != NamespaceState.ISOLATED:
        return Step(Act.LOCK)
    locked = find_condition(conditions, LOCKED)
    if locked is None or locked.status != "True":
        return Step(Act.PROVE_LOCK)
    if taken.status != "True":
        return Step(Act.SNAPSHOT)
    if view.own != DENY_SPEC:
        return Step(Act.DENY)
    return _neutralise(view)


def _neutralise(view: View) -> Step:
    """Return the next step towards policies that select nothing."""
    known = view.journal.entries
    intents: list[Entry] = []
    changes: list[Change] = []
    done: list[tuple[str, str]] = []
    for policy in view.policies:
        before = known.get(policy.key)
        if closes(policy.expressions or ()):
            # One that selects nothing by itself, without an entry, stays as the tenant wrote it.
            if before is not None and before.state is EntryState.INTENDED:
                done.append(policy.key)
            continue
        after = closed(policy.expressions)
        # A value that was written meanwhile by somebody else is what has to be given back.
        if before is None or not before.open or before.before_hash != hash_of(policy.expressions):
            intents.append(entry(policy.object, policy.uid, policy.expressions, after))
        else:
            changes.append(Change(policy, after))
    if intents:
        return Step(Act.JOURNAL, journal=view.journal.put(intents))
    if changes:
        return Step(Act.NEUTRALISE, changes=tuple(changes))
    if done:
        return Step(Act.SETTLE, journal=view.journal.mark(EntryState.WRITTEN, done))
    return Step(Act.HOLD)


def _leave(view: View) -> Step:
    """Return the next step towards a namespace as it was."""
    quarantine, target = view.quarantine, view.target
    here = target is not None and meant(quarantine, target)
    if find_condition(quarantine.status.conditions, RESTORED) is None:
        if view.others:
            message = f"The namespace stays isolated by {', '.join(view.others)}"
            return Step(Act.NOTE_RESTORED, "OtherQuarantine", message)
        return _restore(view, here=here)
    if here and not view.others and target and target.state == NamespaceState.ISOLATED:
        return Step(Act.UNLOCK)
    return Step(Act.RELEASE)


def _restore(view: View, *, here: bool) -> Step:
    """Return the next step of giving back."""
    policies = {policy.key: policy for policy in view.policies} if here else {}
    changes: list[Change] = []
    restored: list[tuple[str, str]] = []
    conflicts: list[Conflict] = []
    lost: list[tuple[str, str]] = []
    for kept in view.journal.open:
        policy = policies.get(kept.key)
        if policy is not None and hash_of(policy.expressions) == kept.before_hash:
            restored.append(kept.key)
        elif policy is not None and hash_of(policy.expressions) == kept.after_hash:
            changes.append(Change(policy, original(policy.expressions)))
        else:
            lost.append(kept.key)
            conflicts.append(_conflict(kept, policy, policies.values()))
    if changes:
        return Step(Act.RESTORE, changes=tuple(changes))
    if here and view.own is not None:
        return Step(Act.REMOVE_DENY)
    journal = view.journal.mark(EntryState.RESTORED, restored).mark(EntryState.CONFLICT, lost)
    # Those too that an earlier attempt noted before it ended.
    found = tuple(dict.fromkeys((*view.quarantine.status.conflicts, *conflicts)))
    reason, message = _result(here=here, conflicts=len(found))
    return Step(Act.NOTE_RESTORED, reason, message, journal=journal, conflicts=found)


def _result(*, here: bool, conflicts: int) -> tuple[str, str]:
    """Return reason and message of what was given back."""
    if conflicts:
        return "Conflicts", "Fields that somebody else changed were left alone; see conflicts"
    if not here:
        return "NamespaceGone", "The namespace does not exist any more: nothing to give back"
    return "AsBefore", "Every field that was changed is as it was before"


def original(expressions: list[Mapping[str, Any]] | None) -> list[Mapping[str, Any]] | None:
    """Return what was there before we added to it: our addition is at the end, and nowhere else."""
    before = list(expressions or ())[: -len(closed(None))]
    return before or None


def _conflict(kept: Entry, policy: Policy | None, present: Iterable[Policy]) -> Conflict:
    """Describe a field that is left alone."""
    if policy is None:
        anew = next((p for p in present if p.object == kept.object), None)
        found = f"made anew with uid {anew.uid}" if anew else "object is gone"
        found = text_of(found)
    else:
        found = text_of(policy.expressions)
    return Conflict(
        object=kept.object,
        path=kept.path or PATH,
        found=clip(found, TEXT_LIMIT),
        expected=clip(_expected(kept), TEXT_LIMIT),
    )


def _expected(kept: Entry) -> str:
    """Return what we had written."""
    if kept.before is None:
        return text_of(f"sha256:{kept.after_hash}")
    return text_of(closed(msgspec.json.decode(kept.before)))
