"""Presets: every clause of the document is there, served by something, in one sentence."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from aup import presets
from aup.api.meta import API_VERSION, read
from aup.api.policy import AcceptableUsePolicy, Clause
from aup.api.sections.choice import Enforcement, Unknown
from aup.rules import CATALOGUE

CLAUSES: Mapping[str, tuple[str, ...]] = {
    "asergo": (
        *("0", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"),
        *("2.0", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2"),
        *("5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "7.1", "7.2", "7.3"),
        *("8.1", "8.2", "eff"),
    )
}
"""Each document in its order: section and bullet, ``.0`` for the sentence above the bullets."""

every_preset = pytest.mark.parametrize("name", presets.names())


def policy(name: str) -> AcceptableUsePolicy:
    """Return a preset as the product reads it."""
    return read(AcceptableUsePolicy, presets.load(name))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field and what it holds; an empty list or mapping is a leaf, too."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def test_every_preset_has_the_list_of_its_document() -> None:
    """A preset without a list here would be held to nothing."""
    assert set(CLAUSES) == set(presets.names())


@every_preset
def test_a_preset_is_json(name: str) -> None:
    """An unquoted date would be a date to Python and a string to the API server."""
    assert json.loads(json.dumps(presets.load(name))) == presets.load(name)


@every_preset
def test_a_preset_has_no_field_that_the_product_ignores(name: str) -> None:
    """Unknown fields are dropped in silence when a policy is read: a typo would not be seen."""
    manifest = presets.load(name)
    understood = dict(leaves(json.loads(msgspec.json.encode(policy(name)))))
    assert {k: v for k, v in leaves(manifest) if understood.get(k) != v} == {}
    assert manifest["apiVersion"] == API_VERSION
    assert manifest["metadata"]["name"] == name


@every_preset
def test_every_clause_of_the_document_is_there_once_and_in_order(name: str) -> None:
    """A clause that is left out would be neither enforced nor anybody's duty."""
    assert tuple(clause.id for clause in policy(name).spec.clauses) == CLAUSES[name]


def clauses(name: str) -> list[Any]:
    """Return the clauses of a preset as test parameters."""
    return [pytest.param(c, id=f"{name}-{c.id}") for c in policy(name).spec.clauses]


@pytest.mark.parametrize("clause", [c for name in presets.names() for c in clauses(name)])
def test_a_clause_is_served_and_said_in_one_sentence(clause: Clause) -> None:
    """By rules, by reports that watch it, or by the provider."""
    assert clause.rules or clause.watched_by or clause.duty
    assert clause.summary.endswith(".")
    assert "\n" not in clause.summary
    assert ". " not in clause.summary


@every_preset
def test_each_rule_is_named_by_exactly_one_clause(name: str) -> None:
    """A denial cites one clause; a rule that none names would be enforced without a ground."""
    named = Counter(rule for clause in policy(name).spec.clauses for rule in clause.rules)
    assert named == Counter(rule.id for rule in CATALOGUE)


@every_preset
def test_a_preset_enforces_by_default(name: str) -> None:
    """No rule is softened in secret, and notice comes from each Tenant's enforceFrom."""
    spec = policy(name).spec
    assert spec.enforcement is Enforcement.DENY
    assert spec.rules == ()


def test_asergo_forbids_no_licence_because_its_document_forbids_none() -> None:
    """The contract asks to comply with licences; what is unknown is looked at by a person."""
    terms = policy("asergo").spec.license
    assert (terms.deny, terms.allow, terms.unknown) == ((), (), Unknown.REVIEW)


@every_preset
def test_nobody_isolates_alone_until_the_provider_trusts_a_source(name: str) -> None:
    """A preset knows no detector of the cluster that it is applied to."""
    assert policy(name).spec.abuse.sources == ()


@every_preset
def test_the_regions_of_every_category_have_a_jurisdiction(name: str) -> None:
    """Otherwise a controlled workload would be allowed to a place that nobody can judge."""
    export = policy(name).spec.export
    known = {region.name for region in export.regions}
    assert {region for c in export.categories for region in c.regions} <= known
