"""Markings: what an object says in the operator's name."""

import json
from typing import Any

import pytest

from aup.api.meta import GROUP as API_GROUP
from aup.facts.markings import GROUP, read_markings, with_lost
from aup.facts.model import Facts, Marking, Markings, Subject, Writer

ANNOTATIONS = "metadata.annotations"
ALICE = Writer("alice")
SUBJECT = Subject("", "Pod", "acme-prod", "web", writer=ALICE)


def read(metadata: Any) -> Markings | None:
    """Read the markings of a Pod with this metadata."""
    return read_markings(json.dumps({"metadata": metadata}).encode(), SUBJECT)


def test_the_group_is_the_products() -> None:
    """Facts know nothing of the API; the name stands here a second time."""
    assert GROUP == API_GROUP


def test_labels_and_annotations_of_our_group_and_below_are_read() -> None:
    found = read(
        {
            "labels": {"aup.asergo.com/tenant": "beta", "app": "web"},
            "annotations": {"claim.aup.asergo.com/x": "y", "aup.asergo.com/n": 1},
        }
    )
    assert found == Markings(
        (
            Marking("aup.asergo.com/tenant", "beta", 'metadata.labels["aup.asergo.com/tenant"]'),
            Marking(
                "claim.aup.asergo.com/x", "y", 'metadata.annotations["claim.aup.asergo.com/x"]'
            ),
            Marking("aup.asergo.com/n", "1", 'metadata.annotations["aup.asergo.com/n"]'),
        ),
        ALICE,
    )


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"labels": {"app": "aup.asergo.com/tenant"}},
        {"labels": {"xaup.asergo.com/tenant": "beta"}},
        {"labels": {"aup.asergo.community/tenant": "beta"}},
        {"labels": ["aup.asergo.com/tenant"]},
    ],
)
def test_everything_else_is_none_of_ours(metadata: Any) -> None:
    assert read(metadata) is None


@pytest.mark.parametrize(
    ("group", "kind", "lost"), [("", "Namespace", 1), ("", "Pod", 0), ("x.example", "Namespace", 0)]
)
def test_what_a_namespace_loses_is_missed_though_another_place_says_the_same(
    group: str, kind: str, lost: int
) -> None:
    """As a label, and no longer as an annotation."""
    subject = Subject(group, kind, "", "acme-prod", writer=ALICE)
    label = Marking("aup.asergo.com/tenant", "acme", 'metadata.labels["aup.asergo.com/tenant"]')
    note = Marking("aup.asergo.com/tenant", "acme", 'metadata.annotations["aup.asergo.com/tenant"]')
    new = with_lost(
        Facts(subject, markings=Markings((note,), ALICE)),
        Facts(subject, markings=Markings((note, label), ALICE)),
    )
    assert new.markings is not None
    assert new.markings.lost == (label,) * lost
