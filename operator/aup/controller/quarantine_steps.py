"""Doing the steps of a quarantine: each is one kind of effect, and can be done again.

The plan (`aup.isolation.plan`) says which one is next. A crash after an effect and before it was
noted is found by looking: that is why no step relies on what another one remembers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from aup.api.meta import QUARANTINE_POLICY_NAME, NamespaceState, find_condition
from aup.api.quarantine import Conflict, QuarantinePhase
from aup.controller.context import Context
from aup.controller.evidence_store import EvidenceStore, Taken
from aup.controller.fault import crash_point
from aup.controller.journal_store import JournalStore, prefix
from aup.controller.policy_writer import disown, write_expressions
from aup.controller.quarantine_status import (
    DENIED,
    FALSE,
    ISOLATED,
    NOT_PROVEN,
    TRUE,
    UNKNOWN,
    Desk,
)
from aup.controller.quarantine_view import evidence_of
from aup.controller.stamping import set_state
from aup.errors import ApiError, ForbiddenError
from aup.evidence.record import Record, RecordKind
from aup.evidence.snapshot import taken
from aup.isolation.hold import RESTORED
from aup.isolation.journal import Entry
from aup.isolation.manifests import DENY_SPEC, deny_policy, probe_policy
from aup.isolation.plan import JOURNAL_LOST, LOCKED, SNAPSHOTTED, Act, Step, View
from aup.kube.events import EventType, Regarding
from aup.kube.resource import NAMESPACES, NETWORK_POLICIES, QUARANTINES

PROBE_USER = "aup:lock-probe"
"""May do nothing but ask for the creation of a NetworkPolicy, which the lock has to refuse."""
PROBE_SECONDS = 0.3
"""A policy takes up to a second to hold after the stamp was written."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Steps:
    """Does steps for one Quarantine."""

    context: Context
    desk: Desk
    store: EvidenceStore
    journal: JournalStore

    async def do(self, view: View, step: Step) -> float | None:
        """Do a step; return seconds to wait before the next one, None to go on at once."""
        act = step.act
        drifted = self.desk.status.phase is QuarantinePhase.ISOLATED and act in _RE_ASSERTING
        await self.desk.begin(act)
        if drifted:
            await self._event("DriftCorrected", f"{_RE_ASSERTING[act]}.", "Warning", act="Reassert")
        effect = self._effects().get(act)
        wait = await effect(view, step) if effect else None
        crash_point(act.value)
        return wait

    def _effects(self) -> Mapping[Act, Callable[[View, Step], Awaitable[float | None]]]:
        return {
            Act.BLOCK: self._block,
            Act.SNAPSHOT_BEFORE: self._snapshot_before,
            Act.LOCK: self._lock,
            Act.PROVE_LOCK: self._prove_lock,
            Act.SNAPSHOT: self._snapshot,
            Act.DENY: self._deny,
            Act.JOURNAL: self._note_intents,
            Act.NEUTRALISE: self._write_policies,
            Act.SETTLE: self._settle,
            Act.HOLD: self._hold,
            Act.RESTORE: self._write_policies,
            Act.REMOVE_DENY: self._remove_deny,
            Act.NOTE_RESTORED: self._note_restored,
            Act.UNLOCK: self._unlock,
            Act.RELEASE: self._release,
        }

    async def _block(self, _view: View, step: Step) -> None:
        await self.desk.say(ISOLATED, UNKNOWN, step.reason, step.message)
        await self._event("QuarantineBlocked", f"{step.message}.", "Warning", act="Isolate")

    async def _snapshot_before(self, _view: View, _step: Step) -> None:
        await self._take(RecordKind.SNAPSHOT_BEFORE, "as it was before the lock")
        message = "Taken once before the lock; it is taken again when nobody can write any more"
        await self.desk.say(SNAPSHOTTED, FALSE, "BeforeLock", message)

    async def _lock(self, _view: View, _step: Step) -> None:
        spec = self.desk.quarantine.spec
        await set_state(
            self.context.cluster, spec.namespace, spec.namespace_uid, NamespaceState.ISOLATED
        )
        crash_point("Lock:Effect")
        await self.desk.say(LOCKED, FALSE, "NotProven", "The stamp is set; it is not refused yet")

    async def _prove_lock(self, _view: View, _step: Step) -> float | None:
        """Try, as somebody who may by RBAC, what the lock has to refuse."""
        namespace = self.desk.quarantine.spec.namespace
        lock = f"'{self.context.settings.fullname}-quarantine'"
        probe = self.context.cluster.as_user(PROBE_USER)
        why = "NotRefused", "A write by somebody who may was not refused: the lock does not hold"
        try:
            await probe.create(NETWORK_POLICIES, probe_policy(namespace), dry_run=True)
        except ForbiddenError as error:
            if lock in error.message:
                message = "A write by somebody who may was refused by the lock"
                await self.desk.say(LOCKED, TRUE, "Refused", message)
                return None
            why = "ProbeNotAllowed", f"The lock could not be tried: {error.message}"
        await self.desk.say(LOCKED, FALSE, *why)
        return PROBE_SECONDS

    async def _snapshot(self, _view: View, _step: Step) -> None:
        await self._take(RecordKind.SNAPSHOT, "while nobody could write")
        message = "Taken while nobody could write"
        await self.desk.say(SNAPSHOTTED, TRUE, "Authoritative", message)

    async def _deny(self, view: View, _step: Step) -> None:
        namespace = self.desk.quarantine.spec.namespace
        written = await self.context.cluster.apply(NETWORK_POLICIES, deny_policy(namespace))
        if written.get("spec") != DENY_SPEC:
            # The name is ours alone, but the object may be older than the guard that says so.
            operations = [{"op": "replace", "path": "/spec", "value": dict(DENY_SPEC)}]
            await self.context.cluster.json_patch(
                NETWORK_POLICIES, QUARANTINE_POLICY_NAME, operations, namespace=namespace
            )
        log.info("deny policy written", extra={"namespace": namespace, "was": view.own})

    async def _note_intents(self, view: View, step: Step) -> None:
        """Write down what is about to be changed; nothing is changed before both stand."""
        if step.journal is None:
            return
        known = view.journal.entries
        entries = [e for key, e in step.journal.entries.items() if known.get(key) != e]
        await self._record(RecordKind.CHANGE, "about to be changed", {"entries": _plain(entries)})
        await self.journal.save(step.journal)
        await self.desk.write(journal=prefix(self.journal.uid))

    async def _write_policies(self, _view: View, step: Step) -> None:
        """Write the one field of each policy; each to the version that was looked at."""
        namespace = self.desk.quarantine.spec.namespace
        for change in step.changes:
            try:
                written = await write_expressions(self.context.cluster, namespace, change)
                if step.act is Act.RESTORE:
                    await disown(self.context.cluster, namespace, written)
            except ApiError as error:
                reason, told = "NotWritten", f"{change.policy.object}: {error.message}"
                await self.desk.say(DENIED, FALSE, reason, told)
                raise
            crash_point(f"{step.act}:First")

    async def _settle(self, _view: View, step: Step) -> None:
        if step.journal is not None:
            await self.journal.save(step.journal)

    async def _hold(self, view: View, step: Step) -> None:
        """Note that it is isolated, and that the evidence is still there."""
        told = find_condition(self.desk.status.conditions, DENIED)
        await self.desk.say(DENIED, TRUE, step.reason, step.message)
        if step.reason == JOURNAL_LOST and told and told.reason != step.reason:
            await self._event(step.reason, f"{step.message}.", "Warning", act="Record")
        if view.journal.chunks:
            # A controller that was killed may have stored it without saying so.
            await self.desk.write(journal=prefix(self.journal.uid))
        first = self.desk.status.isolated_at is None
        isolated_at = self.desk.status.isolated_at or self.desk.now
        phase = QuarantinePhase.ISOLATED
        await self.desk.say(
            ISOLATED, UNKNOWN, "NotProven", NOT_PROVEN, isolated_at=isolated_at, phase=phase
        )
        if first:
            await self._event("NamespaceIsolated", self._neutral("is isolated"), act="Isolate")
        if not await asyncio.to_thread(self.store.holds, self.desk.head):
            note = "Earlier records of evidence are not on the volume any more; the chain says so."
            await self._event("EvidenceLost", note, "Warning", act="Record")
            await self._take(RecordKind.SNAPSHOT, "taken again, since records were lost")

    async def _remove_deny(self, _view: View, _step: Step) -> None:
        await self.context.cluster.delete(
            NETWORK_POLICIES,
            QUARANTINE_POLICY_NAME,
            namespace=self.desk.quarantine.spec.namespace,
            missing_ok=True,
        )

    async def _note_restored(self, _view: View, step: Step) -> None:
        """Note the result: conflicts first, since the journal forgets what was found."""
        await self._record_release(step.message, step.conflicts)
        await self.desk.write(conflicts=step.conflicts)
        crash_point("NoteRestored:Conflicts")
        if step.journal is not None:
            await self.journal.save(step.journal)
        restored = TRUE if step.reason in {"AsBefore", "NamespaceGone"} else FALSE
        await self.desk.say(RESTORED, restored, step.reason, step.message)
        for conflict in step.conflicts:
            note = f"{conflict.object} {conflict.path} was changed by somebody else and left alone."
            await self._event("NotRestored", note, "Warning", act="Release")

    async def _record_release(self, note: str, conflicts: tuple[Conflict, ...]) -> None:
        body = {
            "conflicts": msgspec.to_builtins(conflicts),
            "release": msgspec.to_builtins(self.desk.quarantine.spec.release),
        }
        await self._record(RecordKind.RELEASE, note, body)

    async def _unlock(self, _view: View, _step: Step) -> None:
        spec = self.desk.quarantine.spec
        await set_state(
            self.context.cluster, spec.namespace, spec.namespace_uid, NamespaceState.ACTIVE
        )

    async def _release(self, view: View, _step: Step) -> None:
        released = self.desk.status.released_at or self.desk.now
        if not view.others:
            for type_ in (LOCKED, DENIED):
                if self.desk.is_true(type_):
                    await self.desk.say(type_, FALSE, "Released", "It was given back")
        if not await asyncio.to_thread(self.store.holds, self.desk.head):
            note = "released; noted again, since records were lost"
            await self._record_release(note, self.desk.status.conflicts)
        phase = QuarantinePhase.RELEASED
        told = "Released", "It was given back"
        await self.desk.say(ISOLATED, FALSE, *told, released_at=released, phase=phase)
        await self._event("NamespaceReleased", self._neutral("is released"), act="Release")

    async def _take(self, kind: RecordKind, note: str) -> None:
        """Take the namespace's objects as evidence."""
        namespace = self.desk.quarantine.spec.namespace
        objects = [found async for found in evidence_of(self.context, namespace)]
        kept = await asyncio.to_thread(taken, objects)
        await self._record(kind, f"namespace {namespace}, {note}", {}, kept)

    async def _record(
        self, kind: RecordKind, note: str, body: Mapping[str, Any], kept: Taken = ()
    ) -> None:
        """Add a record to the chain, and its hash to the status."""
        quarantine = self.desk.quarantine
        record = Record(
            seq=0,
            at=self.desk.now,
            kind=kind,
            quarantine=quarantine.metadata.name,
            namespace=quarantine.spec.namespace,
            namespace_uid=quarantine.spec.namespace_uid,
            note=note,
            body=body,
        )
        head = await asyncio.to_thread(self.store.append, record, kept, self.desk.head)
        crash_point(f"{kind}:Record")
        await self.desk.write(evidence_head=head.hash, evidence_records=head.seq)
        await self._event("EvidenceTaken", f"Record {head.seq}: {note}; {head.hash}.", act="Record")

    async def _event(
        self, reason: str, note: str, type_: EventType = "Normal", *, act: str
    ) -> None:
        meta = self.desk.quarantine.metadata
        about = Regarding.to(QUARANTINES, meta.name, uid=meta.uid)
        await self.context.events.post(about, reason, note, action=act, type=type_)
        if reason in _FOR_EVERYBODY:
            spec = self.desk.quarantine.spec
            about = Regarding.to(NAMESPACES, spec.namespace, uid=spec.namespace_uid)
            await self.context.events.post(about, reason, note, action=act, type=type_)

    def _neutral(self, what: str) -> str:
        """Return a sentence that anybody may read: what and why, never who reported."""
        spec = self.desk.quarantine.spec
        return f"Namespace {spec.namespace} {what} ({', '.join(spec.reasons)})."


_FOR_EVERYBODY = frozenset({"NamespaceIsolated", "NamespaceReleased"})
_RE_ASSERTING: Mapping[Act, str] = {
    Act.LOCK: "The stamp that locks the namespace was not there any more and is set again",
    Act.DENY: "The own policy was removed or changed and is written again",
    Act.JOURNAL: "A policy that selects pods was found and is neutralised",
    Act.NEUTRALISE: "A policy that selects pods again was found and is neutralised",
}


def _plain(entries: list[Entry]) -> Any:
    return msgspec.to_builtins(entries)
