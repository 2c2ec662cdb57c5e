"""What enforcement would refuse among the objects that exist: at their next restart or edit.

Pods are re-created by controllers, so what matters is the template that they come from; a pod of
its own, and one that differs from its template, is named as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract_object
from aup.facts.model import Operation, Subject, Surroundings
from aup.policy.terms import Terms

Manifest = Mapping[str, Any]

SLICE_MANAGER = "endpointslice.kubernetes.io/managed-by"
CLUSTER_MANAGERS = frozenset(
    {"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"}
)
"""Who writes EndpointSlices out of Services and Endpoints, which are judged themselves."""


@dataclass(frozen=True, slots=True)
class Impact:
    """An object that enforcement would refuse or warn about."""

    kind: str
    namespace: str
    name: str
    findings: tuple[Finding, ...]

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


def impact(
    manifests: Iterable[Manifest], terms: Terms, surroundings: Surroundings
) -> Iterator[Impact]:
    """Yield what would be refused or warned about, each object once.

    Args:
        manifests: objects of one tenant, in any order, with ``kind`` and ``metadata``.
        terms: what the tenant is or will be held to; see `enforced`.
        surroundings: the cluster that the objects are in.

    """
    children = []
    known: dict[tuple[str, str], frozenset[_What]] = {}
    for manifest in manifests:
        if _written_by_cluster(manifest):
            continue
        found = _judge(manifest, terms, surroundings)
        if _owner(manifest) is None:
            known[_namespace(manifest), _uid(manifest)] = _what(found)
            if found:
                yield _impact(manifest, found)
        elif found:
            children.append((manifest, found))
    # A child that breaks what its owner breaks says nothing new; owners are known by now. Of a
    # chain (CronJob, Job, Pod) each link is compared with the next one up that has findings.
    for manifest, found in sorted(children, key=lambda child: child[0].get("kind") == "Pod"):
        at = _namespace(manifest), _owner(manifest) or ""
        what = _what(found)
        known[_namespace(manifest), _uid(manifest)] = what | known.get(at, frozenset())
        if not what <= known.get(at, frozenset()):
            yield _impact(manifest, found)


_What = tuple[str, tuple[str, ...]]


def _judge(manifest: Manifest, terms: Terms, surroundings: Surroundings) -> tuple[Finding, ...]:
    """Return the findings that a person must know of before enforcement begins."""
    decision: Decision = evaluate(
        extract_object(dict(manifest), _subject(manifest), surroundings), terms
    )
    return (*decision.denials, *decision.warnings)


def _what(findings: Iterable[Finding]) -> frozenset[_What]:
    return frozenset((f.rule, f.violation.key) for f in findings)


def _subject(manifest: Manifest) -> Subject:
    version = str(manifest.get("apiVersion", ""))
    return Subject(
        group=version.rpartition("/")[0],
        kind=str(manifest.get("kind", "")),
        namespace=_namespace(manifest),
        name=str(_metadata(manifest).get("name", "")),
        operation=Operation.CREATE,
    )


def _impact(manifest: Manifest, findings: tuple[Finding, ...]) -> Impact:
    subject = _subject(manifest)
    return Impact(subject.kind, subject.namespace, subject.name, findings)


def _metadata(manifest: Manifest) -> Mapping[str, Any]:
    metadata = manifest.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _namespace(manifest: Manifest) -> str:
    return str(_metadata(manifest).get("namespace", ""))


def _uid(manifest: Manifest) -> str:
    return str(_metadata(manifest).get("uid", ""))


def _owner(manifest: Manifest) -> str | None:
    """Return the uid of the controller that makes this object, if there is one."""
    references = _metadata(manifest).get("ownerReferences") or ()
    return next((str(r.get("uid")) for r in references if r.get("controller")), None)


def _written_by_cluster(manifest: Manifest) -> bool:
    """Tell whether the control plane derives this object from others that are judged."""
    labels = _metadata(manifest).get("labels") or {}
    return labels.get(SLICE_MANAGER) in CLUSTER_MANAGERS
