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
from aup.isolation.conflicts import changed, unknown
from aup.isolation.hold import RESTORED, Target, approved, meant
from aup.isolation.journal import Entry, EntryState, Journal, entry, hash_of, text_of
from aup.isolation.manifests import DENY_SPEC
from aup.isolation.neutralise import closed, closes
from aup.text import join

LOCKED = "Locked"
SNAPSHOTTED = "Snapshotted"
JOURNAL_LOST = "JournalLost"
"""Reason of `Denied` while it is not known any more what some policies said before."""


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

    @property
    def journalled(self) -> bool:
        """Tell whether this Quarantine has kept a journal, as its status remembers."""
        return self.quarantine.status.journal is not None


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
    taken = find_condition(view.quarantine.status.conditions, SNAPSHOTTED)
    if taken is None:
        return Step(Act.SNAPSHOT_BEFORE)
    if step := _lock(view):
        return step
    if taken.status != "True":
        return Step(Act.SNAPSHOT)
    if view.own != DENY_SPEC:
        return Step(Act.DENY)
    return _neutralise(view)


def _lock(view: View) -> Step | None:
    """Return the next step towards a namespace of which it is proven that nobody writes in it."""
    target = view.target
    if target is None or target.state != NamespaceState.ISOLATED:
        return Step(Act.LOCK)
    if target.terminating:
        # It takes nothing new: neither the probe of the lock nor our policy.
        message = (
            f"Namespace {target.name} is being deleted; it is locked, its pods go, and what waits "
            "for somebody to take a finalizer off goes after the release"
        )
        return Step(Act.BLOCK, "NamespaceTerminating", message)
    locked = find_condition(view.quarantine.status.conditions, LOCKED)
    if locked is None or locked.status != "True":
        return Step(Act.PROVE_LOCK)
    return None


def _neutralise(view: View) -> Step:
    """Return the next step towards policies that select nothing."""
    known = view.journal.entries
    intents: list[Entry] = []
    changes: list[Change] = []
    done: list[tuple[str, str]] = []
    for policy in view.policies:
        before = known.get(policy.key)
        if closes(policy.expressions or ()):
            if before is not None and before.state is EntryState.INTENDED:
                done.append(policy.key)
            elif before is None and not view.journalled:
                # It selects nothing by itself and stays as the tenant wrote it. That is noted: from
                # now on one of which the journal knows nothing means that the journal was lost.
                found = entry(policy.object, policy.uid, policy.expressions, policy.expressions)
                intents.append(msgspec.structs.replace(found, state=EntryState.RESTORED))
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
    if lost := _unknown(view):
        names = join([policy.object for policy in lost], "and")
        message = (
            f"The journal does not know any more what {names} said before; it stays closed on "
            "release, and is then in conflicts"
        )
        return Step(Act.HOLD, JOURNAL_LOST, message)
    message = "The own policy is in place and every policy of the tenant selects nothing"
    return Step(Act.HOLD, "PoliciesInPlace", message)


def _unknown(view: View) -> list[Policy]:
    """Return the closed policies that the journal should know and does not: it was lost."""
    known = view.journal.entries if view.journalled else {p.key for p in view.policies}
    return [p for p in view.policies if p.key not in known and closes(p.expressions or ())]


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
            conflicts.append(changed(kept, _found(kept, policy, policies.values())))
    conflicts += [unknown(policy.object, policy.expressions) for policy in _unknown(view)]
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
        return "Conflicts", "Fields that could not be given back were left alone; see conflicts"
    if not here:
        return "NamespaceGone", "The namespace does not exist any more: nothing to give back"
    return "AsBefore", "Every field that was changed is as it was before"


def original(expressions: list[Mapping[str, Any]] | None) -> list[Mapping[str, Any]] | None:
    """Return what was there before we added to it: our addition is at the end, and nowhere else."""
    before = list(expressions or ())[: -len(closed(None))]
    return before or None


def _found(kept: Entry, policy: Policy | None, present: Iterable[Policy]) -> str:
    """Return what is there in place of what we wrote."""
    if policy is not None:
        return text_of(policy.expressions)
    anew = next((p for p in present if p.object == kept.object), None)
    return text_of(f"made anew with uid {anew.uid}" if anew else "object is gone")
