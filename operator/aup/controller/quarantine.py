"""Quarantines: from approval to isolation, kept so, and given back field by field."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from typing_extensions import override

from aup import metrics
from aup.api.quarantine import Quarantine, QuarantinePhase
from aup.api.sections.resources import EvidenceTerms
from aup.controller.abuse import all_quarantines
from aup.controller.context import Context
from aup.controller.evidence_store import EvidenceError, EvidenceStore
from aup.controller.journal_store import JournalStore
from aup.controller.quarantine_status import ISOLATED, UNKNOWN, Desk
from aup.controller.quarantine_steps import Steps
from aup.controller.quarantine_view import view_of
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.errors import AupError
from aup.isolation.journal import JournalError
from aup.isolation.neutralise import is_neutralised
from aup.isolation.plan import Act, next_step
from aup.kube.resource import NETWORK_POLICIES, QUARANTINES
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey

MAX_STEPS = 100
"""Of one run: more means that somebody undoes what is done, and others wait."""
REST = frozenset({Act.AWAIT_APPROVAL, Act.BLOCK, Act.HOLD, Act.RELEASE})
"""Steps after which there is nothing to do until something changes."""


class ContestedError(AupError):
    """Somebody undoes the steps as fast as they are done."""

    def __init__(self, *, quarantine: str) -> None:
        super().__init__(f"quarantine {quarantine}: what is done is undone by somebody else")
        self.quarantine = quarantine


class _Seen(msgspec.Struct, frozen=True):
    """A NetworkPolicy as far as it can be the cause to look again."""

    uid: str
    neutralised: bool


def _seen(raw: bytes | msgspec.Raw) -> _Seen:
    found: dict[str, Any] = msgspec.json.decode(raw)
    return _Seen(uid=found["metadata"].get("uid", ""), neutralised=is_neutralised(found))


class Quarantines(Reconciler):
    """Works on several namespaces at a time, on one namespace one Quarantine at a time."""

    name = "quarantine"
    kinds = (QUARANTINES,)
    lanes = 4

    def __init__(self, context: Context) -> None:
        """Args: ``context`` is the process's own."""
        self._context = context
        self._wake: Wake | None = None
        self._about: dict[str, str] = {}
        """Name of each Quarantine that is not over → its namespace."""
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._policies = Informer(
            context.cluster,
            NETWORK_POLICIES,
            _seen,
            on_change=lambda key, *_: self._changed(key.namespace),
        )

    @property
    @override
    def informers(self) -> tuple[Informer[Any], ...]:
        """Return the watch of policies: drift is put right when it happens."""
        return (self._policies,)

    @override
    def attach(self, wake: Wake) -> None:
        """Keep what wakes a Quarantine, and look at namespaces too."""
        self._wake = wake
        namespaces = self._context.surroundings.namespaces
        namespaces.subscribe(lambda key, *_: self._changed(key.name))

    def _changed(self, namespace: str) -> None:
        """Wake the Quarantines of a namespace."""
        if self._wake is None:
            return
        for name, about in self._about.items():
            if about == namespace:
                self._wake(ObjectKey("", name))

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Bring one Quarantine as far as it can be brought."""
        quarantine = await self._context.cluster.get_or_none(QUARANTINES, key.name, into=Quarantine)
        if quarantine is None:
            self._about.pop(key.name, None)
            return NEVER
        self._about[key.name] = quarantine.spec.namespace
        async with self._one_at_a_time[quarantine.spec.namespace_uid]:
            return await self._work(quarantine)

    async def _work(self, quarantine: Quarantine) -> float | None:
        journal = JournalStore(
            self._context.cluster, self._context.settings.namespace, quarantine.spec.namespace_uid
        )
        desk = Desk(self._context.cluster, quarantine, self._context.now())
        if quarantine.status.phase is QuarantinePhase.RELEASED:
            self._about.pop(quarantine.metadata.name, None)
            return await self._keep(desk, journal)
        store = EvidenceStore(self._folder(quarantine))
        steps = Steps(self._context, desk, store, journal)
        try:
            return await self._steps(steps, desk, journal)
        except (JournalError, EvidenceError) as error:
            # Nothing is done without them; whoever looks at the object shall see why.
            unreadable = isinstance(error, JournalError)
            reason = "JournalUnreadable" if unreadable else "EvidenceNotKept"
            await desk.say(ISOLATED, UNKNOWN, reason, str(error))
            raise

    async def _steps(self, steps: Steps, desk: Desk, journal: JournalStore) -> float | None:
        """Do step after step until there is nothing to do."""
        for _ in range(MAX_STEPS):
            quarantines = await all_quarantines(self._context)
            _count(quarantines)
            view = await view_of(self._context, desk.quarantine, quarantines, await journal.load())
            step = next_step(view)
            wait = await steps.do(view, step)
            if wait is not None:
                return wait
            if step.act is Act.RELEASE:
                self._wake_others(desk.quarantine, quarantines)
                return 0.0
            if step.act in REST:
                return None
        raise ContestedError(quarantine=desk.quarantine.metadata.name)

    def _wake_others(self, over: Quarantine, quarantines: Iterable[Quarantine]) -> None:
        """Have other Quarantines of the namespace look again."""
        for other in quarantines:
            if self._wake and other.spec.namespace_uid == over.spec.namespace_uid:
                self._wake(ObjectKey("", other.metadata.name))

    async def _keep(self, desk: Desk, journal: JournalStore) -> float:
        """Keep the journal of what is over as long as evidence is kept, then remove it."""
        released = desk.status.released_at
        if released is None:
            return NEVER
        left = released + self._retention(desk.quarantine) - desk.now
        if left > timedelta(0):
            return left.total_seconds()
        if not (await journal.load()).open:
            await journal.remove()
        return NEVER

    def _retention(self, quarantine: Quarantine) -> timedelta:
        edition = self._context.world.world.edition_of(quarantine.spec.tenant)
        terms = edition.spec.evidence if edition else EvidenceTerms()
        return timedelta(days=terms.retention_days)

    def _folder(self, quarantine: Quarantine) -> Path:
        """Return where its evidence goes; settings make sure that there is a directory."""
        root = self._context.settings.evidence_dir
        if root is None:
            raise AupError("no directory for evidence: set --evidence-dir")
        return root / quarantine.metadata.uid


def _count(quarantines: Iterable[Quarantine]) -> None:
    """Tell how many there are in each phase."""
    phases = Counter(str(q.status.phase or QuarantinePhase.AWAITING_APPROVAL) for q in quarantines)
    for phase in QuarantinePhase:
        metrics.QUARANTINES.labels(phase.value).set(phases[phase.value])
