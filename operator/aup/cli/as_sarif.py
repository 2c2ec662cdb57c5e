"""What ``aup check -o sarif`` says to code scanning: SARIF 2.1.0, one run.

Rules come with the link of the provider's own pages, results with line and column, and with a
fingerprint that stays when lines move. What consent covers is a suppressed result.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from aup import __version__
from aup.cli.bundle import Bundle
from aup.cli.judge import (
    REPEATED_KEY,
    UNKNOWN_FIELD,
    WITHOUT_EFFECT,
    Advice,
    Checked,
    Judged,
)
from aup.cli.place import Spot
from aup.cli.sources import STDIN_NAME, Unreadable
from aup.engine import message
from aup.engine.decision import Finding, Outcome
from aup.engine.evaluate import UNREADABLE
from aup.rules import CATALOGUE

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT: Final = "%SRCROOT%"
"""Name of the folder that file names are relative to: the one that the command ran in."""
ADVICE: Final[Mapping[str, str]] = {
    UNKNOWN_FIELD: "a field that the kind does not have",
    WITHOUT_EFFECT: "something in an object of the operator that does not count",
    REPEATED_KEY: "a key that its object has already",
}
"""Pseudo-rules."""

LEVELS: Final[Mapping[Outcome, str]] = {
    Outcome.DENY: "error",
    Outcome.WARN: "warning",
    Outcome.AUDIT: "note",
    Outcome.EXEMPT: "note",
}
"""What a person has to look into first is not told: it may be about the tenant itself."""


def document(judged: Iterable[Judged], bundle: Bundle) -> dict[str, Any]:
    """Return everything as one SARIF log."""
    results: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    links: dict[str, str] = {}
    for one in judged:
        if isinstance(one, Checked):
            links.update((f.finding.rule, f.finding.link) for f in one.findings)
            results.extend(_results(one))
        elif isinstance(one, Unreadable):
            failures.append(_failure(one))
    index = {rule["id"]: number for number, rule in enumerate(_rules(links))}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    run = {
        "tool": {"driver": {**_driver(), "rules": list(_rules(links))}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not failures,
                "toolExecutionNotifications": failures,
                "toolConfigurationNotifications": [_note(note) for note in bundle.notes],
            }
        ],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver() -> dict[str, Any]:
    return {"name": "aup", "version": __version__, "semanticVersion": __version__}


def _rules(links: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what can be found; the link is known of rules that were broken."""
    described = [(rule.id, rule.title, f"Cannot see: {rule.blind}") for rule in CATALOGUE]
    described.append((UNREADABLE, message.UNREADABLE_TITLE, message.UNREADABLE_MEANS[0]))
    described.extend((id_, title, "") for id_, title in ADVICE.items())
    for id_, title, more in described:
        rule: dict[str, Any] = {
            "id": id_,
            "name": _pascal(id_),
            "shortDescription": {"text": title},
            "fullDescription": {"text": f"{title}. {more}".strip()},
            "defaultConfiguration": {"level": "warning" if id_ in ADVICE else "error"},
        }
        if link := links.get(id_):
            rule["helpUri"] = link
            rule["help"] = {"text": f"See {link}"}
        yield rule


def _results(one: Checked) -> Iterator[dict[str, Any]]:
    """Yield the findings of an object."""
    for located in one.by(*LEVELS):
        finding = located.finding
        result = {
            "ruleId": finding.rule,
            "level": LEVELS[finding.outcome],
            "message": {
                "text": _capital(
                    f"{message.statement(finding)}. Remedy: {finding.violation.remedy}."
                )
            },
            "locations": [_location(one, located.spot)],
            "partialFingerprints": {"aupFinding/v1": _fingerprint(one, finding)},
            "properties": {"clause": finding.clause, "path": finding.violation.path},
        }
        if finding.outcome is Outcome.EXEMPT:
            why = f"exemption {finding.exemption} of the provider"
            result["suppressions"] = [{"kind": "external", "justification": why}]
        yield result
    yield from (_advice(one, advice) for advice in one.advice)


def _advice(one: Checked, advice: Advice) -> dict[str, Any]:
    return {
        "ruleId": advice.about,
        "level": "warning",
        "message": {"text": _capital(f"{advice.remark.text}.")},
        "locations": [_location(one, advice.spot)],
    }


def _location(one: Checked, spot: Spot | None) -> dict[str, Any]:
    """Return file and object; lines of what was rendered are none of its template's."""
    subject = one.decision.subject
    physical: dict[str, Any] = {"artifactLocation": _artifact(one.template or one.name)}
    if one.template:
        physical["region"] = {"startLine": 1}
    else:
        physical["region"] = _region(spot) if spot else {"startLine": one.line}
    name = f"{subject.kind}/{subject.name}"
    logical = {
        "name": subject.name,
        "fullyQualifiedName": f"{one.namespace}/{name}" if one.namespace else name,
        "kind": "object",
    }
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _region(spot: Spot) -> dict[str, Any]:
    return {
        "startLine": spot.line,
        "startColumn": spot.column,
        "endColumn": spot.end,
        "snippet": {"text": spot.text[spot.column - 1 : spot.end - 1]},
    }


def _artifact(name: str) -> dict[str, str]:
    """Return a file as a URI: relative ones below where the command ran."""
    if name == STDIN_NAME:
        return {"uri": "stdin", "description": {"text": "standard input"}}  # type: ignore[dict-item]
    path = Path(name)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(os.fsencode(path.as_posix())), "uriBaseId": ROOT}


def _failure(one: Unreadable) -> dict[str, Any]:
    """Return what could not be judged as a notification."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(one.name)}
    if one.line:
        physical["region"] = {"startLine": one.line, "startColumn": one.column or 1}
    return {
        "level": "error",
        "message": {"text": _capital(f"{one.problem}.")},
        "locations": [{"physicalLocation": physical}],
    }


def _note(text: str) -> dict[str, Any]:
    return {"level": "note", "message": {"text": _capital(f"{text}.")}}


def _fingerprint(one: Checked, finding: Finding) -> str:
    """Return what stays the same when lines move, lists are reordered, containers renamed."""
    subject = one.decision.subject
    what = (finding.rule, subject.kind, one.namespace, subject.name, *finding.violation.key)
    return hashlib.sha256("\0".join(what).encode()).hexdigest()


def _pascal(rule: str) -> str:
    """Return ``NetworkAssignedAddress`` for ``network/assigned-address``."""
    return "".join(word.capitalize() for word in rule.replace("/", "-").split("-"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
