"""From the body of an admission request to the body of its answer, without waiting on anything."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from aup import metrics
from aup.admission import review
from aup.engine.decision import Decision
from aup.engine.evaluate import evaluate
from aup.facts.extract import KINDS, extract
from aup.facts.model import Facts, Operation, Subject, Surroundings
from aup.policy.terms import Terms


class TermsSource(Protocol):
    """Where a judgement finds what a namespace is held to: in memory."""

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose stamp a namespace carries."""

    def terms(self, tenant: str, now: datetime) -> Terms | None:
        """Return what a tenant is held to now; ``None`` when that cannot be told."""


class Judge:
    """Answers reviews. It is called by one task at a time."""

    def __init__(
        self, source: TermsSource, surroundings: Surroundings, now: Callable[[], datetime]
    ) -> None:
        self._source = source
        self._surroundings = surroundings
        self._now = now

    def lane(self, request: review.Request) -> str:
        """Return whose lane a request waits in: its tenant's, or its namespace's."""
        return self._source.tenant_of(request.namespace) or f"namespace/{request.namespace}"

    def answer(self, request: review.Request) -> bytes:
        """Judge a request and encode the answer."""
        subject = review.subject(request)
        if subject is None:
            return review.allow(request.uid)
        tenant = self._source.tenant_of(subject.namespace)
        terms = self._source.terms(tenant, self._now()) if tenant else None
        if terms is None:
            metrics.ADMISSION_REJECTED.labels("unknown_terms").inc()
            return review.refuse(request.uid, _unknown(subject.namespace))
        decision = self._decide(request, subject, terms)
        _count(decision)
        return review.answer(request, decision)

    def _decide(self, request: review.Request, subject: Subject, terms: Terms) -> Decision:
        """Extract the object, and what it was before, and evaluate."""
        facts = self._facts(bytes(request.object), subject)
        old = None
        if subject.operation is Operation.UPDATE:
            old = self._facts(bytes(request.old_object), subject)
        return evaluate(facts, terms, old)

    def _facts(self, raw: bytes, subject: Subject) -> Facts:
        return extract(raw, subject, self._surroundings)


def _count(decision: Decision) -> None:
    """Count the answer and each of its findings."""
    verdict = "deny" if decision.denials else "warn" if decision.warnings else "allow"
    subject = decision.subject
    kind = subject.kind if (subject.group, subject.kind) in KINDS else "other"
    metrics.ADMISSION_DECISIONS.labels(kind, verdict).inc()
    found = Counter((finding.rule, finding.outcome.value) for finding in decision.findings)
    for labels, number in found.items():
        metrics.RULE_VIOLATIONS.labels(*labels).inc(number)


def _unknown(namespace: str) -> str:
    """Say that a namespace was claimed before this replica knew its terms."""
    return (
        f"the terms of namespace {namespace} are not loaded yet, so nothing is admitted to it; "
        "try again in a few seconds, and tell the provider if this lasts"
    )
