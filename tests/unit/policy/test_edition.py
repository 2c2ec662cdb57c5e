"""Editions: a policy compiled, and every mistake in it told."""

from typing import Any

import pytest

from aup import presets
from aup.api.meta import read
from aup.api.policy import AcceptableUsePolicy, Clause, Document, RuleEnforcement
from aup.api.sections.choice import Enforcement
from aup.api.sections.export import CountryTerms, ExportCategory, ExportTerms, Region
from aup.api.sections.license import LicenseReference, LicenseTerms
from aup.api.sections.network import ClusterCIDRs, NetworkTerms
from aup.policy.edition import BESIDE, Edition, compile_edition
from aup.policy.problem import Reason
from aup.rules import RULE_IDS
from support.provider import CREATED, RULES, policy


def compiled(**spec: Any) -> Edition:
    edition, troubles = compile_edition("asergo", policy(**spec).spec, RULES)
    assert not troubles
    return edition


def test_the_first_clause_that_names_a_rule_is_cited() -> None:
    clauses = (
        Clause(id="1.2", summary="x", rules=("host/port",)),
        Clause(id="6.2", summary="y", rules=("network/assigned-address", "host/port")),
    )
    assert compiled(clauses=clauses).clauses == {
        "host/port": "1.2",
        "network/assigned-address": "6.2",
    }


def test_rules_have_modes_of_their_own() -> None:
    rules = (RuleEnforcement(id="host/port", enforcement=Enforcement.WARN),)
    assert compiled(rules=rules).modes == {"host/port": Enforcement.WARN}


def test_a_section_decides_about_its_rules_unless_they_are_named() -> None:
    """The rules of host/ have their terms in the section network."""
    rule = RuleEnforcement(id="network/assigned-address", enforcement=Enforcement.DENY)
    found = compiled(rules=(rule,), network=NetworkTerms(enforcement=Enforcement.WARN))
    assert found.modes == {
        "network/assigned-address": Enforcement.DENY,
        "host/port": Enforcement.WARN,
    }


@pytest.mark.parametrize(
    ("rules_url", "base"),
    [
        ("https://docs.example/rules/", "https://docs.example/rules"),
        (None, "https://asergo.example/aup"),
    ],
)
def test_the_link_of_a_denial(rules_url: str | None, base: str) -> None:
    document = Document(
        url="https://asergo.example/aup", effective_from=CREATED.date(), rules_url=rules_url
    )
    assert compiled(document=document).ref.rules_url == base


def test_ids_become_canonical() -> None:
    terms = LicenseTerms(
        deny=("gpl-2.0", "RSALv2"),
        exceptions=("classpath-exception-2.0",),
        references={"LicenseRef-X": LicenseReference(entitlement="x")},
    )
    found = compiled(license=terms).license
    assert found.deny == {"GPL-2.0-only", "RSALv2"}
    assert found.exceptions == {"Classpath-exception-2.0"}
    assert found.references == {"LicenseRef-X": "x"}


def test_countries_are_read_through_the_aliases() -> None:
    countries = CountryTerms(
        deny=("UK",), deny_subdivisions=("EL-A",), aliases={"UK": "GB", "EL": "GR"}
    )
    export = ExportTerms(countries=countries, regions={"west": Region(country="UK")})
    edition = compiled(export=export)
    assert edition.countries.deny == {"GB"}
    assert edition.countries.deny_subdivisions == {"GR-A"}
    assert edition.regions == {"west": "GB"}


def test_nothing_controlled_runs_in_a_denied_country() -> None:
    """A region that a category names does not stay open when its country is closed."""
    export = ExportTerms(
        countries=CountryTerms(deny=("GB",), aliases={"UK": "GB"}),
        regions={"north": Region(country="DK"), "west": Region(country="UK")},
        categories=(ExportCategory(id="5D002", regions=("north", "west")),),
    )
    (category,) = compiled(export=export).categories
    assert category.regions == {"north"}


def test_a_clause_may_name_what_is_held_outside_of_admission() -> None:
    """No denial of the webhook cites it."""
    rules = ("mail/complaint-deadline", "host/port", "tenancy/unclaimed-namespace")
    edition = compiled(clauses=(Clause(id="2.3", summary="x", rules=rules),))
    assert edition.clauses == {"host/port": "2.3"}


