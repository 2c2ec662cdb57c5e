"""A table of keys: exact, case-sensitive, in one pass, and families by form."""

from collections.abc import Iterator

import pytest

from aup.facts.annotations.keys import Keys, Note, spelled, under
from aup.facts.annotations.readers import nothing
from aup.facts.claims import Leaf
from aup.facts.model import Offline, Subject, UnknownAnnotation, Writer
from support.replacing import replace

SUBJECT = Subject("", "Service", "acme-prod", "web")


def told(note: Note) -> Iterator[Leaf]:
    yield UnknownAnnotation(note.key, str(note.value), note.path)


KEYS = Keys(
    {"known.example/a": told, "family.example/quiet": nothing},
    {r"family\.example/.+": told, r".*\.example/last": told},
)


def read(annotations: dict[str, object] | None) -> list[Leaf]:
    return list(KEYS.read(annotations, "metadata.annotations", SUBJECT, Offline()))


def test_a_value_is_read_with_its_path() -> None:
    assert read({"other.example/b": "x", "known.example/a": "y"}) == [
        UnknownAnnotation("known.example/a", "y", 'metadata.annotations["known.example/a"]')
    ]


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_empty_values_say_nothing(value: object) -> None:
    assert read({"known.example/a": value}) == []


@pytest.mark.parametrize("key", ["Known.example/a", "known.example/A", "known.example/a ", "a"])
def test_a_key_is_compared_as_controllers_do(key: str) -> None:
    assert read({key: "y"}) == []


def test_a_family_is_what_all_of_a_key_matches_and_a_known_key_comes_first() -> None:
    assert read({"family.example/quiet": "y", "xfamily.example/b": "y"}) == []
    assert len(read({"family.example/b": "y", "any.example/last": "y"})) == 2


def test_no_annotations_say_nothing() -> None:
    assert read(None) == []
    assert read({}) == []


def test_keys_go_by_each_of_their_prefixes_and_spellings() -> None:
    assert under(("a/", "b/"), {"x": told, "y": nothing}) == {
        "a/x": told,
        "a/y": nothing,
        "b/x": told,
        "b/y": nothing,
    }
    assert spelled({("a/x", "b-x"): told}) == {"a/x": told, "b-x": told}


@pytest.mark.parametrize(
    ("writer", "stored", "by_hand"),
    [
        (None, False, True),
        (None, True, False),
        (Writer("alice"), False, False),
        (Writer("alice"), True, False),
    ],
)
def test_a_file_that_no_cluster_has_seen_is_written_by_hand(
    writer: Writer | None, stored: bool, by_hand: bool
) -> None:
    seen: list[bool] = []

    def look(note: Note) -> Iterator[Leaf]:
        seen.append(note.by_hand)
        yield from ()

    subject = replace(SUBJECT, writer=writer)
    assert list(Keys({"k": look}).read({"k": "x"}, "p", subject, Offline(), stored=stored)) == []
    assert seen == [by_hand]


def test_a_table_says_what_it_knows() -> None:
    assert KEYS.knows("known.example/a")
    assert KEYS.knows("family.example/b")
    assert not KEYS.knows("other.example/b")
