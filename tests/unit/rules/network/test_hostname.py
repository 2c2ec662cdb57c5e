"""Hostnames on hand-made facts: expressions, Services, Gateways, and verifications that ended."""

from datetime import UTC, datetime

import pytest

from aup.api.sections.choice import Permission
from aup.facts.model import (
    ClaimSource,
    Exposure,
    HostnameClaim,
    NamespaceReference,
    ParentGateway,
    PlatformSetting,
    Reach,
)
from aup.policy.terms import Domain, LapsedDomain, NetworkTerms
from aup.rules.network.hostname import hostname, is_verified
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    domains=(
        Domain("acme.example", include_subdomains=True),
        Domain("shop.example", include_subdomains=False),
    ),
    lapsed=(
        LapsedDomain(
            Domain("old.example", include_subdomains=True), datetime(2026, 3, 1, tzinfo=UTC)
        ),
    ),
    platform_namespaces=frozenset({"kube-system"}),
    shared_gateways=frozenset({("acme-prod", "edge")}),
    external_dns_prefixes=frozenset({"dns.provider.example"}),
    known_annotations=("nginx.ingress.kubernetes.io/server-snippet",),
)
NOTHING = HostnameClaim("x", "spec.p[0]", ClaimSource.SPEC, name="")


def judge(*claims: HostnameClaim, terms: NetworkTerms = TERMS) -> list[str]:
    exposure = Exposure(namespace="acme-prod", hostnames=claims)
    return [f"{v.value} {v.detail}; {v.remedy}" for v in hostname(exposure, terms)]


def namespace(text: str, owner: str | None = None, *, known: bool = True) -> NamespaceReference:
    return NamespaceReference(text, "p", owner, known)


@pytest.mark.parametrize(
    ("name", "wildcard", "own"),
    [
        ("acme.example", False, True),
        ("a.b.acme.example", True, True),
        ("acme.example", True, True),
        ("shop.example", False, True),
        ("shop.example", True, False),
        ("www.shop.example", False, False),
        ("evil-acme.example", False, False),
        ("example", True, False),
        ("old.example", False, False),
    ],
)
def test_a_name_is_compared_by_whole_labels(name: str, *, wildcard: bool, own: bool) -> None:
    assert is_verified(name, TERMS, wildcard=wildcard) is own


@pytest.mark.parametrize(
    ("name", "wildcard"), [("old.example", False), ("a.old.example", False), ("old.example", True)]
)
def test_a_verification_that_ended_is_told_with_its_day(name: str, *, wildcard: bool) -> None:
    (said,) = judge(replace(NOTHING, name=name, wildcard=wildcard))
    assert said == (
        "x is in old.example, whose verification for acme ended on 2026-03-01; "
        "ask abuse@asergo.example to verify old.example again"
    )


def test_an_expression_says_what_it_stands_for() -> None:
    claim = replace(NOTHING, name="beta.example", wildcard=True, reading="stands for")
    (said,) = judge(claim)
    assert said.startswith("x stands for *.beta.example, which is not verified for acme; use")
    assert judge(replace(claim, name="eu.acme.example")) == []


@pytest.mark.parametrize(
    ("found", "own"),
    [
        (namespace("acme-prod"), True),
        (namespace("acme-dev", "acme"), True),
        (namespace("beta-prod", "beta"), False),
        (namespace("nobodys"), False),
        (namespace(""), False),
        (namespace("", known=False), False),
        (namespace("unknown", known=False), True),
        (namespace("kube-system", known=False), False),
    ],
)
def test_a_service_is_ones_own_by_its_namespace(found: NamespaceReference, *, own: bool) -> None:
    said = judge(replace(NOTHING, name="db.x.svc", service=found))
    assert said == (
        []
        if own
        else [
            (
                "x is a name in the cluster's own domain, and not of a Service of acme; "
                "name a Service of acme, or ask abuse@asergo.example"
            )
        ]
    )


def test_an_account_of_others_is_told_from_a_service_of_others() -> None:
    claim = replace(NOTHING, service=namespace("beta-prod", "beta"), identity=True)
    assert judge(claim) == [
        (
            "x is an identity in a namespace that is not acme's; "
            "name a namespace of acme, or ask abuse@asergo.example"
        )
    ]


def test_what_would_make_a_service_of_others_no_claim_is_told_first() -> None:
    claim = replace(NOTHING, service=namespace("beta-prod", "beta"), instead="keep it to yourself")
    (said,) = judge(claim)
    assert "; keep it to yourself, or name a Service of acme, or ask" in said


@pytest.mark.parametrize(
    ("found", "name", "own"),
    [
        (namespace("acme-prod"), "mine", True),
        (namespace("acme-dev", "acme"), "mine", True),
        (namespace("acme-prod"), "edge", False),
        (namespace("gateway-system"), "shared", False),
        (namespace("beta-prod", "beta"), "theirs", False),
        (namespace("gateway-system", known=False), "shared", True),
        (namespace("kube-system", known=False), "shared", False),
    ],
)
def test_names_of_a_gateway_may_be_taken_over_from_ones_own(
    found: NamespaceReference, name: str, *, own: bool
) -> None:
    parent = ParentGateway(f"{found.text}/{name}", name, found)
    claim = replace(NOTHING, catch_all=True, parent=parent)
    said = judge(claim)
    assert bool(said) is not own
    if said:
        assert f"takes every hostname of the Gateway {found.text}/{name}, which others" in said[0]
    assert judge(claim, terms=replace(TERMS, catch_all=Permission.ALLOWED)) == []


def test_another_gateway_is_another_finding() -> None:
    """Moving a route from one shared Gateway to the next is a new violation, not an old one."""
    claims = [
        replace(NOTHING, catch_all=True, parent=ParentGateway(f"x/{name}", name, namespace("x")))
        for name in ("a", "b")
    ]
    found = hostname(Exposure(namespace="acme-prod", hostnames=tuple(claims)), TERMS)
    assert len({violation.key for violation in found}) == 2


def test_what_would_make_it_no_claim_is_told_first() -> None:
    (said,) = judge(replace(NOTHING, name="beta.example", instead='set exportTo: ["."]'))
    assert '; set exportTo: ["."], or use a name in acme.example' in said


@pytest.mark.parametrize(
    ("prefix", "judged"), [("", True), ("dns.provider.example", True), ("dns.other.example", False)]
)
def test_a_prefix_counts_where_the_policy_names_it(prefix: str, *, judged: bool) -> None:
    assert bool(judge(replace(NOTHING, name="beta.example", prefix=prefix))) is judged


@pytest.mark.parametrize(
    ("key", "reach", "judged"),
    [
        ("nginx.ingress.kubernetes.io/configuration-snippet", Reach.NAMES, True),
        ("nginx.ingress.kubernetes.io/server-snippet", Reach.NAMES, False),
        ("", Reach.NAMES, True),
        ("", Reach.ROUTING, False),
    ],
)
def test_free_text_is_refused_unless_its_key_is_listed(
    key: str, reach: Reach, *, judged: bool
) -> None:
    setting = PlatformSetting("t", "p", ClaimSource.ANNOTATION, reach, "is free text", key=key)
    exposure = Exposure(namespace="acme-prod", settings=(setting,))
    said = [f"{v.value} {v.detail}; {v.remedy}" for v in hostname(exposure, TERMS)]
    assert said == (["t is free text; leave it out, or ask abuse@asergo.example"] if judged else [])