def test_a_rule_that_no_clause_names_cites_that_of_the_rule_beside_it() -> None:
    clauses = (
        Clause(id="1.6", summary="x", rules=("resources/requests",)),
        Clause(id="6.2", summary="y", rules=("network/assigned-address",)),
        Clause(id="6.9", summary="z", rules=("network/unknown-annotation",)),
    )
    edition, troubles = compile_edition("asergo", policy(clauses=clauses).spec, RULE_IDS)
    assert not troubles
    assert edition.clauses == {
        "resources/requests": "1.6",
        "resources/limit-ratio": "1.6",
        "resources/ephemeral-storage": "1.6",
        "network/assigned-address": "6.2",
        "network/unknown-annotation": "6.9",
    }


@pytest.mark.parametrize("name", presets.names())
def test_in_each_preset_they_share_a_clause(name: str) -> None:
    spec = read(AcceptableUsePolicy, presets.load(name)).spec
    cited = compile_edition(name, spec, RULE_IDS)[0].clauses
    assert {rule: cited[rule] for rule in BESIDE} == {
        rule: cited[other] for rule, other in BESIDE.items()
    }


@pytest.mark.parametrize(
    ("spec", "reason", "words"),
    [
        pytest.param(
            {"clauses": (Clause(id="1", summary="x", rules=("host/prot",)),)},
            Reason.UNKNOWN_RULE,
            "clause 1 names host/prot",
            id="rule-of-a-clause",
        ),
        pytest.param(
            {"rules": (RuleEnforcement(id="host/prot", enforcement=Enforcement.OFF),)},
            Reason.UNKNOWN_RULE,
            "rules names host/prot",
            id="rule-of-its-own",
        ),
        pytest.param(
            {
                "rules": (
                    RuleEnforcement(id="tenancy/unclaimed-namespace", enforcement=Enforcement.OFF),
                )
            },
            Reason.UNKNOWN_RULE,
            "rules names tenancy/unclaimed-namespace",
            id="rule-that-is-not-switched-here",
        ),
        pytest.param(
            {"network": NetworkTerms(allowed_endpoint_cidrs=("10.0.0.1/8", "10.0.0.0/8"))},
            Reason.INVALID_CIDR,
            "10.0.0.1/8 is no canonical CIDR",
            id="host-bits",
        ),
        pytest.param(
            {"network": NetworkTerms(cluster_cidrs=ClusterCIDRs(nodes=("x",)))},
            Reason.INVALID_CIDR,
            "network.clusterCIDRs.nodes",
            id="cluster-range",
        ),
        pytest.param(
            {"license": LicenseTerms(deny=("MIT OR ISC",))},
            Reason.INVALID_SPDX,
            "license.deny: 'MIT OR ISC' is not the id of a single licence",
            id="licence",
        ),
        pytest.param(
            {"license": LicenseTerms(exceptions=("MIT",))},
            Reason.INVALID_SPDX,
            "license.exceptions",
            id="exception",
        ),
        pytest.param(
            {"export": ExportTerms(countries=CountryTerms(deny=("XX",)))},
            Reason.INVALID_COUNTRY,
            "export.countries.deny: XX",
            id="country",
        ),
        pytest.param(
            {"export": ExportTerms(countries=CountryTerms(aliases={"UK": "XX"}))},
            Reason.INVALID_COUNTRY,
            "export.countries.aliases: UK",
            id="alias",
        ),
        pytest.param(
            {"export": ExportTerms(countries=CountryTerms(deny_subdivisions=("UA",)))},
            Reason.INVALID_COUNTRY,
            "export.countries.denySubdivisions: UA",
            id="subdivision",
        ),
        pytest.param(
            {"export": ExportTerms(regions={"north": Region(country="Denmark")})},
            Reason.INVALID_COUNTRY,
            "export.regions north: Denmark",
            id="country-of-a-region",
        ),
        pytest.param(
            {"export": ExportTerms(categories=(ExportCategory(id="5D002", regions=("moon",)),))},
            Reason.UNKNOWN_REGION,
            "region moon is not in export.regions",
            id="region-of-a-category",
        ),
    ],
)
def test_a_mistake_is_told(spec: dict[str, Any], reason: Reason, words: str) -> None:
    _, troubles = compile_edition("asergo", policy(**spec).spec, RULES)
    assert [trouble.reason for trouble in troubles] == [reason]
    assert words in troubles[0].message


def test_what_was_good_before_a_downgrade_is_compiled_without_the_newer_rules() -> None:
    spec = policy(clauses=(Clause(id="1", summary="x", rules=("mail/direct-smtp",)),)).spec
    edition, troubles = compile_edition("asergo", spec, RULES)
    assert troubles
    assert edition.clauses == {}
