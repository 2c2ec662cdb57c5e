"""What a request takes of its tenant's budget, and what is said when there is not enough."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import msgspec

from aup.admission.review import Request
from aup.budget import words
from aup.budget.measure import Measure, asked
from aup.budget.refusals import crowded, shut
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import judged
from aup.ledger.amounts import Amounts, decimals, steps
from aup.ledger.entry import Entry, Key
from aup.ledger.verdict import Closed, Short
from aup.live.budgets import Held
from aup.live.counted import OF_KIND
from aup.policy.terms import Terms
from aup.rules.base import Violation


class _Owner(msgspec.Struct, frozen=True):
    uid: str = ""
    controller: bool | None = None


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    uid: str = ""
    generate_name: str = ""
    resource_version: str = ""
    owner_references: list[_Owner] | None = None


class _Object(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()


_OBJECT: Final = msgspec.json.Decoder(_Object)


@dataclass(frozen=True, slots=True)
class Charge:
    """An admission that takes of a budget."""

    request: Request
    terms: Terms
    held: Held
    entry: Entry
    decision: Decision
    """What the rules say, and what the budget says without looking at what is left."""
    binding: bool
    """Whether to be short of it refuses the request; else it is told, or nobody cares."""

    @property
    def takes(self) -> bool:
        """Whether what it needs is held for it: what is refused anyway, or a dry run, is not."""
        return self.binding and self.decision.allowed and not self.request.dry_run

    def short(self, verdict: Short | Closed) -> Decision:
        """Return the decision with what the ledger says."""
        found = (
            judged(rule, violation, self.decision.subject, self.terms)
            for rule, violation in self._violations(verdict)
        )
        return _with(self.decision, found)

    def _violations(self, verdict: Short | Closed) -> Iterator[tuple[str, Violation]]:
        tenant, contact = self.terms.tenant, self.terms.policy.contact
        if isinstance(verdict, Closed):
            yield words.BUDGET_RULE, shut(str(verdict.why), tenant=tenant, contact=contact)
            return
        if verdict.busy is not None:
            yield words.BUDGET_RULE, crowded(str(verdict.busy), tenant=tenant, contact=contact)
            return
        zero = Decimal(0)
        asked_for, left = decimals(self.entry.amounts), decimals(verdict.left)
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
    new, old = asked(
        *resource,
        request.sub_resource,
        request.operation,
        bytes(request.object),
        bytes(request.old_object),
    )
    found = _with(decision, _plain(request, held, terms, decision, new, old))
    grown = steps(held.meter.grows(request.namespace, new, old))
    limited = {key: amount for key, amount in grown.items() if key in held.hard}
    if not limited or resource not in OF_KIND:
        return found
    binding = any(
        finding is not None and finding.outcome is Outcome.DENY
        for finding in (
            judged(words.rule_of(key), _probe(key, terms.tenant), found.subject, terms)
            for key in limited
        )
    )
    entry = _entry(request, OF_KIND[resource], limited)
    return Charge(request, terms, held, entry, found, binding)


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


def _probe(key: str, tenant: str) -> Violation:
    """Return a violation such as would be found: what the policy does about one."""
    zero = Decimal(0)
    return words.over(key, asked=zero, left=zero, hard=zero, tenant=tenant)


def _with(decision: Decision, findings: Iterable[Finding | None]) -> Decision:
    more = tuple(finding for finding in findings if finding is not None)
    return replace(decision, findings=(*decision.findings, *more)) if more else decision


def _entry(request: Request, kind: str, amounts: Amounts) -> Entry:
    """Return the admission as the ledger knows it."""
    meta = _OBJECT.decode(request.object).metadata
    version = 0
    if request.operation == "UPDATE":
        version = int(_OBJECT.decode(request.old_object).metadata.resource_version or 0)
    owner = next((o.uid for o in meta.owner_references or () if o.controller), "")
    origin = owner or (f"{request.namespace}/{meta.generate_name}" if meta.generate_name else "")
    return Entry(
        key=Key(kind, meta.uid, version),
        name=f"{request.namespace}/{request.name or meta.name}",
        origin=origin,
        amounts=amounts,
    )
