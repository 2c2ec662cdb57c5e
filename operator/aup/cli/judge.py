"""Objects of files, judged as the webhook judges them, and where each finding is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from aup.cli.bundle import Bundle, UnclaimedError, troubles_alone
from aup.cli.ours import Remark, decode_ours, is_ours, unknown_fields
from aup.cli.place import Spot, locate
from aup.cli.repeats import repeated_keys
from aup.cli.sources import Source, Unreadable
from aup.documents import Document, InvalidDocumentError, read_stream
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import evaluate
from aup.errors import AupError
from aup.facts.extract import extract_object, subject_of
from aup.facts.model import Problem, Writer
from aup.facts.scope import lies_outside

SOMEBODY: Final = Writer("somebody of the tenant", ("system:authenticated",))
"""Who applies a file: not the platform, whose notes on objects nobody else may write."""


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and the value that it cites, if that is written anywhere."""

    finding: Finding
    spot: Spot | None


UNKNOWN_FIELD: Final = "aup/unknown-field"
"""Of an object of ours."""
WITHOUT_EFFECT: Final = "aup/without-effect"
"""Of an object of ours: what its status would say once it is applied."""
REPEATED_KEY: Final = "aup/repeated-key"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something about an object that no rule forbids, and that is hardly meant."""

    remark: Remark
    spot: Spot | None
    about: str
    """Stands where a finding has its rule."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One object of a text and what is said of it."""

    name: str
    """Of the file."""
    template: str
    """The template of a chart that it was rendered from; empty when nothing says so."""
    line: int
    """Where the object begins, from 1."""
    decision: Decision
    findings: tuple[Located, ...]
    """All of the decision's."""
    advice: tuple[Advice, ...] = ()

    @property
    def namespace(self) -> str:
        """Return where the object lies; empty where it lies in no namespace."""
        subject = self.decision.subject
        return "" if lies_outside(subject.group, subject.kind) else subject.namespace

    def by(self, *outcomes: Outcome) -> tuple[Located, ...]:
        """Return the findings with one of the outcomes, in the order of the catalogue."""
        return tuple(f for f in self.findings if f.finding.outcome in outcomes)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document in a folder that is no manifest at all, such as the values of a chart."""

    name: str


Judged = Checked | Unreadable | LeftOut


def judge_all(
    sources: Iterable[Source | Unreadable], bundle: Bundle, namespace: str
) -> Iterator[Judged]:
    """Judge every object; what cannot be read does not stop the others.

    Args:
        sources: the texts.
        bundle: what objects are held to.
        namespace: of objects that do not say theirs.

    """
    for source in sources:
        if isinstance(source, Unreadable):
            yield source
            continue
        for document in read_stream(source.text):
            if isinstance(document, InvalidDocumentError):
                yield _not_yaml(source, document)
            else:
                yield _judged(source, document, bundle, namespace)


def _judged(source: Source, document: Document, bundle: Bundle, namespace: str) -> Judged:
    """Judge one object; a mistake of ours over one is told, and keeps nobody from the rest."""
    try:
        return _judge(source, document, bundle, namespace)
    except AupError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are judged
        what = f"ended in a mistake of aup ({type(error).__name__}) and was not judged; report it"
        return _unreadable(source, document, what)


def _judge(source: Source, document: Document, bundle: Bundle, namespace: str) -> Judged:
    """Judge one object."""
    subject = subject_of(document.value, namespace)
    if isinstance(subject, Problem):
        if not source.named and _is_something_else(document.value):
            return LeftOut(source.name)
        return _unreadable(source, document, subject.detail)
    try:
        terms = bundle.terms(subject.namespace)
    except UnclaimedError as error:
        return _unreadable(source, document, error.problem, "metadata.namespace")
    advice = tuple(
        Advice(remark, spot, REPEATED_KEY) for remark, spot in repeated_keys(document, source.lines)
    )
    if is_ours(document.value):
        if isinstance(ours := decode_ours(document.value), Remark):
            return _unreadable(source, document, ours.text, ours.path)
        advice += tuple(
            Advice(remark, locate(document, source.lines, remark.path), UNKNOWN_FIELD)
            for remark in unknown_fields(document.value)
        )
        begins = locate(document, source.lines, "")
        advice += tuple(
            Advice(Remark("", trouble.message), begins, WITHOUT_EFFECT)
            for trouble in troubles_alone(ours)
        )
    facts = extract_object(document.value, replace(subject, writer=SOMEBODY), bundle.nearby)
    decision = evaluate(facts, terms, rules=bundle.rules)
    located = (_locate(source, document, finding) for finding in decision.findings)
    template = source.template_of(document.line)
    return Checked(source.name, template, document.line, decision, tuple(located), advice)


def _locate(source: Source, document: Document, finding: Finding) -> Located:
    violation = finding.violation
    if finding.outcome is Outcome.REVIEW and document.node is None:
        # The places of JSON have to be looked for, and the writer is not told of reviews.
        return Located(finding, None)
    return Located(finding, locate(document, source.lines, violation.path, violation.value))


def _is_something_else(value: object) -> bool:
    """Tell whether a document does not even claim to be a manifest."""
    return not isinstance(value, dict) or not value.keys() & {"apiVersion", "kind"}


def _unreadable(source: Source, document: Document, problem: str, path: str = "") -> Unreadable:
    """Say why an object cannot be judged, and where."""
    spot = locate(document, source.lines, path)
    if spot is None:
        return Unreadable(source.name, problem, document.line)
    return Unreadable(source.name, problem, spot.line, spot.column, spot.text)


def _not_yaml(source: Source, error: InvalidDocumentError) -> Unreadable:
    """Say what is wrong with a text, and where."""
    text = source.lines[error.line - 1] if 0 < error.line <= len(source.lines) else ""
    problem = f"is not YAML: {error.problem}"
    if "{{" in source.text:
        problem += "; render templates first: helm template CHART | aup check -"
    return Unreadable(source.name, problem, error.line, error.column, text)
