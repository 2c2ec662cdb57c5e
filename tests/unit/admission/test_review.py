"""The envelope: what is read of a review, and what an answer holds besides its verdict."""

import json

import pytest

from aup.admission import review
from aup.engine.decision import Decision, Finding, Outcome
from aup.engine.evaluate import UNREADABLE
from aup.facts.model import Subject
from aup.rules import CATALOGUE
from aup.rules.base import Violation
from support.neutral import TERMS

REQUEST = review.Request(
    uid="u", kind=review.GroupVersionKind(kind="Pod"), operation="CREATE", namespace="acme-prod"
)
VIOLATION = Violation(path="spec", value="x" * 300, detail="is bad", remedy="mend it", key=())


def decision(*found: tuple[str, Outcome]) -> Decision:
    findings = tuple(Finding(rule, "", VIOLATION, outcome) for rule, outcome in found)
    subject = Subject(group="", kind="Pod", namespace="acme-prod", name="web")
    return Decision(subject=subject, tenant="acme", policy=TERMS.policy, findings=findings)


def notes(found: Decision) -> dict[str, str]:
    answer = json.loads(review.answer(REQUEST, found))
    written: dict[str, str] = answer["response"].get("auditAnnotations", {})
    return written


def test_a_finding_that_is_only_recorded_is_told_to_the_audit_log_alone() -> None:
    answer = json.loads(review.answer(REQUEST, decision(("host/port", Outcome.AUDIT))))
    assert answer["response"] == {
        "uid": "u",
        "allowed": True,
        "auditAnnotations": {"policy": TERMS.policy.stamp, "findings": "host/port=Audit"},
    }


def test_what_passes_by_exemption_is_noted_with_its_name() -> None:
    finding = Finding("host/port", "", VIOLATION, Outcome.EXEMPT, exemption="acme-debug-q4")
    subject = Subject(group="", kind="Pod", namespace="acme-prod", name="web")
    found = Decision(subject, "acme", TERMS.policy, (finding, finding))
    assert notes(found)["findings"] == "host/port=Exempt"
    assert notes(found)["exemptions"] == "acme-debug-q4"


def test_without_a_finding_there_is_nothing_to_note() -> None:
    assert notes(decision()) == {}


def test_every_rule_is_noted_once_for_each_outcome() -> None:
    """The API server takes notes of any length (5 MB seen), so the bound is ours: a closed set."""
    rules = [UNREADABLE, *(rule.id for rule in CATALOGUE)]
    all_of_them = [(rule, outcome) for rule in rules for outcome in Outcome]
    found = notes(decision(*all_of_them * 20))["findings"]
    assert set(found.split(",")) == {f"{rule}={outcome}" for rule, outcome in all_of_them}
    assert len(found) < 10 << 10


def test_the_uid_of_a_review_is_found_where_the_api_server_writes_it_and_nowhere_else() -> None:
    head = b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",'
    assert review.uid_of(head % b"705ab4f5-6393-11e8-b7cc-42010a800002") == (
        "705ab4f5-6393-11e8-b7cc-42010a800002"
    )
    for other in (
        b"",
        head % b"",
        head % b"caf\xc3\xa9",
        head % (b"x" * 129),
        b'{"object":{"request":{"uid":"forged"}}}',
        b'{"kind":"x\\"},"request":{"uid":"forged",',
        b'[{"request":{"uid":"u",',
        b'{"request":{"operation":"CREATE","uid":"u",',
    ):
        assert review.uid_of(other) == "", other


def test_what_the_envelope_says_counts_and_not_what_the_object_says() -> None:
    lying = request(b'{"metadata": {"name": "other", "namespace": "beta-prod"}}')
    found = review.subject(lying)
    assert (found.namespace, found.name) == ("acme-prod", "other")
    generated = review.subject(request(b'{"metadata": {"generateName": "web-"}}'))
    assert generated.name == "web-*"


@pytest.mark.parametrize(
    ("obj", "name"),
    [
        (
            b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1","generateName":"web-"}}',
            "web-1",
        ),
        (b'{"metadata":{"name":"web"},"spec":{"metadata":{"name":"other"}}}', "web"),
        (b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"","generateName":"web-"}}', "web-*"),
        (
            b'{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"name":"a"},"name":"web"}}',
            "web",
        ),
        (b'{"metadata":{"name":"\\u0077eb"}}', "web"),
        (b'{"kind":"\\"metadata\\":{\\"name\\":\\"a\\"","metadata":{"name":"web"}}', "web"),
        (b'{"spec":{},"metadata":{"name":"web"}}', "web"),
        (b'{"metadata":{"generateName":"web-","namespace":"acme-prod"}}', "web-*"),
        (b'{"metadata":{"generateName":"web-","name":"web-1","namespace":"acme-prod"}}', "web-1"),
        (b'{"metadata":{"name":1}}', ""),
    ],
)
def test_an_object_is_called_what_it_says_wherever_that_stands(obj: bytes, name: str) -> None:
    assert review.subject(request(obj)).name == name


def request(obj: bytes) -> review.Request:
    body = {
        "request": {
            "uid": "u",
            "kind": {"kind": "Pod"},
            "operation": "CREATE",
            "namespace": "acme-prod",
            "object": json.loads(obj),
        }
    }
    return review.decode(json.dumps(body).encode())
