"""``aup check FILE…``: manifests judged by the engine of the webhook, without a cluster."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aup import presets
from aup.cli.offline import NOBODY, Sources, files, terms_of
from aup.documents import InvalidDocumentError, read_documents
from aup.engine import message
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract_object, subject_of
from aup.facts.model import Exposure, Offline, Problem
from aup.policy.terms import Terms
from aup.rules import CATALOGUE
from aup.text import plural

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Checked:
    """One object of a file, or the reason why there is none."""

    source: str
    decision: Decision | None
    problem: str = ""


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "check",
        help="judge manifests offline",
        description="Judge manifests with the engine of the webhook. Exit code 0: all would be "
        "admitted; 1: something would be refused; 2: something could not be read.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="file, folder, or - for stdin")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="your terms: kubectl get tenantreport aup -n NAMESPACE -o yaml",
    )
    parser.add_argument(
        "--world",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="the provider's objects (policy, tenants, assignments, catalogue …); repeatable",
    )
    parser.add_argument("--preset", default=presets.DEFAULT, choices=presets.names())
    parser.add_argument("--tenant", default="", help="whose objects, if --world has several")
    parser.add_argument("--namespace", "-n", default="default", help="where a manifest says none")
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge every object of every file."""
    sources = Sources(tuple(options.world), options.report, options.preset, options.tenant)
    terms = terms_of(sources, datetime.now(UTC))
    checked = list(_check(options.files, terms, options.namespace))
    if options.output == "json":
        print(json.dumps([_as_json(c) for c in checked], indent=2))
    else:
        print("\n".join((*_as_text(checked), *_unknown(terms))))
    if any(c.decision is None for c in checked):
        return 2
    return 1 if any(c.decision and not c.decision.allowed for c in checked) else 0


def _check(names: Iterable[str], terms: Terms, namespace: str) -> Iterator[Checked]:
    """Judge each object; a file that cannot be read does not stop the others."""
    rules = CATALOGUE
    if not _exposure_known(terms):
        # Silence beats guessing.
        rules = tuple(rule for rule in CATALOGUE if rule.reads is not Exposure)
    for source, document in _documents(names):
        if isinstance(document, Problem):
            yield Checked(source, None, document.detail)
            continue
        subject = subject_of(document, namespace)
        if isinstance(subject, Problem):
            yield Checked(source, None, subject.detail)
            continue
        facts = extract_object(document, subject, Offline())
        yield Checked(source, evaluate(facts, terms, rules=rules))


def _documents(names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each object with the name of its file; a Problem where there is none."""
    for name in names:
        for path in [Path(STDIN)] if name == STDIN else files(Path(name)):
            source = "<stdin>" if name == STDIN else str(path)
            try:
                content = sys.stdin.buffer.read() if name == STDIN else path.read_bytes()
                for document in read_documents(content):
                    yield source, document
            except OSError as error:
                yield source, Problem("", "", error.strerror or str(error))
            except InvalidDocumentError as error:
                yield source, Problem("", "", f"is not YAML: {error}")


def _as_text(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield what a person reads."""
    objects = refused = 0
    for one in checked:
        if one.decision is None:
            yield f"{one.source}: cannot be read: {one.problem}"
            continue
        objects += 1
        refused += not one.decision.allowed
        subject = one.decision.subject
        name = f"{one.source}: {subject.kind}/{subject.name} in {subject.namespace}"
        if one.decision.denials:
            yield f"{name} would be refused"
        elif one.decision.warnings:
            yield f"{name} would be admitted with a warning"
        for finding in (*one.decision.denials, *one.decision.warnings):
            yield f"  {message.line(finding)}"
    yield f"{plural(objects, 'object')} checked, {refused} would be refused"


def _unknown(terms: Terms) -> Iterator[str]:
    """Say what was not checked, so that silence is not taken for a yes."""
    if not _exposure_known(terms):
        yield (
            "not checked: addresses and hostnames, since nothing says which are yours; "
            "give --report or --world"
        )


def _exposure_known(terms: Terms) -> bool:
    """Tell whether anything says which addresses and hostnames are the tenant's."""
    return bool(terms.tenant != NOBODY or terms.network.addresses or terms.network.domains)


def _as_json(one: Checked) -> dict[str, Any]:
    """Return what a program reads."""
    if one.decision is None:
        return {"source": one.source, "verdict": "Unreadable", "problem": one.problem}
    decision, subject = one.decision, one.decision.subject

    def of(*outcomes: Outcome) -> list[dict[str, str]]:
        return [_finding(f) for outcome in outcomes for f in decision.by(outcome)]

    return {
        "source": one.source,
        "verdict": "Refused" if not decision.allowed else "Admitted",
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "policy": decision.policy.stamp,
        "findings": of(Outcome.DENY, Outcome.WARN, Outcome.AUDIT),
        "reviews": of(Outcome.REVIEW),
        "exempted": of(Outcome.EXEMPT),
    }


def _finding(finding: Finding) -> dict[str, str]:
    """Return a finding with its fields apart."""
    violation = finding.violation
    return {
        "rule": finding.rule,
        "clause": finding.clause,
        "outcome": finding.outcome.value,
        "path": violation.path,
        "value": violation.value,
        "message": message.sentence(finding),
        "remedy": violation.remedy,
        "link": finding.link,
    }
