"""Exemptions: what cannot be read never makes consent wider."""

import pytest

from aup.api.exemption import Exemption, ExemptionScope
from aup.policy.consent import consenting, exempting, read_consent
from aup.policy.problem import Reason
from aup.policy.terms import ExemptionTerm
from support.provider import RULES, exemption
from support.replacing import replace

ONE = "sha256:" + "1" * 64


def term(found: Exemption) -> ExemptionTerm:
    consent, troubles = read_consent(found, RULES)
    assert not troubles
    assert consent.term is not None
    return consent.term


def test_a_scope_is_read_in_canonical_form() -> None:
    scope = ExemptionScope(
        namespaces=("acme-dev",),
        images=("redis", f"registry.example/a/b@{ONE}"),
        targets=("198.51.100.16/28", "WWW.Acme.Example", "*.acme.example"),
    )
    found = term(exemption("x", "host/port", scope=scope))
    assert found.namespaces == {"acme-dev"}
    assert found.images == ("docker.io/library/redis", f"registry.example/a/b@{ONE}")
    assert found.targets is not None
    assert found.targets.cidrs == ("198.51.100.16/28",)
    assert found.hostnames == {"www.acme.example", "*.acme.example"}


def test_without_targets_any_target_is_meant() -> None:
    assert term(exemption("x", "host/port")).targets is None


def test_with_a_hostname_alone_no_address_is_meant() -> None:
    scope = ExemptionScope(targets=("www.acme.example",))
    found = term(exemption("x", "host/port", scope=scope))
    assert found.targets is not None
    assert not found.targets


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (ExemptionScope(), Reason.INVALID_TARGET),
        (ExemptionScope(targets=("198.51.100.17/28",)), Reason.INVALID_TARGET),
        (ExemptionScope(images=("redis:7",)), Reason.INVALID_REPOSITORY),
        (ExemptionScope(images=("UPPER",), namespaces=("a",)), Reason.INVALID_REPOSITORY),
    ],
)
def test_a_scope_of_which_nothing_is_left_exempts_from_nothing(
    scope: ExemptionScope, reason: Reason
) -> None:
    consent, (trouble,) = read_consent(exemption("x", "host/port", scope=scope), RULES)
    assert consent.term is None
    assert (trouble.reason, trouble.fatal) == (reason, True)


def test_one_bad_entry_leaves_the_others() -> None:
    scope = ExemptionScope(targets=("x y", "198.51.100.16/28"))
    consent, (trouble,) = read_consent(exemption("x", "host/port", scope=scope), RULES)
    assert not trouble.fatal
    assert consent.term is not None
    assert consent.term.targets is not None
    assert consent.term.targets.cidrs == ("198.51.100.16/28",)


def test_a_rule_that_nobody_knows_is_told() -> None:
    consent, (trouble,) = read_consent(exemption("x", "host/port", "host/prot"), RULES)
    assert consent.term is not None
    assert consent.term.rules == {"host/port"}
    assert trouble.reason is Reason.UNKNOWN_RULE

    consent, (trouble,) = read_consent(exemption("x", "host/prot"), RULES)
    assert consent.term is None
    assert trouble.fatal


TESTS = RULES | {"security/tools"}


@pytest.mark.parametrize(
    ("rules", "fatal"),
    [(("security/tools",), True), (("security/tools", "host/port"), False)],
    ids=["alone", "with-another-rule"],
)
def test_a_consent_to_tests_without_targets_is_told(rules: tuple[str, ...], *, fatal: bool) -> None:
    consent, (trouble,) = read_consent(exemption("x", *rules), TESTS)
    assert (trouble.reason, trouble.fatal) == (Reason.INVALID_TARGET, fatal)
    assert trouble.message.startswith("scope.targets: consent under security/tools names")
    assert (consent.term is None) is fatal


def test_a_consent_to_tests_exempts_from_no_rule() -> None:
    scope = ExemptionScope(targets=("198.51.100.16/28", "www.acme.example"))
    consent, troubles = read_consent(
        exemption("x", "security/tools", "host/port", scope=scope), TESTS
    )
    assert not troubles
    assert consent.term is not None
    (left,) = exempting((consent.term,))
    assert left == replace(consent.term, rules=frozenset({"host/port"}))
    assert exempting((replace(consent.term, rules=frozenset({"security/tools"})),)) == ()
    (given,) = consenting((consent.term,))
    assert given.hostnames == {"www.acme.example"}
    assert given.targets.cidrs == ("198.51.100.16/28",)
