"""What a request takes of its tenant's budget, and what is said when there is not enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aup.admission.review import Request, metadata
from aup.budget import words
from aup.budget.measure import Measure, asked
from aup.budget.refusals import crowded, late, shut, unread
from aup.budget.wire import UnreadableError
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import judged
from aup.errors import UnchargedError
from aup.ledger.amounts import Amounts, decimals, steps, within
from aup.ledger.entry import Entry, Key
from aup.ledger.verdict import Allowed, Closed, Short, Verdict
from aup.live.budgets import Held
from aup.live.counted import OF_KIND
from aup.policy.terms import Terms
from aup.rules.base import Violation

_SHORTAGE: Final = Violation(path="", value="", detail="", remedy="", key=())
"""Any shortage: what the policy does about one depends on the rule alone."""


@dataclass(frozen=True, slots=True)
class Charge:
    """An admission that takes of a budget."""

    request: Request
    terms: Terms
    held: Held
    entry: Entry
    """What is taken: of the keys under which a shortage refuses, or else of all."""
    beside: Entry | None
    """What is only looked at, beside it: of keys under which a shortage refuses nothing."""
    decision: Decision
    """What the rules say, and what the budget says without looking at what is left."""
    binding: bool
    """Whether to be short of it refuses the request; else it is told, or nobody cares."""

    @property
    def takes(self) -> bool:
        """Whether what it needs is held for it: what is refused anyway, or a dry run, is not."""
        return self.binding and self.decision.allowed and not self.request.dry_run

    def answered(self, verdict: Verdict, beside: Verdict) -> Decision:
        """Return the decision with what the ledger says of what is taken, and of what is not.

        Raises:
            UnchargedError: it would allow what nothing is held for.

        """
        found = self.decision.adding(self._findings(self.entry, verdict))
        if self.takes and found.allowed and not isinstance(verdict, Allowed):
            raise UnchargedError(entry=self.entry.name, verdict=type(verdict).__name__)
        if self.beside is None or isinstance(beside, Closed):
            return found
        return found.adding(self._findings(self.beside, beside))

    def _findings(self, entry: Entry, verdict: Verdict) -> Iterator[Finding | None]:
        """Yield what the policy says of a verdict."""
        if isinstance(verdict, Allowed):
            return
        for rule, violation in self._violations(entry, verdict):
            yield judged(rule, violation, self.decision.subject, self.terms)

    def _violations(self, entry: Entry, verdict: Short | Closed) -> Iterator[tuple[str, Violation]]:
        tenant, contact = self.terms.tenant, self.terms.policy.contact
        # Where licences alone are counted, it is their rule that refuses.
        rule = max(map(words.rule_of, entry.amounts))
        if isinstance(verdict, Closed):
            yield rule, shut(str(verdict.why), tenant=tenant, contact=contact)
            return
        if verdict.busy is not None:
            yield rule, crowded(str(verdict.busy), tenant=tenant, contact=contact)
            return
        if not verdict.missing:
            yield rule, late(tenant=tenant, contact=contact)
            return
        zero = Decimal(0)
        asked_for, left = decimals(entry.amounts), decimals(verdict.left)
        hard, flying = decimals(self.held.hard), decimals(verdict.in_flight)
        for key in sorted(verdict.missing):
            yield (
                words.rule_of(key),
                words.over(
                    key,
                    asked=asked_for[key],
                    left=left.get(key, zero),
                    hard=hard.get(key, zero),
                    in_flight=flying.get(key, zero),
                    tenant=tenant,
                    contact=contact,
                ),
            )


def charge(request: Request, held: Held, terms: Terms, decision: Decision) -> Charge | Decision:
    """Return what a request takes of a ledger; where that is nothing, what is to be answered."""
    resource = request.resource.group, request.resource.resource
    if resource not in held.meter.asks:
        return decision
    try:
        new, old = asked(
            *resource,
            request.sub_resource,
            request.operation,
            bytes(request.object),
            bytes(request.old_object),
        )
    except UnreadableError:
        return _uncounted(decision, terms)
    found = decision.adding(_plain(request, held, terms, decision, new, old))
    grown = steps(held.meter.grows(request.namespace, new, old))
    limited = {key: amount for key, amount in grown.items() if key in held.hard}
    if not limited or resource not in OF_KIND:
        return found
    rules = {key: words.rule_of(key) for key in limited}
    refusing = {rule for rule in set(rules.values()) if _refuses(rule, found, terms)}
    binding = {key for key, rule in rules.items() if rule in refusing}
    kind = OF_KIND[resource]
    taken = within(limited, binding) or limited
    rest = within(limited, limited.keys() - taken.keys())
    return Charge(
        request,
        terms,
        held,
        entry=_entry(request, kind, taken),
        beside=_entry(request, kind, rest) if rest else None,
        decision=found,
        binding=bool(binding),
    )


def _uncounted(decision: Decision, terms: Terms) -> Decision:
    """Refuse what cannot be counted, unless rules do: of what they read they say what is wrong."""
    if not decision.allowed:
        return decision
    violation = unread(tenant=terms.tenant, contact=terms.policy.contact)
    return decision.adding((judged(words.BUDGET_RULE, violation, decision.subject, terms),))


def _refuses(rule: str, decision: Decision, terms: Terms) -> bool:
    """Tell whether a shortage under keys of a rule refuses the request."""
    finding = judged(rule, _SHORTAGE, decision.subject, terms)
    return finding is not None and finding.outcome is Outcome.DENY


def _plain(
    request: Request, held: Held, terms: Terms, decision: Decision, new: Measure, old: Measure
) -> Iterator[Finding | None]:
    """Yield what no ledger needs to be asked for: keys that are closed, and growth without end."""
    tenant, contact = terms.tenant, terms.policy.contact
    for key in held.meter.closed(new, old):
        violation = words.closed(key, tenant=tenant, contact=contact)
        yield judged(words.rule_of(key), violation, decision.subject, terms)
    for key in held.meter.endless(request.namespace, new, old):
        violation = words.endless(key, tenant=tenant)
        yield judged(words.rule_of(key), violation, decision.subject, terms)


def _entry(request: Request, kind: str, amounts: Amounts) -> Entry:
    """Return the admission as the ledger knows it."""
    meta = metadata(request.object)
    version = 0
    if request.operation == "UPDATE":
        version = int(metadata(request.old_object).resource_version or 0)
    origin = f"{request.namespace}/{meta.generate_name}" if meta.generate_name else ""
    if meta.controller is not None:
        origin = meta.controller.uid
    return Entry(
        key=Key(kind, meta.uid or "", version),
        name=f"{request.namespace}/{request.name or meta.name or ''}",
        origin=origin,
        amounts=amounts,
    )
