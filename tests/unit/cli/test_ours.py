"""Fields that our kinds do not have are found, and no field that they have."""

from pathlib import Path
from typing import Any

import pytest

from aup.cli.ours import Remark, decode_ours, is_ours, unknown_fields
from aup.documents import read_documents
from support.repository import ROOT
from support.world import manifests

TENANT = next(m for m in manifests() if m["kind"] == "Tenant")


def changed(**spec: Any) -> dict[str, Any]:
    """Return a Tenant with other fields."""
    return {**TENANT, "spec": {**TENANT["spec"], **spec}}


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (changed(domians=[]), "unknown field spec.domians; did you mean domains?"),
        (
            changed(domains=[{"name": "a.example", "verifiedat": None}]),
            "unknown field spec.domains[0].verifiedat; did you mean verifiedAt?",
        ),
        (
            changed(budget={"namespaceCeilings": {"a": {"cpu": "1"}}, "sfot": {}}),
            "unknown field spec.budget.sfot",
        ),
        ({**TENANT, "sepc": {}}, "unknown field sepc; did you mean spec?"),
        (changed(zzzz=1), "unknown field spec.zzzz"),
    ],
)
def test_a_misspelt_field_is_named_with_what_is_meant(manifest: Any, said: str) -> None:
    assert [remark.text for remark in unknown_fields(manifest)] == [said]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.name)
def test_examples_have_no_unknown_field(path: Path) -> None:
    for manifest in read_documents(path.read_bytes()):
        assert list(unknown_fields(manifest)) == []


def test_the_world_and_metadata_of_any_kind_have_none() -> None:
    """Metadata are the API server's; maps hold any key."""
    exported = {**TENANT, "metadata": {**TENANT["metadata"], "managedFields": [{"manager": "x"}]}}
    for manifest in (exported, *manifests()):
        assert list(unknown_fields(manifest)) == []


def test_an_object_of_a_wrong_type_is_placed() -> None:
    assert decode_ours(changed(domains=[{"name": 7}])) == Remark(
        "spec.domains[0].name",
        "Tenant acme: spec.domains[0].name is a number where a string belongs",
    )
    assert decode_ours({**TENANT, "spec": {}}) == Remark("spec", "Tenant acme: spec has no policy")


def test_a_word_that_is_a_boolean_in_yaml_is_explained() -> None:
    """Norway is No, and what is Off is not enforced: both stand in policies."""
    (country,) = read_documents("country: No")
    found = decode_ours(changed(establishment=country))
    assert isinstance(found, Remark)
    assert found.text == (
        "Tenant acme: spec.establishment.country is a boolean where a string belongs; YAML takes "
        "Off, On, No and Yes for booleans, so write them in quotes"
    )


def test_an_object_of_another_version_is_ours_and_cannot_be_read() -> None:
    """It would be passed over otherwise, and a default be in force instead."""
    other = {**TENANT, "apiVersion": "aup.asergo.com/v1"}
    assert is_ours(other)
    assert decode_ours(other) == Remark(
        "apiVersion", "there is no aup.asergo.com/v1, but aup.asergo.com/v1alpha1"
    )
