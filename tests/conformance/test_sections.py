"""The sections of rules are the same wherever they stand: catalogue, policy, CRD and corpus."""

import re

import pytest

from aup.api.sections.choice import Enforcement
from aup.policy.edition import enforcement_of
from aup.rules import CATALOGUE
from support.corpus import SECTIONS
from support.provider import policy
from support.schema import Schema, crds
from support.sections import sections_of_the_policy

RULES_OF = re.compile(r"\b([a-z]+)/…")
"""How a description names all rules of a section."""


def sections_of_the_catalogue() -> list[str]:
    """Return the first parts of the ids of rules, in the catalogue's order."""
    return list(dict.fromkeys(rule.id.partition("/")[0] for rule in CATALOGUE))


def sections_of_the_crd() -> dict[str, Schema]:
    """Return the schemas of fields of a policy that have an enforcement of their own."""
    (crd,) = (crd for crd in crds() if crd.kind == "AcceptableUsePolicy")
    fields = crd.schema["properties"]["spec"]["properties"]
    return {
        name: schema
        for name, schema in fields.items()
        if "enforcement" in schema.get("properties", {})
    }


def deciding(rule: str) -> list[str]:
    """Return the sections of a policy whose enforcement decides about a rule."""
    audit = Enforcement.AUDIT
    return [
        name
        for name, terms in sections_of_the_policy().items()
        if enforcement_of(policy("asergo", **{name: terms(enforcement=audit)}).spec, rule) is audit
    ]


def test_the_corpus_is_read_section_by_section_of_the_catalogue() -> None:
    """Cases of a section that the corpus does not name would be judged by nobody."""
    assert list(SECTIONS) == sections_of_the_catalogue()


def test_policy_and_crd_have_the_same_sections() -> None:
    assert sections_of_the_policy().keys() == sections_of_the_crd().keys()


@pytest.mark.parametrize("rule", [rule.id for rule in CATALOGUE])
def test_one_section_of_a_policy_decides_about_a_rule(rule: str) -> None:
    """A section without a field would leave its rules to the policy's default in silence."""
    (section,) = deciding(rule)
    said = sections_of_the_crd()[section]["properties"]["enforcement"]["description"]
    assert rule.partition("/")[0] in RULES_OF.findall(said)


def test_each_section_of_a_policy_decides_about_the_rules_that_its_description_names() -> None:
    """A section that no rule belongs to would be an option that does nothing."""
    told = {
        name: set(RULES_OF.findall(schema["properties"]["enforcement"]["description"]))
        for name, schema in sections_of_the_crd().items()
    }
    held: dict[str, set[str]] = {}
    for rule in CATALOGUE:
        for name in deciding(rule.id):
            held.setdefault(name, set()).add(rule.id.partition("/")[0])
    assert told == held
