"""Presets: every clause of the document is there, served by something, in one sentence."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest

from aup import presets
from aup.api.meta import API_VERSION, read
from aup.api.policy import AcceptableUsePolicy, Clause, PolicySpec
from aup.api.sections.choice import Enforcement, Permission, Unknown
from aup.api.sections.conduct import LaterEditions
from aup.api.sections.export import Gambling
from aup.api.sections.license import Verification, WindowsLicense
from aup.api.sections.security import PodSecurityLevel, SecurityTools, StaffAccess
from aup.policy.edition import compile_edition
from aup.rules import RULE_IDS
from support.clauses import CLAUSES

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


def off(spec: PolicySpec) -> set[str]:
    """Return the rules that a preset switches off."""
    return {rule.id for rule in spec.rules}


SILENT: Mapping[str, Callable[[PolicySpec], bool]] = {
    "license/vendor-support": lambda spec: not spec.license.require_vendor_support,
    "mail/direct-smtp": lambda spec: spec.mail.direct_smtp is Permission.ALLOWED,
    "security/pod-security": lambda spec: spec.security.pod_security is PodSecurityLevel.PRIVILEGED,
    "conduct/high-risk-use": lambda spec: spec.conduct.high_risk_use is Permission.ALLOWED,
    "tenancy/acceptance": lambda spec: not spec.tenancy.require_acceptance,
    "resources/requests": lambda spec: not spec.resources.require_requests,
    "resources/limit-ratio": lambda spec: spec.resources.max_limit_request_ratio is None,
    "resources/ephemeral-storage": lambda spec: not spec.resources.require_ephemeral_storage,
    "resources/bandwidth": lambda spec: (
        not (spec.resources.require_bandwidth or spec.resources.max_bandwidth)
    ),
}
"""Rules with an option under which they say nothing, and whether a preset chose it."""


@every_preset
def test_each_rule_is_named_by_one_clause_or_says_nothing(name: str) -> None:
    """A denial cites one clause; a rule that the document gives no ground for must be silent."""
    spec = policy(name).spec
    named = Counter(rule for clause in spec.clauses for rule in clause.rules)
    silent = {rule for rule, chosen in SILENT.items() if chosen(spec)}
    assert set(named.values()) == {1}
    assert named.keys() | off(spec) | silent == RULE_IDS
    assert not named.keys() & off(spec)


@every_preset
def test_no_clause_rests_on_rules_that_say_nothing(name: str) -> None:
    """A rule that is switched off may stand beside one that holds the clause, but not alone."""
    spec = policy(name).spec
    silent = {rule for rule, chosen in SILENT.items() if chosen(spec)}
    resting = {clause.id for clause in spec.clauses if clause.rules and silent >= {*clause.rules}}
    assert resting == set()


@every_preset
def test_a_preset_enforces_by_default(name: str) -> None:
    """No rule is softened in secret, and notice comes from each Tenant's enforceFrom."""
    spec = policy(name).spec
    assert spec.enforcement is Enforcement.DENY
    assert {rule.enforcement for rule in spec.rules} <= {Enforcement.OFF}


@every_preset
def test_a_rule_with_an_option_is_left_to_it(name: str) -> None:
    """A provider who sets the option alone gets what it says, not a rule that is off."""
    assert not off(policy(name).spec) & SILENT.keys()
    assert SILENT.keys() <= RULE_IDS


@every_preset
def test_a_preset_says_every_option(name: str) -> None:
    """So that a provider sees what it may change, with the clause that each one rests on."""
    whole = json.loads(msgspec.json.encode(policy(name).spec))
    said = presets.load(name)["spec"]
    assert {
        f"{section}.{option}"
        for section, options in whole.items()
        if isinstance(options, dict)
        for option, value in options.items()
        if value is not None and option not in said.get(section, {})
    } == set()


def all_but_megalayer(value: Any, megalayer: Any) -> Mapping[str, Any]:
    """Return a value for each preset."""
    return dict.fromkeys(presets.names(), value) | {"megalayer": megalayer}


DIFFERENCES: Mapping[str, Mapping[str, Any]] = {
    # Asergo announces for a month and lets leavers stay for three; Zetta.IO's text says nothing.
    "noticeDays": {"asergo": 30, "zenlayer": 0, "zetta": 30, "megalayer": 0},
    "terminationGraceDays": {"asergo": 90, "zenlayer": 0, "zetta": 90, "megalayer": 0},
    "gambling": all_but_megalayer(Gambling.REQUIRE_LICENCE, Gambling.FORBIDDEN),
    "securityTools": all_but_megalayer(SecurityTools.REQUIRE_CONSENT, SecurityTools.FORBIDDEN),
    "verification": all_but_megalayer(Verification.ON, Verification.OFF),
    "requireAcceptance": all_but_megalayer(value=False, megalayer=True),
    # zenlayer/c6, megalayer/0.6 and chg: who goes on is bound by what was posted.
    "laterEditions": dict.fromkeys(presets.names(), LaterEditions.ACCEPTANCE)
    | dict.fromkeys(("zenlayer", "megalayer"), LaterEditions.USE),
    "windows": dict.fromkeys(presets.names(), WindowsLicense.REQUIRE_ENTITLEMENT),
    "staffAccess": dict.fromkeys(presets.names(), StaffAccess.REQUIRE_GRANT),
}
"""What the documents differ in, or agree in where one might think otherwise: terms, no code."""


@every_preset
def test_a_preset_differs_from_the_others_as_its_document_does(name: str) -> None:
    """Each value is what the clauses of the document ask for."""
    spec = policy(name).spec
    assert {term: values[name] for term, values in DIFFERENCES.items()} == {
        "noticeDays": spec.changes.notice_days,
        "terminationGraceDays": spec.changes.termination_grace_days,
        "gambling": spec.export.gambling,
        "securityTools": spec.security.security_tools,
        "verification": spec.license.verification,
        "requireAcceptance": spec.tenancy.require_acceptance,
        "laterEditions": spec.tenancy.later_editions,
        "windows": spec.license.windows,
        "staffAccess": spec.security.staff_access,
    }


@every_preset
def test_a_preset_forbids_no_licence_because_no_document_forbids_one(name: str) -> None:
    """The contracts ask to comply with licences; what is unknown is never refused."""
    terms = policy(name).spec.license
    assert (terms.deny, terms.allow) == ((), ())
    assert terms.unknown is not Unknown.DENY


@every_preset
def test_a_preset_compiles(name: str) -> None:
    """Nothing in it is left for the controller to complain about."""
    _, troubles = compile_edition(name, policy(name).spec, RULE_IDS)
    assert troubles == ()


@every_preset
def test_nobody_isolates_alone_until_the_provider_trusts_a_source(name: str) -> None:
    """A preset knows no detector of the cluster that it is applied to."""
    assert policy(name).spec.abuse.sources == ()


@every_preset
def test_the_regions_of_every_category_have_a_jurisdiction(name: str) -> None:
    """Otherwise a controlled workload would be allowed to a place that nobody can judge."""
    export = policy(name).spec.export
    known = set(export.regions)
    assert {region for c in export.categories for region in c.regions} <= known
