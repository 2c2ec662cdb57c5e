"""Revisions: what is in force is on record, and what is on record can be read back."""

import json

import pytest

from aup.api.catalog import CatalogItem
from aup.api.policy import AcceptableUsePolicy
from aup.policy.revision import (
    CATALOG,
    POLICY,
    Revision,
    due,
    last_good,
    read_revision,
    surplus,
)
from aup.policy.world import InForce
from support.provider import catalog, policy
from support.world import load_world

CATALOGUE = catalog("default", CatalogItem(repository="registry.example/a", license="MIT")).spec
IN_FORCE = InForce(policies={"asergo": policy().spec}, catalogs={"default": CATALOGUE})


def edition(revision: str) -> AcceptableUsePolicy:
    return policy(revision=revision)


def record(number: int, revision: str) -> Revision:
    return Revision(POLICY, "asergo", number, edition(revision).spec)


def test_the_whole_world_survives_the_api_server() -> None:
    """Through JSON and back, as a ControllerRevision goes."""
    written = [revision.manifest("aup-system") for revision in due((), load_world().in_force)]
    stored = json.loads(json.dumps(written))
    read = [read_revision(manifest) for manifest in stored]
    found = last_good(revision for revision in read if revision)
    assert found.policies == load_world().in_force.policies
    assert found.catalogs == load_world().in_force.catalogs


def test_a_manifest_is_a_controller_revision_of_ours() -> None:
    first, second = (revision.manifest("aup-system") for revision in due((), IN_FORCE))
    assert first["apiVersion"] == "apps/v1"
    assert first["kind"] == "ControllerRevision"
    assert first["revision"] == 1
    assert first["metadata"]["namespace"] == "aup-system"
    assert first["metadata"]["name"].startswith("acceptableusepolicy-asergo-")
    assert second["metadata"]["name"].startswith("softwarecatalog-default-")
    assert first["metadata"]["labels"] == {
        "aup.asergo.com/managed": "true",
        "app.kubernetes.io/managed-by": "aup-operator",
        "aup.asergo.com/revision-of": "AcceptableUsePolicy",
    }


def test_the_name_is_that_of_the_specification() -> None:
    assert record(1, "a").object_name == record(7, "a").object_name
    assert record(1, "a").object_name != record(1, "b").object_name
    assert Revision(CATALOG, "x" * 253, 1, CATALOGUE).object_name[-17] == "-"
    assert len(Revision(CATALOG, "x" * 253, 1, CATALOGUE).object_name) <= 253


def test_nothing_is_due_once_it_is_on_record() -> None:
    assert due(due((), IN_FORCE), IN_FORCE) == ()


def test_an_edition_that_came_back_gets_a_new_number_under_its_old_name() -> None:
    (again,) = due(
        (record(1, "a"), record(2, "b")), InForce(policies={"asergo": edition("a").spec})
    )
    assert again.number == 3
    assert again.object_name == record(1, "a").object_name


def test_the_highest_number_was_good_last() -> None:
    found = last_good((record(2, "b"), record(3, "c"), record(1, "a")))
    assert found.policies["asergo"].revision == "c"


def test_only_the_oldest_are_surplus() -> None:
    records = tuple(record(number, str(number)) for number in range(1, 6))
    other = Revision(CATALOG, "default", 1, CATALOGUE)
    assert {revision.number for revision in surplus((*records, other), keep=3)} == {1, 2}


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        {"data": None, "revision": 1},
        {"data": {"subject": {"kind": "DaemonSet", "name": "x"}, "spec": {}}, "revision": 1},
        {"data": {"subject": {"kind": POLICY, "name": "x"}, "spec": {}}, "revision": 1},
        {"data": {"subject": {"kind": POLICY, "name": "x"}, "spec": []}, "revision": 1},
        {"data": {"spec": {"template": {}}}, "revision": 1},
    ],
)
def test_what_cannot_be_read_is_nothing_to_fall_back_on(manifest: dict[str, object]) -> None:
    assert read_revision(manifest) is None
