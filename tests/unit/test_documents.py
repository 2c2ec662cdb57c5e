"""YAML is read as kubectl reads it."""

from typing import Any

import pytest

from aup.documents import InvalidDocumentError, read_documents


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        pytest.param("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], id="many-documents"),
        pytest.param("---\n# nothing\n---\na: 1\n", [{"a": 1}], id="empty-documents-are-nothing"),
        pytest.param("kind: List\nitems: [{a: 1}]\n", [{"a": 1}], id="a-list-is-its-items"),
        pytest.param("kind: PodList\nitems: [{a: 1}]\n", [{"a": 1}], id="a-typed-list-too"),
        pytest.param("day: 2024-05-01\n", [{"day": "2024-05-01"}], id="a-date-is-a-string"),
        pytest.param("at: 10:30\n", [{"at": "10:30"}], id="no-numbers-to-the-base-of-sixty"),
        pytest.param("n: -7\nf: 1.5\n", [{"n": -7, "f": 1.5}], id="numbers-are-numbers"),
        pytest.param("on: true\nno: null\n", [{True: True, False: None}], id="yaml-1.1-words"),
        pytest.param('{"a": "2024-05-01"}', [{"a": "2024-05-01"}], id="json-is-yaml"),
    ],
)
def test_documents(text: str, objects: list[Any]) -> None:
    assert list(read_documents(text)) == objects


@pytest.mark.parametrize("text", ["a: [", "\x00", "a: !!python/object:os.system x", "[" * 5000])
def test_what_is_no_yaml_is_told_on_one_line(text: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        list(read_documents(text))
    assert raised.value.problem
    assert "\n" not in raised.value.problem


def test_a_mistake_comes_after_what_stood_before_it() -> None:
    documents = read_documents("a: 1\n---\nb: [")
    assert next(documents) == {"a": 1}
    with pytest.raises(InvalidDocumentError):
        next(documents)
