"""YAML and JSON are read as kubectl reads them."""

from typing import Any

import pytest

from aup.documents import Document, InvalidDocumentError, decode, read_documents, read_stream


def values(text: str) -> list[Any]:
    """Return the objects of a text, and for each mistake its line and column."""
    return [
        found.value if isinstance(found, Document) else (found.line, found.column)
        for found in read_stream(text)
    ]


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        pytest.param("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}], id="many-documents"),
        pytest.param("---\n# nothing\n---\na: 1\n", [{"a": 1}], id="empty-documents-are-nothing"),
        pytest.param("kind: List\nitems: [{a: 1}]\n", [{"a": 1}], id="a-list-is-its-items"),
        pytest.param("kind: PodList\nitems: [{a: 1}]\n", [{"a": 1}], id="a-typed-list-too"),
        pytest.param(
            "kind: List\nitems: [{kind: List, items: [{a: 1}, {b: 2}]}, {c: 3}]\n",
            [{"a": 1}, {"b": 2}, {"c": 3}],
            id="a-list-in-a-list",
        ),
        pytest.param(
            "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}]",
            [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}],
            id="items-of-a-typed-list-are-of-its-kind",
        ),
        pytest.param(
            "apiVersion: v1\nkind: List\nitems: [{metadata: {}}]",
            [{"metadata": {}}],
            id="items-of-a-plain-list-are-of-no-kind",
        ),
        pytest.param("day: 2024-05-01\n", [{"day": "2024-05-01"}], id="a-date-is-a-string"),
        pytest.param("at: 10:30\n", [{"at": "10:30"}], id="no-numbers-to-the-base-of-sixty"),
        pytest.param("a: -7\nb: 1.5\n", [{"a": -7, "b": 1.5}], id="numbers-are-numbers"),
        pytest.param("[0o17, -017, 0X1f, 0b1, 1_000]", [[15, -15, 31, 1, 1000]], id="bases"),
        pytest.param("[08, 0x_, 0b_]", [[8, "0x_", "0b_"]], id="what-only-looks-like-a-base"),
        pytest.param("[y, Yes, ON, n, No, off]", [[True] * 3 + [False] * 3], id="yaml-1.1-words"),
        pytest.param("{on: 1, off: 2}", [{"true": 1, "false": 2}], id="words-as-keys"),
        pytest.param("{1: a, 0: b}", [{1: "a", 0: "b"}], id="numbers-as-keys"),
        pytest.param("a: =", [{"a": "="}], id="a-lone-equals-sign"),
        pytest.param("a: !Sub {b: !x 5, c: !y [1]}", [{"a": {"b": "5", "c": [1]}}], id="own-tags"),
        pytest.param("!!set {a, b}", [{"a": None, "b": None}], id="tags-without-meaning-in-json"),
        pytest.param("!!timestamp 2024-05-01", ["2024-05-01"], id="a-date-by-its-tag"),
        pytest.param("!!binary MjAzLjAuMTEzLjk=", ["203.0.113.9"], id="base64-is-text"),
        pytest.param('{"a": "2024-05-01"}', [{"a": "2024-05-01"}], id="json"),
        pytest.param('{\n\t"a":\t1\n}', [{"a": 1}], id="json-with-tabs"),
        pytest.param('{"a": "\\ud83d\\ude00"}', [{"a": "\U0001f600"}], id="json-with-surrogates"),
        pytest.param(
            r'["\ud800", "\ud83d\ude00\udc00", "\\ud800"]',
            [["\ufffd", "\U0001f600\ufffd", r"\ud800"]],
            id="json-with-half-a-character",
        ),
        pytest.param(
            '{"a": 1}{"b": 2}\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}], id="json-stream"
        ),
        pytest.param("{a: 1, b: [x]}", [{"a": 1, "b": ["x"]}], id="braces-that-are-no-json"),
        pytest.param("a: &a {k: 1}\nb: *a\n", [{"a": {"k": 1}, "b": {"k": 1}}], id="aliases"),
        pytest.param(
            "a: &a {k: 1, l: 2}\nb: {<<: *a, k: 3}\n",
            [{"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}],
            id="merge-keys",
        ),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\n", [], id="only-space"),
    ],
)
def test_documents(text: str, objects: list[Any]) -> None:
    assert list(read_documents(text)) == objects


