"""Annotations of Namespaces: an edit is judged, and what the platform set is not."""

from typing import Any

import pytest

from aup.engine.evaluate import evaluate
from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Subject, Writer
from support.corpus import as_json
from support.world import NOW, Cluster, terms

ALICE = Writer("alice@acme.example", ("tenants:acme",))
OPERATOR = Writer("system:serviceaccount:kube-system:tigera-operator")
SET = {
    "egress.projectcalico.org/selector": "egress-code == 'red'",
    "config.cilium.io/delegate-source-ip-verification": "true",
    "k8s.ovn.org/routing-external-gws": "203.0.113.1",
}


def namespace(annotations: dict[str, Any], writer: Writer | None, **changes: Any) -> Facts:
    operation = changes.pop("operation", Operation.UPDATE)
    subject = Subject("", "Namespace", "acme-prod", "acme-prod", operation=operation, writer=writer)
    obj = {"metadata": {"annotations": annotations}, **changes}
    return extract(as_json(obj), subject, Cluster())


def said(new: dict[str, Any], old: dict[str, Any], writer: Writer) -> list[str]:
    decision = evaluate(namespace(new, writer), terms(now=NOW), namespace(old, writer))
    return [f"{f.outcome} {f.violation.value}" for f in decision.findings]


def test_what_stands_there_is_the_platforms_word() -> None:
    """Else every label that a tenant may set would bring a warning."""
    assert said(SET | {"note": "x"}, SET, ALICE) == []


@pytest.mark.parametrize("key", SET)
def test_an_edit_of_a_tenant_is_refused(key: str) -> None:
    assert said(SET, {k: v for k, v in SET.items() if k != key}, ALICE) == [f"Deny {SET[key]}"]
    assert said(SET | {key: "1"}, SET, ALICE) == ["Deny 1"]


def test_an_edit_of_the_platform_passes() -> None:
    assert said(SET, {}, OPERATOR) == []


def test_a_file_is_what_somebody_wants_and_an_export_what_is() -> None:
    create = {"operation": Operation.CREATE}
    wanted = evaluate(namespace(SET, None, **create), terms(now=NOW))
    assert len(wanted.denials) == len(SET)
    stored = namespace(SET, None, status={"phase": "Active"}, **create)
    assert evaluate(stored, terms(now=NOW)).findings == ()
