"""Network rules on hand-made facts: who may claim what, and how it is said."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.api.sections.choice import Permission
from aup.api.sections.network import EndpointTargets
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    EndpointTarget,
    Exposure,
    HostnameClaim,
    Writer,
)
from aup.policy.addresses import AddressSet
from aup.policy.terms import Domain, NetworkTerms
from aup.rules.network.assigned_address import assigned_address
from aup.rules.network.hostname import hostname
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    addresses=AddressSet.of(["198.51.100.16/28", "2001:db8:a::/64"]),
    domains=(
        Domain("acme.example", include_subdomains=True),
        Domain("shop.example", include_subdomains=False),
    ),
    catch_all=Permission.FORBIDDEN,
    endpoint_targets=EndpointTargets.OWN_ONLY,
    allowed_endpoints=AddressSet.of(["203.0.113.240/28"]),
    platform_writers=frozenset({"metallb"}),
    platform_namespaces=frozenset({"kube-system"}),
    resource_ids=frozenset({"eip-1"}),
    pods=AddressSet.of(["192.0.2.0/25"]),
)
NOBODY = replace(
    NEUTRAL.network,
    addresses=AddressSet(),
    domains=(),
    catch_all=Permission.ALLOWED,
    endpoint_targets=EndpointTargets.ANY,
    allowed_endpoints=AddressSet(),
    platform_writers=frozenset(),
    platform_namespaces=frozenset(),
    resource_ids=frozenset(),
)
PLATFORM = [
    Writer("metallb"),
    Writer("system:serviceaccount:kube-system:endpointslice-controller"),
    Writer("system:node:a", ("system:nodes", "system:authenticated")),
    Writer("system:ovn-node:a", ("system:ovn-nodes", "system:authenticated")),
    Writer("system:multus:a", ("system:multus", "system:authenticated")),
    Writer("system:cloud-controller-manager"),
    Writer("system:kube-controller-manager"),
]
TENANTS = [
    None,
    Writer("alice@acme.example", ("system:authenticated",)),
    Writer("cluster-admin", ("system:masters",)),
    Writer("system:serviceaccount:acme-prod:metallb"),
    Writer("system:serviceaccount:kube-system-acme:endpointslice-controller"),
    Writer("xsystem:serviceaccount:kube-system:endpointslice-controller"),
    Writer("system:serviceaccount:kube-system:endpointslice-controller:more"),
    Writer("kube-system"),
    Writer("system:nodes"),
    Writer("system:ovn-node:a", ("system:authenticated",)),
]


def claim(
    text: str,
    source: ClaimSource = ClaimSource.SPEC,
    *,
    path: str = "spec.externalIPs[0]",
    opaque: bool = False,
    problem: str = "",
) -> AddressClaim:
    address = None if opaque or problem else ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    return AddressClaim(text, path, source, address, problem, opaque)


def target(text: str, owner: str | None = None, *, known: bool = True) -> EndpointTarget:
    return EndpointTarget(
        text,
        "endpoints[0].addresses[0]",
        ip_address(text),
        owner=owner,
        ownership_known=known,
    )


def name(
    text: str, source: ClaimSource = ClaimSource.SPEC, *, path: str = "spec.rules[0].host"
) -> HostnameClaim:
    return HostnameClaim(
        text, path, source, name=text.removeprefix("*."), wildcard=text.startswith("*.")
    )


ANY_NAME = HostnameClaim("", "spec.rules[0].host", ClaimSource.SPEC, name="", catch_all=True)


def judge_address(*claims: AddressClaim, terms: NetworkTerms = TERMS) -> list[str]:
    exposure = Exposure(namespace="acme-prod", addresses=claims)
    return [f"{v.value} {v.detail}; {v.remedy}" for v in assigned_address(exposure, terms)]


def judge_target(*targets: EndpointTarget, terms: NetworkTerms = TERMS) -> list[str]:
    exposure = Exposure(namespace="acme-prod", endpoints=targets)
    return [f"{v.value} {v.detail}; {v.remedy}" for v in assigned_address(exposure, terms)]


def judge_name(*claims: HostnameClaim, terms: NetworkTerms = TERMS) -> list[str]:
    exposure = Exposure(namespace="acme-prod", hostnames=claims)
    return [f"{v.value} {v.detail}; {v.remedy}" for v in hostname(exposure, terms)]


OWN = "use an address from 198.51.100.16/28 or 2001:db8:a::/64"
SEND = (
    "send traffic to pods of acme, to an address from 198.51.100.16/28 or 2001:db8:a::/64, "
    "or ask abuse@asergo.example to allow this destination"
)
NAMES = (
    "use a name in acme.example, or shop.example, "
    "or ask abuse@asergo.example to verify another domain"
)


@pytest.mark.parametrize("text", ["198.51.100.16", "198.51.100.31", "2001:db8:a::ffff"])
def test_an_assigned_address_is_the_tenants(text: str) -> None:
    assert judge_address(claim(text)) == []


@pytest.mark.parametrize("text", ["198.51.100.15", "198.51.100.32", "2001:db8:b::1", "0.0.0.0"])  # noqa: S104
def test_any_other_address_is_not(text: str) -> None:
    assert judge_address(claim(text)) == [f"{text} is not assigned to acme; {OWN}"]


def test_a_mapped_address_is_named_for_what_it_is() -> None:
    assert judge_address(claim("::ffff:203.0.113.9")) == [
        f"::ffff:203.0.113.9 is 203.0.113.9, which is not assigned to acme; {OWN}"
    ]
    assert judge_address(claim("::ffff:198.51.100.17")) == []


def test_one_foreign_address_among_own_ones_is_found() -> None:
    claims = [claim("198.51.100.17"), claim("203.0.113.9"), claim("198.51.100.18")]
    assert judge_address(*claims) == [f"203.0.113.9 is not assigned to acme; {OWN}"]


def test_an_address_that_cannot_be_read_is_refused_with_the_reason() -> None:
    assert judge_address(claim("198.51.100.017", problem="has leading zeros")) == [
        f"198.51.100.017 has leading zeros; {OWN.replace('an address', 'a plain address')}"
    ]


def test_a_named_address_is_the_tenants_only_when_listed() -> None:
    assert judge_address(claim("eip-1", opaque=True)) == []
    assert judge_address(claim("eip-2", opaque=True)) == [
        "eip-2 is not assigned to acme; use eip-1, or ask abuse@asergo.example to assign it to acme"
    ]


def test_a_named_address_that_looks_like_a_listed_one_but_cannot_be_read_is_refused() -> None:
    odd = AddressClaim("eip-1", "p", ClaimSource.SPEC, None, "is a number", opaque=True)
    assert len(judge_address(odd)) == 1


def test_a_tenant_without_addresses_is_told_whom_to_ask() -> None:
    ask = "acme has no address: ask abuse@asergo.example for one"
    assert judge_address(claim("203.0.113.9"), terms=NOBODY) == [
        f"203.0.113.9 is not assigned to acme; {ask}"
    ]
    assert judge_address(claim("eip-1", opaque=True), terms=NOBODY) == [
        (
            "eip-1 is not assigned to acme; "
            "leave it out, or ask abuse@asergo.example to assign it to acme"
        )
    ]


@pytest.mark.parametrize("writer", PLATFORM)
@pytest.mark.parametrize("source", [ClaimSource.SPEC, ClaimSource.ANNOTATION])
def test_what_stands_in_spec_or_annotation_is_judged_whoever_writes(
    writer: Writer, source: ClaimSource
) -> None:
    for writes_status in (False, True):
        exposure = Exposure(
            "acme-prod",
            addresses=(claim("203.0.113.9", source),),
            hostnames=(name("beta.example", source),),
            writer=writer,
            writes_status=writes_status,
        )
        assert len(list(assigned_address(exposure, TERMS))) == 1
        assert len(list(hostname(exposure, TERMS))) == 1


def status(writer: Writer | None, *, writes_status: bool) -> Exposure:
    return Exposure(
        "acme-prod",
        addresses=(claim("203.0.113.9", ClaimSource.STATUS),),
        endpoints=(target("203.0.113.9"),),
        hostnames=(name("beta.example", ClaimSource.STATUS),),
        writer=writer,
        writes_status=writes_status,
    )


@pytest.mark.parametrize("writer", PLATFORM)
def test_status_and_endpoints_are_believed_of_the_platform(writer: Writer) -> None:
    exposure = status(writer, writes_status=True)
    assert [*assigned_address(exposure, TERMS), *hostname(exposure, TERMS)] == []


@pytest.mark.parametrize("writer", TENANTS)
def test_status_and_endpoints_are_judged_of_anybody_else(writer: Writer | None) -> None:
    exposure = status(writer, writes_status=True)
    assert len(list(assigned_address(exposure, TERMS))) == 2
    assert len(list(hostname(exposure, TERMS))) == 1


@pytest.mark.parametrize("writer", TENANTS)
def test_a_status_that_the_request_does_not_write_is_not_judged(writer: Writer | None) -> None:
    exposure = status(writer, writes_status=False)
    assert [v.path for v in assigned_address(exposure, TERMS)] == ["endpoints[0].addresses[0]"]
    assert list(hostname(exposure, TERMS)) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param(target("192.0.2.11", "acme"), id="own-pod"),
        pytest.param(target("198.51.100.20"), id="own-address"),
        pytest.param(target("203.0.113.241"), id="address-that-the-provider-lists"),
        pytest.param(target("192.0.2.11", known=False), id="pod-range-off-the-cluster"),
    ],
)
def test_traffic_may_go_to_own_pods_own_addresses_and_listed_ones(
    endpoint: EndpointTarget,
) -> None:
    assert judge_target(endpoint) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param(target("192.0.2.12", "beta"), id="pod-of-another-tenant"),
        pytest.param(target("192.0.2.13"), id="nobodys-pod"),
        pytest.param(target("192.0.2.193"), id="node"),
        pytest.param(target("203.0.113.9", known=False), id="foreign-off-the-cluster"),
    ],
)
def test_traffic_may_go_nowhere_else_and_no_other_tenant_is_named(
    endpoint: EndpointTarget,
) -> None:
    assert judge_target(endpoint) == [
        f"{endpoint.text} is neither a running pod of acme nor assigned to it; {SEND}"
    ]


def test_an_endpoint_that_cannot_be_read_is_refused() -> None:
    odd = EndpointTarget("x", "endpoints[0].addresses[0]", None, "is not an IP address")
    assert judge_target(odd) == [f"x is not an IP address; {SEND}"]


def test_off_the_cluster_without_a_pod_range_no_endpoint_can_be_judged() -> None:
    terms = replace(TERMS, pods=AddressSet())
    assert judge_target(target("203.0.113.9", known=False), terms=terms) == []
    assert len(judge_target(target("203.0.113.9", known=True), terms=terms)) == 1


def test_endpoints_are_free_where_the_policy_says_any() -> None:
    assert judge_target(target("203.0.113.9"), terms=NOBODY) == []


@pytest.mark.parametrize(
    "text",
    ["acme.example", "www.acme.example", "a.b.acme.example", "*.acme.example", "*.a.acme.example"],
)
def test_a_domain_with_subdomains_covers_names_and_wildcards_below_it(text: str) -> None:
    assert judge_name(name(text)) == []


def test_a_domain_without_subdomains_covers_itself_only() -> None:
    assert judge_name(name("shop.example")) == []
    assert judge_name(name("www.shop.example"), name("*.shop.example")) == [
        f"www.shop.example is not verified for acme; {NAMES}",
        f"*.shop.example covers names that are not verified for acme; {NAMES}",
    ]


@pytest.mark.parametrize(
    "text",
    ["evil-acme.example", "example", "acme.example.evil.test", "beta.example", "ame.example"],
)
def test_other_names_are_not_covered(text: str) -> None:
    assert judge_name(name(text)) == [f"{text} is not verified for acme; {NAMES}"]


@pytest.mark.parametrize("text", ["*.example", "*.evil-acme.example"])
def test_a_wildcard_above_or_beside_a_domain_is_not_covered(text: str) -> None:
    assert judge_name(name(text)) == [
        f"{text} covers names that are not verified for acme; {NAMES}"
    ]


def test_a_lookalike_is_named_for_what_it_is() -> None:
    spoof = HostnameClaim("аcme.example", "p", ClaimSource.SPEC, name="xn--cme-5cd.example")
    assert judge_name(spoof) == [
        f"аcme.example is xn--cme-5cd.example, which is not verified for acme; {NAMES}"
    ]


def test_a_hostname_that_cannot_be_read_is_refused() -> None:
    odd = HostnameClaim("*", "p", ClaimSource.SPEC, name="", problem="is not a hostname")
    assert judge_name(odd) == [f"* is not a hostname; {NAMES}"]


def test_a_catch_all_is_for_the_policy_to_allow() -> None:
    assert judge_name(ANY_NAME) == [f" is open to every hostname; {NAMES}"]
    assert judge_name(ANY_NAME, terms=NOBODY) == []


def test_a_default_backend_is_to_be_left_out() -> None:
    backend = replace(ANY_NAME, path="spec.defaultBackend")
    assert judge_name(backend) == [
        f" answers for every hostname; leave it out, and in a rule with a host {NAMES}"
    ]


def test_a_tenant_without_domains_is_told_how_to_have_one_verified() -> None:
    ask = "ask abuse@asergo.example to verify the domain for acme"
    assert judge_name(name("acme.example"), terms=NOBODY) == [
        f"acme.example is not verified for acme; {ask}"
    ]


def domains(*texts: str) -> tuple[Domain, ...]:
    """Return domains; a leading dot stands for subdomains."""
    return tuple(Domain(t.removeprefix("."), include_subdomains=t.startswith(".")) for t in texts)


@pytest.mark.parametrize(
    ("verified", "words"),
    [
        (domains(".a.example"), "use a name in a.example, "),
        (domains("a.example", "b.example"), "use a.example or b.example, "),
        (
            domains(".a.example", ".b.example", ".c.example", "d.example", "e.example"),
            "use a name in a.example, b.example or 1 more, or d.example or e.example, ",
        ),
    ],
)
def test_a_remedy_tells_whole_domains_from_single_names(
    verified: tuple[Domain, ...], words: str
) -> None:
    (text,) = judge_name(name("x.test"), terms=replace(TERMS, domains=verified))
    rest = "or ask abuse@asergo.example to verify another domain"
    assert text == f"x.test is not verified for acme; {words}{rest}"


def test_a_remedy_names_four_of_many_and_counts_the_rest() -> None:
    blocks = AddressSet.of(f"198.51.{n}.0/24" for n in range(0, 12, 2))
    many = replace(TERMS, addresses=blocks)
    (text,) = judge_address(claim("203.0.113.9"), terms=many)
    assert text.endswith(
        "use an address from 198.51.0.0/24, 198.51.2.0/24, 198.51.4.0/24, 198.51.6.0/24 or 2 more"
    )


def test_exemptions_can_be_limited_to_the_address_that_a_violation_is_about() -> None:
    exposure = Exposure(
        "acme-prod",
        addresses=(claim("::ffff:203.0.113.9"),),
        endpoints=(target("192.0.2.13"),),
    )
    found = [v.address for v in assigned_address(exposure, TERMS)]
    assert found == [ip_address("203.0.113.9"), ip_address("192.0.2.13")]


def keys(*claims: AddressClaim) -> list[tuple[str, ...]]:
    return [v.key for v in assigned_address(Exposure("acme-prod", addresses=claims), TERMS)]


@given(st.permutations(["203.0.113.9", "203.0.113.10", "2001:db8:b::1"]))
def test_the_key_of_a_violation_outlives_a_reordered_list(texts: list[str]) -> None:
    claims = [claim(t, path=f"spec.externalIPs[{i}]") for i, t in enumerate(texts)]
    assert set(keys(*claims)) == {("spec.externalIPs", t) for t in texts}


def test_the_key_of_a_violation_outlives_another_spelling_but_not_another_field() -> None:
    spelt = claim("2001:DB8:B:0::1", path="spec.externalIPs[3]")
    moved = claim("2001:db8:b::1", path="spec.loadBalancerIP")
    first = claim("2001:db8:b::1", path="spec.externalIPs[0]")
    assert keys(spelt) == keys(first) != keys(moved)


def test_a_hostname_is_known_with_its_wildcard() -> None:
    exposure = Exposure(
        "acme-prod",
        hostnames=(
            name("beta.example", path="spec.rules[4].host"),
            name("*.beta.example", path="spec.rules[5].host"),
            ANY_NAME,
        ),
    )
    found = list(hostname(exposure, TERMS))
    assert [v.key for v in found] == [
        ("spec.rules.host", "beta.example"),
        ("spec.rules.host", "*.beta.example"),
        ("spec.rules.host", ""),
    ]
    assert [v.hostname for v in found] == ["beta.example", "*.beta.example", ""]


@pytest.mark.parametrize("text", ["*.", "*.-x", "8080"])
def test_a_hostname_that_cannot_be_read_is_no_target_of_an_exemption(text: str) -> None:
    odd = HostnameClaim(
        text, "p", ClaimSource.SPEC, name="", wildcard=text.startswith("*."), problem="is odd"
    )
    (violation,) = hostname(Exposure("acme-prod", hostnames=(odd,)), TERMS)
    assert (violation.hostname, violation.key) == ("", ("p", text))
