"""The corpus: each case file is judged by the engine, through the door of the webhook.

``UPDATE_GOLDEN=1 pytest tests/conformance/test_corpus.py`` rewrites the messages; read the diff.
"""

import os
from typing import Any

import pytest

from aup.engine import message
from aup.engine.decision import Decision
from aup.engine.evaluate import evaluate
from aup.facts.extract import extract, extract_object
from aup.facts.model import Operation, Subject, Writer
from aup.rules import CATALOGUE
from support.corpus import CASES, Case, as_json, cases, resolve
from support.world import NOW, Cluster, manifests, terms

NAMESPACE = "acme-prod"
TENANTS = {
    namespace: tenant["metadata"]["name"]
    for tenant in manifests()
    if tenant["kind"] == "Tenant"
    for namespace in tenant["spec"]["namespaces"]["names"]
}
"""Namespaces of the world, and whose each is."""
TENANT_USER = "alice@acme.example"
TENANT_GROUPS = "tenants:acme,system:authenticated"


def subject(obj: dict[str, Any]) -> Subject:
    """Return the subject that an admission request of a tenant would have, or of whom it says."""
    group = str(obj["apiVersion"]).rpartition("/")[0]
    said = obj["metadata"].get("annotations") or {}
    return Subject(
        group=group,
        kind=obj["kind"],
        namespace=obj["metadata"].get("namespace", NAMESPACE),
        name=str(obj["metadata"].get("name", "")),
        subresource=said.get("case/subresource", ""),
        operation=Operation.CREATE,
        writer=Writer(
            said.get("case/user", TENANT_USER),
            tuple(said.get("case/groups", TENANT_GROUPS).split(",")),
        ),
    )


def surroundings(obj: dict[str, Any]) -> Cluster:
    """Return the cluster around a case; its quota is in force unless the case says otherwise."""
    annotations = obj["metadata"].get("annotations") or {}
    return Cluster(settled=annotations.get("case/budget") != "unsettled")


def judge(obj: dict[str, Any]) -> Decision:
    """Judge an object for the tenant of its namespace; acme's unless the case says otherwise."""
    facts = extract(as_json(obj), subject(obj), surroundings(obj))
    return evaluate(facts, terms(TENANTS[facts.subject.namespace], NOW))


@pytest.mark.parametrize("case", cases("allowed"), ids=lambda c: c.id)
def test_an_allowed_case_has_no_finding_of_its_rule(case: Case) -> None:
    decision = judge(case.load())
    assert decision.allowed, message.denial(decision)
    assert case.rule not in {f.rule for f in decision.findings if f in decision.warnings}


@pytest.mark.parametrize("case", cases("denied"), ids=lambda c: c.id)
def test_a_denied_case_is_denied_in_exactly_these_words(case: Case) -> None:
    decision = judge(case.load())
    assert case.rule in {f.rule for f in decision.denials}
    text = message.denial(decision) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        case.golden.write_text(text)
    assert text == case.golden.read_text()


@pytest.mark.parametrize("case", cases("denied"), ids=lambda c: c.id)
def test_the_cited_value_stands_at_the_cited_path(case: Case) -> None:
    obj = case.load()
    for finding in judge(obj).denials:
        cited = finding.violation
        if not cited.value:
            continue
        found = resolve(obj, cited.path)
        shown = str(found).lower() if isinstance(found, bool) else str(found)
        assert cited.value in shown, (cited.path, cited.value, shown)


@pytest.mark.parametrize("case", cases(), ids=lambda c: c.id)
def test_a_file_is_judged_as_the_request_is(case: Case) -> None:
    obj = case.load()
    facts = extract_object(obj, subject(obj), surroundings(obj))
    assert evaluate(facts, terms(TENANTS[facts.subject.namespace], NOW)) == judge(obj)


def test_every_rule_has_an_allowed_and_a_denied_case() -> None:
    have = {(c.rule, c.verdict) for c in cases()}
    want = {(rule.id, verdict) for rule in CATALOGUE for verdict in ("allowed", "denied")}
    assert want <= have, sorted(want - have)


def test_every_message_belongs_to_a_case() -> None:
    golden = set(CASES.glob("*/*/denied/*.txt"))
    assert golden == {c.golden for c in cases("denied")}
