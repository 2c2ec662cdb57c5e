"""The section network, compiled: which verified domains are the tenant's now."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from aup.api.sections.network import NetworkTerms
from aup.policy.compiler import compile_terms
from aup.policy.terms import Domain, LapsedDomain, Terms
from aup.policy.world import Objects, compile_world
from support.provider import CREATED, at, domain, policy, tenant
from support.world import terms as world_terms

ACME = Domain("acme.example", include_subdomains=True)


def terms(now: datetime, **network: Any) -> Terms:
    objects = Objects(
        policies=(policy(network=NetworkTerms(**network)),),
        tenants=(tenant(domains=(domain("acme.example", include_subdomains=True),)),),
    )
    compiled = compile_terms(compile_world(objects, rules=frozenset()), "acme", now)
    assert isinstance(compiled, Terms), compiled
    return compiled


def test_a_verification_lasts_for_good_where_the_policy_says_nothing() -> None:
    later = terms(at("2999-01-01")).network
    assert (later.domains, later.lapsed) == ((ACME,), ())


@pytest.mark.parametrize(("days", "held"), [(89, True), (90, False), (91, False)])
def test_a_verification_ends_after_the_days_that_the_policy_says(days: int, *, held: bool) -> None:
    found = terms(CREATED + timedelta(days=days), domain_verification_days=90)
    ends = CREATED + timedelta(days=90)
    assert found.network.domains == ((ACME,) if held else ())
    assert found.network.lapsed == (() if held else (LapsedDomain(ACME, ends),))
    assert (found.good_until == ends) is held


def test_a_verification_that_would_end_past_the_calendar_does_not_end() -> None:
    never = replace(domain("acme.example"), verified_at=at("9999-12-01"))
    objects = Objects(
        policies=(policy(network=NetworkTerms(domain_verification_days=3650)),),
        tenants=(tenant(domains=(never,)),),
    )
    found = compile_terms(compile_world(objects, rules=frozenset()), "acme", at("9999-12-30"))
    assert isinstance(found, Terms)
    assert [d.name for d in found.network.domains] == ["acme.example"]


def test_prefixes_of_external_dns_are_known_without_their_slash() -> None:
    found = terms(CREATED, external_dns_prefixes=("dns.provider.example/", "dns.other.example"))
    assert found.network.external_dns_prefixes == {"dns.provider.example", "dns.other.example"}


def test_what_does_not_count_now_says_why() -> None:
    found = world_terms("acme").network
    assert {
        str(network): idle.words for idle in found.idle for network in idle.addresses.networks
    } == {
        "198.51.100.48/28": "is suspended, though assigned to acme",
        "198.51.100.64/28": "was assigned to acme until 2026-11-01",
        "198.51.100.80/28": "is assigned to acme from 2027-01-01 on",
    }
    assert world_terms("beta").network.idle == ()
