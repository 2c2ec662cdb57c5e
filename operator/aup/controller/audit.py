"""Audit: everything that exists in claimed namespaces, judged again and again.

Two ways lead to the findings of a namespace. A *sweep* reads the whole cluster in pages, once in
every `audit_seconds`: it finds what nobody announced, such as what a webhook missed while it was
away, or an address that somebody else holds by now. A *visit* reads one namespace at once, when
what its tenant is held to has changed. Where that is so of many at a time, as when the process
starts, a sweep comes earlier instead: a visit asks for each kind by itself.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from typing_extensions import override

from aup import metrics
from aup.audit.impact import Impact, distinct
from aup.audit.stored import Judged, Stored, judge
from aup.controller.context import Context
from aup.controller.reconciler import Reconciler, Wake, asleep
from aup.engine.decision import Outcome
from aup.kube.resource import Resource
from aup.kube.wire import ObjectKey
from aup.live.stored import judged_here, stored_objects
from aup.policy.terms import Terms

SWEEP = ObjectKey("", "sweep")
VISITS = 20
"""So many namespaces are visited between two sweeps; where more have changed, one comes earlier."""
EARLY_SHARE = 3
"""Times as long as a sweep took the next one is put off, however many namespaces wait for it."""
COUNTED = (Outcome.DENY, Outcome.WARN, Outcome.AUDIT)
"""What is found and told. Reviews are for the provider's people, and consent is no finding."""
OUTCOMES = (*COUNTED, Outcome.EXEMPT)
"""What is kept: dashboards show what consent covers as skipped."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found in a namespace."""

    terms: Terms
    """Under which it was judged."""
    impacts: tuple[Impact, ...]
    at: float
    """Seconds since 1970."""


class Audit(Reconciler):
    """Sweeps, and answers what was found last."""

    name = "audit"

    def __init__(self, context: Context) -> None:
        self._context = context
        self._found: dict[str, Audited] = {}
        self._changed: list[Callable[[str], None]] = []
        self._wake: Wake = asleep
        self._resources: tuple[Resource, ...] = ()
        self._sweeping: Mapping[str, Terms] = {}
        """What is being swept, and by what it is judged."""
        self._visits = 0
        self._early_at = 0.0

    @override
    def attach(self, wake: Wake) -> None:
        """Keep the way to ask for a sweep."""
        self._wake = wake

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with a sweep: what happened while nobody looked is found first."""
        return (SWEEP,)

    def on_change(self, callback: Callable[[str], None]) -> None:
        """Call back with the name of each namespace of which a sweep found something new."""
        self._changed.append(callback)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Sweep the cluster."""
        began = time.monotonic()
        self._visits = 0
        self._resources = await judged_here(self._context.cluster)
        judged: defaultdict[str, list[Judged]] = defaultdict(list)
        terms = self._sweeping = self._claimed()
        async for stored in stored_objects(self._context.cluster, resources=self._resources):
            if stored.namespace in terms:
                _note(judged, self._judge(stored, terms[stored.namespace]))
        now = time.time()
        for gone in self._found.keys() - terms.keys():
            del self._found[gone]
        for namespace, held in terms.items():
            impacts = tuple(distinct(judged.get(namespace, ())))
            before = self._found.get(namespace)
            self._found[namespace] = Audited(held, impacts, now)
            if before is None or (before.terms, before.impacts) != (held, impacts):
                for callback in self._changed:
                    callback(namespace)
        self._measure()
        self._sweeping = {}
        ended = time.monotonic()
        self._early_at = ended + EARLY_SHARE * (ended - began)
        return self._context.settings.audit_seconds

    async def visit(self, namespace: str, terms: Terms) -> Audited | None:
        """Return what a namespace breaks under these terms, reading it when that is not known.

        ``None`` where many wait: the next sweep finds it, and `on_change` tells.
        """
        found = self._found.get(namespace)
        if found is not None and found.terms == terms:
            return found
        if self._visits >= VISITS:
            if self._sweeping.get(namespace) != terms:
                self._wake(SWEEP, max(self._early_at - time.monotonic(), 0.0))
            return None
        self._visits += 1
        if not self._resources:
            self._resources = await judged_here(self._context.cluster)
        judged: defaultdict[str, list[Judged]] = defaultdict(list)
        objects = stored_objects(self._context.cluster, namespace, self._resources)
        async for stored in objects:
            _note(judged, self._judge(stored, terms))
        impacts = tuple(distinct(judged[namespace]))
        found = self._found[namespace] = Audited(terms, impacts, time.time())
        self._measure()
        return found

    def forget(self, namespace: str) -> None:
        """Drop what is known of a namespace that is nobody's."""
        if self._found.pop(namespace, None) is not None:
            self._measure()

    def _judge(self, stored: Stored, terms: Terms) -> Judged | None:
        metrics.AUDIT_OBJECTS.inc()
        return judge(stored, terms, self._context.surroundings, OUTCOMES)

    def _claimed(self) -> dict[str, Terms]:
        """Return every claimed namespace with what it is held to now."""
        surroundings, world = self._context.surroundings, self._context.world
        now = self._context.now()
        found = {}
        for key in surroundings.namespaces.items:
            tenant = surroundings.tenant_of(key.name)
            terms = world.terms(tenant, now) if tenant else None
            if terms is not None:
                found[key.name] = terms
        return found

    def _measure(self) -> None:
        """Set the metrics: all findings of all namespaces, and how old the oldest audit is."""
        count = Counter(
            (finding.rule, finding.outcome.value)
            for audited in self._found.values()
            for impact in audited.impacts
            for finding in impact.findings
            if finding.outcome in COUNTED
        )
        metrics.AUDIT_FINDINGS.clear()
        for labels, number in count.items():
            metrics.AUDIT_FINDINGS.labels(*labels).set(number)
        metrics.AUDIT_OLDEST.set(min((a.at for a in self._found.values()), default=time.time()))


def _note(judged: defaultdict[str, list[Judged]], found: Judged | None) -> None:
    """Put a finding down under its namespace."""
    if found is not None:
        judged[found.namespace].append(found)
