"""Both doors to the facts: what they do with any input, and that they agree."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aup.facts.access import DOORS
from aup.facts.extract import EXTRACTORS, KINDS, extract, extract_object, subject_of
from aup.facts.model import Facts, Offline, Operation, Problem, Subject
from aup.facts.wire.shape import WHOLE

WORDS = (
    "metadata annotations metallb.io/loadBalancerIPs labels spec externalIPs loadBalancerIP "
    "status loadBalancer ingress ip hostname rules host tls hosts defaultBackend addresses type "
    "value listeners protocol infrastructure endpoints addressType subsets notReadyAddresses "
    "template containers initContainers image ports hostPort"
)
KEYS = st.sampled_from(WORDS.split()) | st.text(max_size=3)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["203.0.113.9", "acme.example", "", "*."])
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=16,
)


def subject(kind: tuple[str, str]) -> Subject:
    return Subject(group=kind[0], kind=kind[1], namespace="acme-prod", name="web")


SERVICE = subject(("", "Service"))


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=100))
def test_any_bytes_give_facts(kind: tuple[str, str], raw: bytes) -> None:
    found = extract(raw, subject(kind), Offline())
    assert found.subject == subject(kind)


@given(st.sampled_from(sorted(KINDS)), JSON)
def test_a_file_has_the_facts_of_the_request(kind: tuple[str, str], value: Any) -> None:
    by_request = extract(json.dumps(value).encode(), subject(kind), Offline())
    assert extract_object(value, subject(kind), Offline()) == by_request


@pytest.mark.parametrize(
    ("kind", "today", "spec"),
    [
        (
            "Ingress",
            "networking.k8s.io",
            {"backend": {"serviceName": "web"}, "rules": [{"host": "a"}]},
        ),
        ("Deployment", "apps", {"template": {"spec": {"containers": [{"image": "mongo:7"}]}}}),
        ("DaemonSet", "apps", {"template": {"spec": {"hostNetwork": True}}}),
        ("ReplicaSet", "apps", {"template": {"spec": {"containers": [{"image": "mongo:7"}]}}}),
    ],
)
def test_a_file_with_a_kind_in_its_first_group_is_read_as_today(
    kind: str, today: str, spec: dict[str, Any]
) -> None:
    """``extensions/v1beta1`` stands in old charts; an API server converts it, or refuses it."""
    was, now = subject(("extensions", kind)), subject((today, kind))
    found = extract_object({"spec": spec}, was, Offline())
    assert found == replace(extract_object({"spec": spec}, now, Offline()), subject=was)
    assert found.workloads or found.exposure


@pytest.mark.parametrize("kind", sorted(KINDS - DOORS.keys()))
def test_what_is_no_object_is_refused_for_every_kind(kind: tuple[str, str]) -> None:
    """But for connections and grants of access: who sends them counts, and nothing inside."""
    for raw in (b"", b"[]", b"null", b"{]"):
        (problem,) = extract(raw, subject(kind), Offline()).problems
        assert problem.path == WHOLE


def test_a_kind_that_no_rule_reads_has_no_facts() -> None:
    unknown = subject(("", "ConfigMap"))
    assert extract(b"not even JSON", unknown, Offline()) == Facts(unknown)
    assert extract_object({("a", "b"): object()}, unknown, Offline()) == Facts(unknown)


def test_a_kind_of_another_group_is_another_kind() -> None:
    knative = subject(("serving.knative.dev", "Service"))
    raw = b'{"spec":{"externalIPs":["203.0.113.9"]}}'
    assert extract(raw, knative, Offline()) == Facts(knative)


def test_yaml_scalars_that_are_no_strings_are_wrong_types() -> None:
    obj = {"spec": {"externalIPs": [1.5, True, date(2026, 1, 1)]}}
    exposure = extract_object(obj, SERVICE, Offline()).exposure
    assert exposure is not None
    assert [c.problem for c in exposure.addresses] == [
        "is a number where an address belongs",
        "is a boolean where an address belongs",
        "is not an IP address",
    ]


@pytest.mark.parametrize(
    "obj",
    [{("a", "b"): 1}, {"spec": object()}, {"spec": 10**5000}, {"spec": "\ud800"}],
    ids=["odd-key", "odd-value", "number-of-5001-digits", "lone-surrogate"],
)
def test_what_json_cannot_hold_is_refused(obj: object) -> None:
    (problem,) = extract_object(obj, SERVICE, Offline()).problems
    assert problem.path == WHOLE
    assert problem.detail.startswith("cannot be written as JSON: ")


def test_an_object_that_contains_itself_is_refused() -> None:
    spec: dict[str, Any] = {}
    spec["spec"] = spec
    (problem,) = extract_object(spec, SERVICE, Offline()).problems
    assert problem.detail.startswith("cannot be written as JSON: ")


def test_the_kinds_are_those_of_the_table() -> None:
    assert EXTRACTORS.keys() == KINDS
    assert {("", "Service"), ("networking.k8s.io", "Ingress")} <= KINDS


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}},
            ("", "Service", "acme-prod", "web"),
        ),
        (
            {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "Gateway",
                "metadata": {"generateName": "gw-", "namespace": "acme-dev"},
            },
            ("gateway.networking.k8s.io", "Gateway", "acme-dev", "gw-*"),
        ),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": None}, ("", "Pod", "acme-prod", "*")),
        (
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 7, "namespace": []}},
            ("", "Pod", "acme-prod", "*"),
        ),
    ],
)
def test_a_file_object_is_a_create_that_nobody_sends(
    obj: object, expected: tuple[str, str, str, str]
) -> None:
    found = subject_of(obj, "acme-prod")
    assert found == Subject(*expected, operation=Operation.CREATE, writer=None)


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (None, "has no apiVersion and kind"),
        ([], "has no apiVersion and kind"),
        ("x", "has no apiVersion and kind"),
        ({}, "has no apiVersion and kind"),
        ({"kind": "Pod"}, "has no apiVersion"),
        ({"apiVersion": "v1", "Kind": "Pod"}, "has no kind"),
        ({"apiVersion": 1, "kind": "Pod"}, "has no apiVersion that is text"),
        ({"apiVersion": "v1", "kind": ""}, "has no kind that is text"),
    ],
)
def test_what_does_not_say_its_kind_is_a_problem(obj: object, words: str) -> None:
    assert subject_of(obj, "acme-prod") == Problem(WHOLE, "", words)
