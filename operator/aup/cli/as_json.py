"""What ``aup check -o json`` says to programs. Keys stay; new ones may come."""

from collections.abc import Iterable
from typing import Any, Final

from aup.cli.bundle import Bundle
from aup.cli.judge import Checked, Judged, LeftOut, Located
from aup.cli.sources import Unreadable
from aup.engine import message
from aup.engine.decision import Outcome

VERSION: Final = 1
"""Of this format: a key that goes, or means something else, makes another version."""


def document(judged: Iterable[Judged], bundle: Bundle) -> dict[str, Any]:
    """Return everything as JSON data."""
    objects: list[dict[str, Any]] = []
    unreadable: list[dict[str, Any]] = []
    left_out: dict[str, None] = {}
    for one in judged:
        match one:
            case Checked():
                objects.append(_object(one))
            case Unreadable():
                unreadable.append(_unreadable(one))
            case LeftOut():
                left_out[one.name] = None
    refused = sum(one["verdict"] == "Refused" for one in objects)
    return {
        "version": VERSION,
        "at": bundle.now.isoformat(),
        "summary": {
            "objects": len(objects),
            "refused": refused,
            "unreadable": len(unreadable),
            "leftOut": len(left_out),
        },
        "objects": objects,
        "unreadable": unreadable,
        "leftOut": list(left_out),
        "notes": list(bundle.notes),
    }


def _object(one: Checked) -> dict[str, Any]:
    """Return one object with its findings, by what becomes of them."""
    decision, subject = one.decision, one.decision.subject

    def of(*outcomes: Outcome) -> list[dict[str, Any]]:
        return [_finding(located) for located in one.by(*outcomes)]

    return {
        "source": one.name,
        "template": one.template,
        "line": one.line,
        "verdict": "Admitted" if decision.allowed else "Refused",
        "group": subject.group,
        "kind": subject.kind,
        "namespace": one.namespace,
        "name": subject.name,
        "tenant": decision.tenant,
        "policy": decision.policy.stamp,
        "findings": of(Outcome.DENY, Outcome.WARN, Outcome.AUDIT),
        "reviews": of(Outcome.REVIEW),
        "exempted": of(Outcome.EXEMPT),
        "advice": [
            {"path": a.remark.path, "message": a.remark.text, **_spot(a)} for a in one.advice
        ],
    }


def _finding(located: Located) -> dict[str, Any]:
    """Return a finding with its fields apart."""
    finding, violation = located.finding, located.finding.violation
    return {
        "rule": finding.rule,
        "clause": finding.clause,
        "outcome": finding.outcome.value,
        "path": violation.path,
        "value": violation.value,
        "message": message.sentence(finding),
        "remedy": violation.remedy,
        "link": finding.link,
        "exemption": finding.exemption,
        **_spot(located),
    }


def _spot(located: Any) -> dict[str, int | None]:
    """Return where the value is written; nulls where it is written nowhere."""
    spot = located.spot
    return {"line": spot.line if spot else None, "column": spot.column if spot else None}


def _unreadable(one: Unreadable) -> dict[str, Any]:
    return {
        "source": one.name,
        "problem": one.problem,
        "line": one.line or None,
        "column": one.column or None,
    }
