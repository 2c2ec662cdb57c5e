"""A cited path leads to the line and the columns where its value is written."""

import json

import pytest

from aup.cli.place import Spot, at, locate, steps
from aup.documents import Document, read_stream

TEXT = """\
# A comment
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {"a.b/c": "x, 203.0.113.9"}
  labels:
    long: |
      first
      203.0.113.9
spec:
  externalIPs: [198.51.100.18, 203.0.113.9]
  ports:
  - &port {port: 80}
  - *port
  - <<: *port
    nodePort: 30080
  selector:
    app: web
"""


def found(text: str, path: str, value: str = "") -> tuple[int, str]:
    """Return the line and the characters that a path leads to, in the first object of a text."""
    document = next(read_stream(text))
    assert isinstance(document, Document)
    spot = locate(document, text.splitlines(), path, value)
    assert spot
    assert spot.text == text.splitlines()[spot.line - 1]
    return spot.line, spot.text[spot.column - 1 : spot.end - 1]


@pytest.mark.parametrize(
    ("path", "value", "line", "shown"),
    [
        pytest.param("metadata.name", "web", 5, "web", id="scalar"),
        pytest.param("metadata.name", "", 5, "web", id="scalar-without-a-value"),
        pytest.param("spec.externalIPs[1]", "203.0.113.9", 12, "203.0.113.9", id="item"),
        pytest.param('metadata.annotations["a.b/c"]', "203.0.113.9", 6, "203.0.113.9", id="part"),
        pytest.param('metadata.annotations["a.b/c"]', "other", 6, '"x, 203.0.113.9"', id="no-part"),
        pytest.param("metadata.labels.long", "203.0.113.9", 10, "203.0.113.9", id="block"),
        pytest.param('metadata.annotations["a.b/c"][0].ip', "x", 6, "x", id="inside-the-text"),
        pytest.param("spec.ports", "", 13, "ports", id="collection"),
        pytest.param("spec.ports[0]", "", 14, "&", id="item-that-is-a-collection"),
        pytest.param("spec.ports[1].port", "80", 14, "80", id="alias"),
        pytest.param("spec.ports[2].port", "80", 14, "80", id="merge-key"),
        pytest.param("spec.ports[2].nodePort", "30080", 17, "30080", id="beside-a-merge-key"),
        pytest.param("spec.selector.tier", "", 18, "selector", id="absent-field"),
        pytest.param("spec.ports[9].port", "", 13, "ports", id="absent-item"),
        pytest.param("status.loadBalancer", "", 2, "a", id="absent-section"),
        pytest.param("object", "", 2, "a", id="the-whole-object"),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: str, line: int, shown: str) -> None:
    assert found(TEXT, path, value) == (line, shown)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("path", ["spec.externalIPs[1]", 'metadata.annotations["a.b/c"]'])
def test_json_is_placed_too(path: str, indent: int | str | None) -> None:
    """Tabs and escapes, which YAML reads in another way, move nothing."""
    obj = {
        "metadata": {"name": "\U0001f600 \\u", "annotations": {"a.b/c": "x 203.0.113.9"}},
        "spec": {"externalIPs": ["198.51.100.18", "203.0.113.9"]},
    }
    text = json.dumps(obj, indent=indent)
    line, shown = found(text, path, "203.0.113.9")
    assert shown == "203.0.113.9"
    assert line == next(
        n
        for n, written in enumerate(text.splitlines(), 1)
        if ("a.b/c" in written if "annotations" in path else '"203.0.113.9"' in written)
    )


def test_the_second_object_of_one_line_of_json_is_placed() -> None:
    text = '{"a": 1} {"a": 203}'
    *_, last = read_stream(text)
    assert isinstance(last, Document)
    assert locate(last, [text], "a", "203") == Spot(1, 16, 19, text)


def test_items_of_lists_and_objects_after_a_mistake_are_placed() -> None:
    text = "x: [\n---\nkind: List\nitems:\n- spec: {ip: 203.0.113.9}\n"
    lines = text.splitlines()
    *_, last = read_stream(text)
    assert isinstance(last, Document)
    assert locate(last, lines, "spec.ip", "203.0.113.9") == Spot(5, 14, 25, lines[4])


def test_a_value_that_is_written_twice_counts_last() -> None:
    """As the parser has it: the first is nowhere in the object."""
    assert found("spec:\n  a: 1\n  a: 2\n", "spec.a") == (3, "2")


def test_a_character_outside_the_text_is_nowhere() -> None:
    assert at(["abc"], 0, 0) is None
    assert at(["abc"], 5, 1) is None
    assert at(["abc"], 1, 2) == Spot(1, 2, 3, "abc")


def test_steps_of_a_path() -> None:
    path = 'spec.containers[1].env["a.b/c[0]"].x'
    assert list(steps(path)) == ["spec", "containers", 1, "env", "a.b/c[0]", "x"]
