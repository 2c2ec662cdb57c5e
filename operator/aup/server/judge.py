"""From the body of an admission request to the body of its answer, without waiting on anything."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Protocol

from msgspec import structs
from prometheus_client import Counter

from aup import metrics
from aup.admission import review
from aup.admission.owner import owners
from aup.engine.decision import Decision, Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import KINDS, extract
from aup.facts.markings import with_lost
from aup.facts.model import Facts, Operation, Subject, Surroundings
from aup.live.budgets import Held
from aup.policy.terms import GrantTerm, Terms
from aup.server.charge import Charge, charge
from aup.server.early import Present, Unknown, foretold
from aup.text import printable


class TermsSource(Protocol):
    """Where a judgement finds what a namespace is held to: in memory."""

    def tenant_of(self, namespace: str) -> str | None:
        """Return the tenant whose stamp a namespace carries."""

    def tenants_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return the tenants that name one of these groups of users as theirs, sorted."""

    def terms(self, tenant: str, now: datetime) -> Terms | None:
        """Return what a tenant is held to now; ``None`` when that cannot be told."""

    def grants(self, namespace: str, now: datetime) -> tuple[GrantTerm, ...]:
        """Return whom of the staff a namespace lets in now."""

    def budget(self, tenant: str) -> Held | None:
        """Return a tenant's budget, where a ledger holds it."""


class Judge:
    """Answers reviews. It is called by one task at a time."""

    def __init__(
        self,
        source: TermsSource,
        surroundings: Surroundings,
        now: Callable[[], datetime],
        present: Present | None = None,
    ) -> None:
        """Args: ``surroundings`` is what rules ask about, ``present`` what budgets do."""
        self._source = source
        self._surroundings = surroundings
        self._present = present or Unknown()
        self._now = now

    def lane(self, request: review.Request) -> str:
        """Return whose lane a request waits in: its tenant's, else its namespace's or user's."""
        subject = review.envelope(request)
        nobody = f"namespace/{subject.namespace}" if subject.namespace else "nobody"
        return next(iter(self._owners(subject)), nobody)

    def answer(self, request: review.Request) -> bytes | Charge:
        """Judge a request and encode the answer, unless a budget has to be asked first.

        Raises:
            review.InvalidReviewError: the request is none that could be judged.

        """
        if request.operation == review.IGNORED:
            return review.allow(request.uid)
        subject = review.subject(request)
        decisions = []
        for tenant in self._owners(subject):
            terms = self._source.terms(tenant, self._now())
            if terms is None:
                return self._unknown_terms(request, subject)
            decision = self._decide(request, subject, terms)
            if _lies_in_a_namespace(subject):
                decision = foretold(request, terms, decision, self._present)
                if held := self._source.budget(tenant):
                    charged = charge(request, held, terms, decision)
                    if isinstance(charged, Charge):
                        return charged
                    decision = charged
            decisions.append(decision)
        if not decisions:
            if _lies_in_a_namespace(subject):
                return self._unknown_terms(request, subject)
            metrics.ADMISSION_UNATTRIBUTED.labels(_kind(subject)).inc()
            return review.allow(request.uid)
        # Whoever belongs to several tenants may do as one of them what that one may do.
        decision = next((d for d in decisions if d.allowed), decisions[0])
        return self.close(request, decision)

    def close(self, request: review.Request, decision: Decision) -> bytes:
        """Encode the answer to a request about which all is known."""
        _count(decision)
        return review.answer(request, decision)

    def advise(self, request: review.Request) -> bytes:
        """Say what there is to say of a kind that is not known; never refuse."""
        if request.operation not in review.JUDGED:
            return review.allow(request.uid)
        subject = review.subject(request)
        for tenant in self._owners(subject):
            if terms := self._source.terms(tenant, self._now()):
                decision = self._decide(request, subject, terms, advisory=True)
                _count(decision)
                return review.answer(request, decision)
        return review.allow(request.uid)

    def _owners(self, subject: Subject) -> tuple[str, ...]:
        """Return the tenants whose object it is: one in a namespace, any number outside of all."""
        if _lies_in_a_namespace(subject):
            tenant = self._source.tenant_of(subject.namespace)
            return (tenant,) if tenant else ()
        writer = subject.writer
        return owners(writer, self._source.tenant_of, self._source.tenants_of) if writer else ()

    def _decide(
        self, request: review.Request, subject: Subject, terms: Terms, *, advisory: bool = False
    ) -> Decision:
        """Extract the object, and what it was before, and evaluate."""
        facts = self._facts(bytes(request.object), subject)
        if advisory:
            facts = structs.replace(facts, advisory=True)
        if facts.access is not None:
            found = self._source.grants(subject.namespace, self._now())
            security = replace(terms.security, grants=(*terms.security.grants, *found))
            terms = replace(terms, security=security)
        old = None
        if subject.operation is Operation.UPDATE:
            old = self._facts(bytes(request.old_object), subject)
            facts = with_lost(facts, old)
        return evaluate(facts, terms, old)

    def _facts(self, raw: bytes, subject: Subject) -> Facts:
        return extract(raw, subject, self._surroundings)

    def _unknown_terms(self, request: review.Request, subject: Subject) -> bytes:
        """Refuse what was sent before this replica knew what it must be held to."""
        metrics.ADMISSION_REJECTED.labels("unknown_terms").inc()
        where = f"namespace {printable(subject.namespace)}" if subject.namespace else "its tenant"
        return review.refuse(
            request.uid,
            f"the terms of {where} are not loaded yet, so nothing is admitted to it; "
            "try again in a few seconds, and tell the provider if this lasts",
        )


def _count(decision: Decision) -> None:
    """Count the answer and each of its findings."""
    verdict = "deny" if decision.denials else "warn" if decision.warnings else "allow"
    _answered(_kind(decision.subject), verdict).inc()
    for finding in decision.findings:
        _found(finding.rule, finding.outcome).inc()


# To look a metric up by its labels costs more than to count: both sets of labels are closed.
@cache
def _answered(kind: str, verdict: str) -> Counter:
    return metrics.ADMISSION_DECISIONS.labels(kind, verdict)


@cache
def _found(rule: str, outcome: Outcome) -> Counter:
    return metrics.RULE_VIOLATIONS.labels(rule, outcome.value)


def _lies_in_a_namespace(subject: Subject) -> bool:
    """Tell whether an object is in a namespace; the API server says of each that it is in itself.

    The provider's people and the platform's controllers annotate tenants' Namespaces.
    """
    return bool(subject.namespace) and (subject.group, subject.kind) != ("", "Namespace")


def _kind(subject: Subject) -> str:
    """Return the kind as a label of a metric: one of a closed set."""
    return subject.kind if (subject.group, subject.kind) in KINDS else "other"
