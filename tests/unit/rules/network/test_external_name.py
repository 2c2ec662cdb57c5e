"""ExternalName on hand-made facts: whose Services, which addresses, and what the policy says."""

from ipaddress import ip_address

import pytest

from aup.api.sections.network import ExternalNames
from aup.facts.model import Exposure, ExternalName, NamespaceReference
from aup.policy.addresses import AddressSet
from aup.policy.terms import Domain, NetworkTerms
from aup.rules.network.external_name import external_name
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

TERMS = replace(
    NEUTRAL.network,
    addresses=AddressSet.of(["198.51.100.16/28", "10.1.0.0/24"]),
    allowed_endpoints=AddressSet.of(["203.0.113.240/28"]),
    cluster=AddressSet.of(["192.0.2.0/24"]),
    domains=(Domain("acme.internal", include_subdomains=True),),
    platform_namespaces=frozenset({"kube-system"}),
)
NAME = ExternalName("x", "spec.externalName", "db.geodata.example")


def judge(found: ExternalName, terms: NetworkTerms = TERMS) -> list[str]:
    exposure = Exposure(namespace="acme-prod", external_names=(found,))
    return [f"{v.value} {v.detail}; {v.remedy}" for v in external_name(exposure, terms)]


def service(text: str, owner: str | None = None, *, known: bool = True) -> NamespaceReference:
    return NamespaceReference(text, "p", owner, known)


def test_a_host_on_the_internet_may_be_named() -> None:
    assert judge(NAME) == []


def test_the_policy_may_allow_or_forbid_all_of_it() -> None:
    bad = replace(NAME, problem="has an empty label")
    assert judge(bad, replace(TERMS, external_names=ExternalNames.ALLOWED)) == []
    assert judge(NAME, replace(TERMS, external_names=ExternalNames.FORBIDDEN)) == [
        (
            "x leads out of the cluster, which Services may not do here; "
            "let programs use the name itself, or ask abuse@asergo.example"
        )
    ]


@pytest.mark.parametrize(
    ("found", "guessed", "own"),
    [
        (service("acme-prod"), False, True),
        (service("acme-dev", "acme"), False, True),
        (service("beta-prod", "beta"), False, False),
        (service("beta-prod", "beta"), True, False),
        (service("nobodys"), False, False),
        (service("example"), True, True),
        (service("kube-system"), True, False),
        (service("default"), True, False),
        (service("default", "acme"), False, True),
        (service(""), False, False),
        (service("beta-prod", known=False), False, True),
        (service("kube-system", known=False), False, False),
        (service("", known=False), False, False),
    ],
)
def test_a_service_may_be_led_to_when_it_is_ones_own(
    found: NamespaceReference, *, guessed: bool, own: bool
) -> None:
    assert bool(judge(replace(NAME, service=found, guessed=guessed))) is not own


@pytest.mark.parametrize(
    ("address", "own"),
    [("198.51.100.17", True), ("203.0.113.241", True), ("203.0.113.9", False), ("::1", False)],
)
def test_an_address_may_be_named_when_it_is_ones_own(address: str, *, own: bool) -> None:
    found = replace(NAME, name="", addresses=(ip_address(address),))
    assert judge(found) == (
        []
        if own
        else [
            (
                f"x is the address {address}, no name; "
                "name a Service of acme or a host on the internet, or ask abuse@asergo.example"
            )
        ]
    )


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.113.9", False),
        ("192.0.2.7", True),
        ("127.0.0.1", True),
        ("169.254.169.254", True),
        ("10.0.0.1", True),
        ("10.1.0.1", False),  # assigned to the tenant
        ("fd00::1", True),
        ("2001:db8::1", False),
    ],
)
def test_a_name_may_hold_addresses_of_the_internet_only(address: str, *, inside: bool) -> None:
    addresses = (ip_address("203.0.113.9"), ip_address(address))
    said = judge(replace(NAME, addresses=addresses))
    assert bool(said) is inside
    assert all(f"leads to {address}, which is no address of the internet" in s for s in said)


def test_a_private_name_may_be_named_when_it_was_verified() -> None:
    private = replace(NAME, internal="is a name that the internet does not have")
    assert judge(replace(private, name="db.acme.internal")) == []
    assert "the internet does not have" in judge(replace(private, name="db.corp.internal"))[0]


def test_a_name_or_an_address_may_be_the_target_of_an_exemption() -> None:
    named = replace(NAME, internal="is short")
    literal = replace(NAME, name="", addresses=(ip_address("203.0.113.9"),))
    exposure = Exposure(namespace="acme-prod", external_names=(named, literal))
    assert [(v.hostname, v.address) for v in external_name(exposure, TERMS)] == [
        ("db.geodata.example", None),
        ("", ip_address("203.0.113.9")),
    ]
