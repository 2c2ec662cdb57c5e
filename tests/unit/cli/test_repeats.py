"""Keys that are written twice are told, with the place of the later one."""

from pathlib import Path

import pytest

from aup.cli.repeats import repeated_keys
from aup.documents import Document, read_stream
from support.commands import ACME, FOREIGN, OWN, Commands, service, write


def told(text: str) -> list[tuple[str, int, int]]:
    """Return path, line and column of what is told of a text."""
    return [
        (remark.path, spot.line, spot.column)
        for document in read_stream(text)
        if isinstance(document, Document)
        for remark, spot in repeated_keys(document, text.splitlines())
        if spot is not None
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a: 1\nb: 2\na: 3", [("a", 3, 1)], id="at-the-top"),
        pytest.param("---\na: {b: [{c: 1, c: 2}]}", [("a.b[0].c", 2, 16)], id="deep"),
        pytest.param("a: {x.y/z: 1, x.y/z: 2}", [('a["x.y/z"]', 1, 15)], id="quoted-in-a-path"),
        pytest.param("a: 1\na: 2\na: 3", [("a", 2, 1), ("a", 3, 1)], id="three-times"),
        pytest.param('{"a": 1,\n "a": 2}', [("a", 2, 2)], id="json"),
        pytest.param('{"a": 1}\n{"a": 2, "a": 3}', [("a", 2, 10)], id="second-of-a-json-stream"),
        pytest.param("a: &a {k: 1}\nb: {<<: *a, k: 2}", [], id="a-merge-key-may-be-overridden"),
        pytest.param("kind: List\nitems:\n- {a: 1}\n- {a: 1, a: 2}", [("a", 4, 10)], id="an-item"),
        pytest.param("a: {k: 1}\nb: {k: 2}\n---\na: 1", [], id="in-other-objects"),
    ],
)
def test_a_key_that_is_written_twice_is_placed(
    text: str, found: list[tuple[str, int, int]]
) -> None:
    assert told(text) == found


def test_the_last_one_is_judged_and_the_writer_is_warned(tmp_path: Path, aup: Commands) -> None:
    text = f"{service(FOREIGN)}spec: {{externalIPs: [{OWN}]}}\n"
    file = write(tmp_path, "s.yaml", text)
    said = aup.run("check", *ACME, file)
    assert said.code == 0
    assert said.out == (
        f"{file}:5:1: warning: spec is written more than once; the last one counts\n"
        f"     5 | spec: {{externalIPs: [{OWN}]}}\n"
        "       | ^^^^\n"
        "1 object checked, 0 would be refused\n"
    )


def test_a_bundle_is_told_of_too(tmp_path: Path, aup: Commands) -> None:
    head = "apiVersion: aup.asergo.com/v1alpha1\nkind: AddressAssignment\nmetadata: {name: more}\n"
    twice = "cidr: 203.0.113.8/29, cidr: 203.0.113.9/32, from: '2026-01-01T00:00:00Z'"
    bundle = write(tmp_path, "more.yaml", f"{head}spec: {{tenant: acme, {twice}}}\n")
    said = aup.run("check", *ACME, "--bundle", bundle, write(tmp_path, "s.yaml", service(FOREIGN)))
    assert said.code == 0
    assert said.err == (
        f"aup: {bundle}:4:44: spec.cidr is written more than once; the last one counts\n"
    )
