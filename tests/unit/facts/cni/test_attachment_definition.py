"""NetworkAttachmentDefinitions whose configuration is not what it should be."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Subject
from support.corpus import as_json
from support.world import Cluster


def read(spec: Any) -> list[str]:
    subject = Subject("k8s.cni.cncf.io", "NetworkAttachmentDefinition", "acme-prod", "x")
    found = extract(as_json({"spec": spec}), subject, Cluster()).exposure
    assert found is not None
    return [f"{s.path} {s.detail}" for s in found.settings]


@pytest.mark.parametrize(
    ("spec", "detail"),
    [
        (None, "is empty, so that a file of the node counts"),
        ({}, "is empty, so that a file of the node counts"),
        ({"config": None}, "is empty, so that a file of the node counts"),
        ({"config": ""}, "is empty, so that a file of the node counts"),
        ({"config": {"type": "dummy"}}, "is an object where a string belongs"),
        ({"config": 5}, "is a number where a string belongs"),
        ({"config": " "}, "is not JSON"),
        ({"config": "{}"}, "names no plugin"),
        ({"config": '{"type": ""}'}, "names no plugin"),
        ({"config": '{"plugins": []}'}, "names no plugin"),
        ({"config": "null"}, "names no plugin"),
    ],
)
def test_what_nobody_can_judge_is_refused(spec: Any, detail: str) -> None:
    assert read(spec) == [f"spec.config {detail}"]


def test_a_configuration_is_read_by_any_case_of_its_members() -> None:
    assert read({"config": '{"Type": "dummy"}'}) == []
