"""Kinds that nobody described: what looks like a pod is found, bounded, and only ever warns."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.engine.decision import Outcome
from aup.engine.evaluate import evaluate
from aup.facts.carriers.walk import MAX_BYTES, MAX_DEPTH, MAX_FOUND, is_custom, walk
from aup.facts.extract import extract, extract_object
from aup.facts.model import Facts, Offline, Subject
from support.world import terms

SUBJECT = Subject("apps.acme.example", "WebApp", "acme-prod", "web")


def walked(obj: Any) -> Facts:
    return walk(json.dumps(obj).encode(), SUBJECT, Offline())


def images(obj: Any) -> list[tuple[str, str]]:
    return [(i.path, i.text) for w in walked(obj).workloads for i in w.images]


def test_containers_with_images_are_taken_for_a_part_of_a_pod() -> None:
    pod = {
        "hostNetwork": True,
        "containers": [
            {"name": "no image"},
            {"image": "redis:8", "securityContext": {"privileged": True}},
        ],
        "initContainers": [{"image": "busybox"}],
    }
    found = walked({"spec": {"roles": [{"pod": pod}]}})
    (workload,) = found.workloads
    assert found.advisory
    assert (workload.path, workload.partial, workload.host_network) == (
        "spec.roles[0].pod",
        True,
        True,
    )
    assert [(c.path, c.privileged) for c in workload.containers] == [
        ("spec.roles[0].pod.containers[0]", False),
        ("spec.roles[0].pod.containers[1]", True),
        ("spec.roles[0].pod.initContainers[0]", False),
    ]
    assert [i.text for i in workload.images] == ["redis:8", "busybox"]


@pytest.mark.parametrize("image", ["!*:latest", "*", "registry.example/*/web", "", "{{ image }}"])
def test_patterns_for_pods_are_no_pods(image: str) -> None:
    """Objects of other policy engines spell out what a pod may look like."""
    assert not walked({"pattern": {"spec": {"containers": [{"image": image}]}}}).workloads


@pytest.mark.parametrize(
    "text",
    ["redis:8", "ghcr.io/acme/web", "acme/web:1", "acme/web@sha256:" + "1" * 64, "reg:5000/x"],
)
def test_a_text_that_says_more_than_a_word_is_taken_for_an_image(text: str) -> None:
    assert images({"spec": {"web": {"image": text}}}) == [("spec.web.image", text)]
    assert images({"spec": {"imageName": text}}) == [("spec.imageName", text)]


@pytest.mark.parametrize(
    "text",
    [
        "redis",
        "assets/logo",
        "logo.png",
        "/static/logo.png",
        "https://acme.example/logo.png",
        "!*:latest",
        "{{ .Values.image }}:1",
        "A picture: of a house",
        "",
        None,
        {"repository": "redis", "tag": "8"},
        ["redis:8"],
    ],
)
def test_anything_else_under_that_name_is_not(text: Any) -> None:
    assert walked({"spec": {"image": text}}) == Facts(SUBJECT)


def test_a_kind_without_either_has_no_facts() -> None:
    assert walked({"spec": {"containers": ["a", {"name": "b"}], "replicas": 3}}) == Facts(SUBJECT)


def test_what_speaks_about_the_object_is_passed_over() -> None:
    about = {"image": "redis:8"}
    assert walked({"metadata": about, "status": {"summary": about}}) == Facts(SUBJECT)
    assert images({"spec": {"status": about, "a.b/c": about}}) == [
        ("spec.status.image", "redis:8"),
        ('spec["a.b/c"].image', "redis:8"),
    ]


def test_depth_and_number_are_bounded() -> None:
    deep: Any = {"image": "redis:8"}
    for _ in range(MAX_DEPTH):
        deep = {"below": deep}
    assert len(images(deep)) == 1
    assert images({"below": deep}) == []
    many = {"spec": [{"image": f"redis:{i}"} for i in range(1000)]}
    assert len(images(many)) == MAX_FOUND
    assert images({"spec": [{}] * 20_000 + [{"image": "redis:8"}]}) == []
    pods = {"spec": [{"containers": [{"image": "redis:8"}] * 40}] * 10}
    assert len(walked(pods).workloads) == 2
    too_many = {"spec": {"containers": [{"image": "redis:8"}] * 1000}}
    assert walked(too_many) == Facts(SUBJECT)
    too_long = {"spec": {"image": "redis:8"}, "data": "x" * MAX_BYTES}
    assert walked(too_long) == Facts(SUBJECT)


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b"{" * 100_000, b'"x"'])
def test_what_cannot_be_read_is_nobodys_problem(raw: bytes) -> None:
    assert walk(raw, SUBJECT, Offline()) == Facts(SUBJECT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just("redis:8"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["containers", "image", "spec", "x"]), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(JSON)
def test_a_guess_is_advisory_and_never_a_problem(value: Any) -> None:
    found = walked(value)
    assert found.problems == ()
    assert found.advisory is bool(found.workloads)
    assert extract_object(value, SUBJECT, Offline()) == found


@pytest.mark.parametrize(
    ("group", "custom"),
    [
        ("", False),
        ("apps", False),
        ("batch", False),
        ("rbac.authorization.k8s.io", False),
        ("networking.k8s.io", False),
        ("aup.asergo.com", False),
        ("policy.networking.k8s.io", True),
        ("jobset.x-k8s.io", True),
        ("snapshot.storage.k8s.io", True),
        ("apps.acme.example", True),
    ],
)
def test_kinds_of_kubernetes_are_not_guessed_at(group: str, custom: bool) -> None:
    assert is_custom(group) is custom
    subject = Subject(group, "Unheard", "acme-prod", "web")
    raw = json.dumps({"spec": {"image": "redis:8"}}).encode()
    assert bool(extract(raw, subject, Offline()).workloads) is custom


def test_a_guess_only_warns() -> None:
    pod = {
        "hostPID": True,
        "containers": [{"image": "mongo:7", "securityContext": {"privileged": True}}],
    }
    decision = evaluate(walked({"spec": {"pod": pod}}), terms())
    assert decision.allowed
    assert {(f.rule, f.outcome) for f in decision.findings} == {
        ("host/namespaces", Outcome.WARN),
        ("host/privileged", Outcome.WARN),
        ("license/expression", Outcome.WARN),
    }
