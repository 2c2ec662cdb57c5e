"""The one loop through which webhook, audit and command line come to a decision.

Rules find violations; this module applies what the policy says about them: the mode of the rule,
exemptions, the start of enforcement, and the ratchet that lets standing violations pass on UPDATE.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from aup.api.sections.choice import Enforcement
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.exemption import Exemptions
from aup.facts.model import Facts, Problem, Subject, Workload
from aup.policy.terms import Terms
from aup.rules import CATALOGUE
from aup.rules.base import Rule, Violation
from aup.rules.paths import unindexed

UNREADABLE = "admission/unreadable"
"""Pseudo-rule of objects that cannot be read: refused, since skipping them would open a way."""

Rules = Sequence[Rule[Any, Any]]
_Key = tuple[str, tuple[str, ...]]
_STRICTEST = tuple(Enforcement)
"""From the hardest on, as they are declared."""


def evaluate(
    facts: Facts, terms: Terms, old: Facts | None = None, rules: Rules = CATALOGUE
) -> Decision:
    """Judge one object, and on UPDATE what it was before.

    Args:
        facts: the object as it would be stored.
        terms: what its tenant is held to now.
        old: the object as it is stored; ``None`` on CREATE and off the cluster.
        rules: the catalogue; its order is the order of the findings.

    """
    found = list(_violations(facts, terms, rules))
    standing: Counter[_Key] = Counter()
    brought: frozenset[str] = frozenset()
    if old is not None and found:
        brought = _brought(facts, old)
        standing.update((rule, v.key) for rule, v, _ in _violations(_seen(old), terms, rules))
    exemptions = Exemptions(terms, facts.subject.namespace)
    findings = []
    for rule, violation, part in found:
        stood = standing[rule, violation.key] > 0 and violation.value not in brought
        if stood:
            # Counted, so that a second violation of the same kind is a new one.
            standing[rule, violation.key] -= 1
            if violation.change:
                continue
        mode = _mode(rule, terms, rules)
        exemption = exemptions.covering(rule, violation, part)
        if finding := _finding(rule, violation, facts, terms, mode, exemption, stood=stood):
            findings.append(finding)
    return Decision(
        subject=facts.subject,
        tenant=terms.tenant,
        policy=terms.policy,
        findings=tuple(findings),
    )


def judged(rule: str, violation: Violation, subject: Subject, terms: Terms) -> Finding | None:
    """Decide about a violation that is found beside the catalogue's rules, as about theirs."""
    exemption = Exemptions(terms, subject.namespace).covering(rule, violation)
    mode = terms.mode(rule)
    return _finding(rule, violation, Facts(subject), terms, mode, exemption, stood=False)


def _seen(old: Facts) -> Facts:
    """Leave out what did not stand: what hides part of an object, and who writes it now."""
    return replace(old, problems=tuple(p for p in old.problems if not p.hides), access=None)


def _brought(facts: Facts, old: Facts) -> frozenset[str]:
    """Return the images that an update brings, as written.

    Keys name software, so that a finding is the same one in each of its builds. To the ratchet
    another build is a change: its pods would be refused, and nobody could tell why from a warning.
    """
    known = {(i.repository, i.tag, i.digest) for w in old.workloads for i in w.images}
    return frozenset(
        i.text
        for w in facts.workloads
        for i in w.images
        if (i.repository, i.tag, i.digest) not in known
    )


def _violations(
    facts: Facts, terms: Terms, rules: Rules
) -> Iterator[tuple[str, Violation, object]]:
    """Yield each violation with the id of its rule before it, and behind it whose it is.

    That is one of several pods, or all that the object makes, such as of a pod's annotations.
    """
    for problem in facts.problems:
        yield UNREADABLE, _unreadable(problem, terms), None
    parts_of: dict[type[Any], tuple[Any, ...]] = {}
    for rule in rules:
        parts = parts_of.get(rule.reads)
        if parts is None:
            parts = parts_of[rule.reads] = facts.parts(rule.reads)
        if not parts or terms.mode(rule.id) is Enforcement.OFF:
            continue
        section = rule.terms(terms)
        for part in parts:
            pods = part if isinstance(part, Workload) else facts.workloads
            for violation in rule.check(part, section):
                yield rule.id, violation, pods


def _unreadable(problem: Problem, terms: Terms) -> Violation:
    """Turn a field that cannot be read into a violation that says which and why."""
    return Violation(
        path=problem.path,
        value=problem.value,
        detail=problem.detail,
        remedy=f"{problem.remedy}, or ask {terms.policy.contact}",
        key=(unindexed(problem.path), problem.value, problem.detail),
    )


def _finding(
    rule: str,
    violation: Violation,
    facts: Facts,
    terms: Terms,
    mode: Enforcement,
    exemption: str,
    *,
    stood: bool,
) -> Finding | None:
    """Decide what becomes of a violation; ``None`` when the policy does not care."""
    soft = stood or facts.advisory
    outcome = Outcome.EXEMPT if exemption else _outcome(violation, terms, mode, soft=soft)
    if outcome is None:
        return None
    noticed = outcome is Outcome.WARN and mode is Enforcement.DENY and not (soft or violation.warn)
    return Finding(
        rule=rule,
        clause=terms.clauses.get(rule, ""),
        violation=violation,
        outcome=outcome,
        standing=stood,
        exemption=exemption,
        link=f"{terms.policy.rules_url}/{rule}",
        refused_from=terms.enforce_from if noticed else None,
    )


def _mode(rule: str, terms: Terms, rules: Rules) -> Enforcement:
    """Return what the policy does about violations of a rule.

    What cannot be read may hide a violation of any rule, so the strictest of them counts.
    """
    if rule != UNREADABLE:
        return terms.mode(rule)
    return min((terms.mode(r.id) for r in rules), key=_STRICTEST.index, default=terms.enforcement)


def _outcome(
    violation: Violation, terms: Terms, mode: Enforcement, *, soft: bool
) -> Outcome | None:
    """Combine the policy's mode with the softening that violation, date and ratchet bring."""
    if violation.review:
        return Outcome.REVIEW
    match mode:
        case Enforcement.OFF:
            return None
        case Enforcement.AUDIT:
            return Outcome.AUDIT
        case Enforcement.WARN:
            return Outcome.WARN
        case Enforcement.DENY:
            noticed = terms.enforcing or violation.at_once
            warned = soft or violation.warn or not noticed
            return Outcome.WARN if warned else Outcome.DENY
