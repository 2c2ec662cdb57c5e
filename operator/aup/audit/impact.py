"""What enforcement would refuse among the objects that exist: at their next restart or edit.

Pods are re-created by controllers, so what matters is the template that they come from; a pod of
its own, and one that differs from its template, is named as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aup.audit.stored import Judged, Stored, judge
from aup.engine.decision import Finding, Outcome
from aup.facts.model import Surroundings
from aup.policy.terms import Terms


@dataclass(frozen=True, slots=True)
class Impact:
    """An object that enforcement would refuse or warn about."""

    kind: str
    namespace: str
    name: str
    findings: tuple[Finding, ...]
    api_version: str = "v1"

    @property
    def refused(self) -> bool:
        """Whether it would be refused, not only warned about."""
        return any(f.outcome is Outcome.DENY for f in self.findings)

    @property
    def object(self) -> str:
        """Return ``Deployment/web``."""
        return f"{self.kind}/{self.name}"


def enforced(terms: Terms) -> Terms:
    """Return the terms as they are once notice is over."""
    return replace(terms, enforcing=True)


def impact(objects: Iterable[Stored], terms: Terms, surroundings: Surroundings) -> Iterator[Impact]:
    """Yield what would be refused or warned about, each matter once.

    Args:
        objects: of one tenant, in any order.
        terms: what the tenant is or will be held to; see `enforced`.
        surroundings: the cluster that the objects are in.

    """
    judged = (judge(stored, terms, surroundings) for stored in objects)
    return distinct(found for found in judged if found is not None)


def distinct(judged: Iterable[Judged]) -> Iterator[Impact]:
    """Yield each matter once: a child that breaks what its owner breaks says nothing new.

    Owners that break nothing need not be among them.
    """
    known: dict[tuple[str, str], frozenset[_What]] = {}
    children = []
    for found in judged:
        if found.owner:
            children.append(found)
            continue
        known[found.namespace, found.uid] = _what(found)
        yield _impact(found)
    # Of a chain (CronJob, Job, Pod) each link is compared with the next one up that has findings.
    for found in sorted(children, key=lambda child: child.kind == "Pod"):
        above = known.get((found.namespace, found.owner), frozenset())
        what = _what(found)
        known[found.namespace, found.uid] = what | above
        if not what <= above:
            yield _impact(found)


_What = tuple[str, tuple[str, ...], bool]


def _what(judged: Judged) -> frozenset[_What]:
    """Return what is broken; what consent covers at an owner it may not cover at a child."""
    return frozenset(
        (f.rule, f.violation.key, f.outcome is Outcome.EXEMPT) for f in judged.findings
    )


def _impact(judged: Judged) -> Impact:
    return Impact(judged.kind, judged.namespace, judged.name, judged.findings, judged.api_version)