@pytest.mark.parametrize(
    "text",
    ["a: [", "\x00", "[" * 5000, '{"a": NaN, b', "a: &x [*x]"],
)
def test_what_is_no_yaml_is_told_on_one_line(text: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        list(read_documents(text))
    assert raised.value.problem
    assert "\n" not in raised.value.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\tb: 1", "line 1, column 1: is indented by a tab; YAML takes spaces only"),
        ("a:\n  b: 1\n\tc: 2", "line 3, column 1: is indented by a tab; YAML takes spaces only"),
        ("a: @b", "line 1, column 4: found character that cannot start any token while scanning"),
        ("a: !!bool maybe", "line 1, column 4: is no boolean that can be read"),
        ("a: !!int b", "line 1, column 4: is no integer that can be read"),
        (f"a: [{'1' * 5000}]", "line 1, column 5: is no integer that can be read"),
        ("a: !!float b", "line 1, column 4: is no number that can be read"),
        ("a: !!binary b", "line 1, column 4: is no base64 that can be read"),
        ("a: {~: b}", "line 1, column 4: has a key that is null"),
    ],
)
def test_a_mistake_is_said_in_words_of_yaml(text: str, problem: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        list(read_documents(text))
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize("opening", ["[", '{"a":', "- ", "? "])
def test_nothing_is_nested_so_deeply_that_the_stack_ends(opening: str) -> None:
    """The parser's binding goes down without a limit: the process would end without a word."""
    with pytest.raises(InvalidDocumentError, match="is nested deeper than 400 levels"):
        list(read_documents(opening * 100_000))


def test_no_tag_makes_anything_but_data() -> None:
    text = "a: !!python/object/apply:os.system [id]\nb: !!python/name:os.system ''"
    assert list(read_documents(text)) == [{"a": ["id"], "b": ""}]


def test_a_mistake_comes_after_what_stood_before_it() -> None:
    documents = read_documents("a: 1\n---\nb: [")
    assert next(documents) == {"a": 1}
    with pytest.raises(InvalidDocumentError):
        next(documents)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a: [\n---\nb: 1\n", [(2, 1), {"b": 1}], id="open-bracket"),
        pytest.param("a: 'x\n---\nb: 1\n", [(2, 1), {"b": 1}], id="open-quote"),
        pytest.param("a: b: c\n---\nb: 1\n", [(1, 5), {"b": 1}], id="colon"),
        pytest.param("a: {{ x }}\n---\nb: 1\n", [(1, 5), {"b": 1}], id="template"),
        pytest.param("a: 1\n---\nb:\n\t- c\n---\nd: 1", [{"a": 1}, (4, 1), {"d": 1}], id="tab"),
        pytest.param("a: *x\n---\nb: 1\n", [(1, 4), {"b": 1}], id="no-anchor"),
        pytest.param("a: x\n---\nü: \x07\n---\nb: 1", [(3, 4), {"b": 1}], id="control-character"),
        pytest.param("a: 'x\n", [(1, 6)], id="at-the-end-of-the-text"),
        pytest.param("a: *x\n--- {b: 1}\n", [(1, 4), {"b": 1}], id="content-after-the-separator"),
        pytest.param("%NOPE\n---\na: [\n---\n%X\n", [(1, 6), (4, 1), (5, 3)], id="all-wrong"),
        pytest.param("[" * 5000 + "\n---\nb: 1", [(1, 400), {"b": 1}], id="nested-too-deeply"),
    ],
)
def test_a_mistake_is_placed_and_costs_no_other_document(text: str, found: list[Any]) -> None:
    assert values(text) == found


def test_aliases_cannot_be_made_to_explode() -> None:
    """Nine lines of tenfold aliases are a billion values to who writes them out."""
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    merged = [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(1, 40)]
    for text in ("\n".join(["l0: &l0 x", *levels]), "\n".join(["m0: &m0 {a: 1}", *merged])):
        with pytest.raises(InvalidDocumentError, match="has aliases that stand for more than"):
            list(read_documents(text))


def test_what_holds_itself_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match="has aliases that stand for more than"):
        list(read_documents("kind: List\nitems: &i [{kind: List, items: *i}]"))


def test_each_object_knows_where_it_begins() -> None:
    text = "# head\na: 1\n---\n\nkind: List\nitems:\n- b: 2\n- c: 3\n"
    found = [one for one in read_stream(text) if isinstance(one, Document)]
    assert [one.line for one in found] == [2, 7, 8]


def test_an_object_after_a_mistake_knows_where_it_begins() -> None:
    *_, last = read_stream("a: [\n---\n# more\n---\nb: 1\n")
    assert isinstance(last, Document)
    assert (last.line, last.offset) == (5, 1)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a: \xc3\xbc", "a: ü"),
        (b"\xef\xbb\xbfa: 1", "a: 1"),
        (b"\xef\xbb\xbfa: 1\n---\n\xef\xbb\xbfb: 2\n", "a: 1\n---\nb: 2\n"),
        ("a: ü".encode("utf-16"), "a: ü"),
    ],
)
def test_a_file_is_utf_8_or_says_that_it_is_not(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_bytes_that_are_no_text_are_placed() -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        decode(b"a: 1\nb: \xff")
    assert (raised.value.line, raised.value.column) == (2, 4)
    assert str(raised.value) == "line 2, column 4: is not UTF-8"


def test_a_big_file_is_read_document_by_document() -> None:
    """What comes first can be judged before the rest is read."""
    text = "".join(f"---\nname: n{n}\n" for n in range(20_000))
    stream = read_stream(text)
    first = next(stream)
    assert isinstance(first, Document)
    assert first.value == {"name": "n0"}
    assert sum(1 for _ in stream) == 19_999
