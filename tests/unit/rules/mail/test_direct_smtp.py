"""Mail servers of tenants that are not approved to have one."""

from ipaddress import ip_network

import pytest

from aup.api.catalog import CatalogItem, SoftwareCategory
from aup.api.sections.choice import Permission
from aup.facts.model import Exposure, Facts, OpenPort, Passage, Port, Workload
from aup.policy.addresses import AddressSet
from aup.policy.terms import MailTerms
from aup.rules.base import Violation
from aup.rules.mail.direct_smtp import direct_smtp
from support.licences import catalogues
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace
from support.workloads import container, subject, workload

MTA = CatalogItem(repository="reg.example/mta", category=SoftwareCategory.MAIL_SERVER)
SHOP = CatalogItem(repository="reg.example/shop", license="MIT")
TERMS = replace(
    NEUTRAL.mail, relay="relay.example", catalog=catalogues(default=(MTA, SHOP)), missing_duties=()
)


def listening(image: str, *ports: tuple[int, int]) -> Workload:
    """Return a Pod whose container has ports: of its own, and of the node."""
    found = tuple(
        Port(number, host, f"spec.containers[0].ports[{i}]")
        for i, (number, host) in enumerate(ports)
    )
    return workload(containers=(container(image, ports=found),))


def judged(*workloads: Workload, ports: tuple[OpenPort, ...] = ()) -> list[tuple[str, str]]:
    """Return path and value of what is found."""
    facts = Facts(subject(), workloads, Exposure("acme-prod", open_ports=ports))
    return [(v.path, v.value) for v in direct_smtp(facts, TERMS)]


def test_a_mail_server_is_said_with_its_ways_out() -> None:
    facts = Facts(subject(), (workload("mirror.example/reg/mta:3"),))
    assert list(direct_smtp(facts, TERMS)) == [
        Violation(
            path="spec.containers[0].image",
            value="mirror.example/reg/mta:3",
            detail="is a mail server, and acme is not approved to deliver mail itself",
            remedy="hand mail to the relay relay.example, or ask abuse@asergo.example for direct "
            "delivery",
            key=("is a mail server", "reg.example/mta", ""),
            image="reg.example/mta",
        )
    ]
    (without,) = direct_smtp(facts, replace(TERMS, relay=""))
    assert without.remedy.startswith("hand mail to a relay, or ask")


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        (((25, 0),), [("containerPort", "25")]),
        (((465, 0), (587, 0)), [("containerPort", "465"), ("containerPort", "587")]),
        (((2525, 25),), [("hostPort", "25")]),
        (((25, 25),), [("containerPort", "25")]),
        (((8025, 0), (1025, 0), (2525, 0), (0, 0)), []),
    ],
)
def test_ports_of_containers(
    ports: tuple[tuple[int, int], ...], found: list[tuple[str, str]]
) -> None:
    paths = [(path.rpartition(".")[2], value) for path, value in judged(listening("a/b", *ports))]
    assert paths == found


def test_ports_that_are_published() -> None:
    ports = (OpenPort(25, "spec.ports[0].port"), OpenPort(80, "spec.ports[1].port"))
    assert judged(ports=ports) == [("spec.ports[0].port", "25")]


def test_the_policy_says_which_ports_are_meant() -> None:
    facts = Facts(subject(), (listening("a/b", (25, 0), (2525, 0)),))
    (found,) = direct_smtp(facts, replace(TERMS, ports=frozenset({2525})))
    assert found.value == "2525"


def test_an_exemption_may_name_the_image_behind_a_port() -> None:
    facts = Facts(subject(), (listening("reg.example/own:1", (25, 0)),))
    (found,) = direct_smtp(facts, TERMS)
    assert found.image == "reg.example/own"


def test_another_order_of_ports_is_no_other_finding() -> None:
    def keys(*ports: tuple[int, int]) -> set[tuple[str, ...]]:
        facts = Facts(subject(), (listening("a/b:1", *ports),))
        return {v.key for v in direct_smtp(facts, TERMS)}

    assert keys((25, 0), (587, 0)) == keys((587, 0), (80, 0), (25, 0))


def test_who_is_approved_may() -> None:
    facts = Facts(subject(), (listening("reg.example/mta", (25, 0)),))
    assert not list(direct_smtp(facts, replace(TERMS, servers=Permission.ALLOWED)))


def test_other_software_may() -> None:
    assert not judged(listening("reg.example/shop:1", (8080, 0)), workload("nobody/knows"))


def ways_out(terms: MailTerms, *networks: str, delivers: bool = True) -> list[Violation]:
    """Return what is found of a policy that passes traffic on, to these networks or anywhere."""
    goal = tuple(ip_network(network) for network in networks)
    at = "spec.egress[3].action"
    passage = Passage(
        "Pass", at, final=False, delivers=delivers, networks=goal, says_of_mail=("digest",)
    )
    facts = Facts(subject(), exposure=Exposure("", passages=(passage,)))
    return list(direct_smtp(facts, terms))


def test_a_policy_that_is_heard_before_ours_is_a_way_out() -> None:
    assert ways_out(TERMS) == [
        Violation(
            path="spec.egress[3].action",
            value="Pass",
            detail="lets mail out at port 25 before the provider's policy is heard, and acme is "
            "not approved to deliver mail itself",
            remedy="leave the port out of this rule, or ask abuse@asergo.example",
            key=("spec.egress.action", "Pass", "digest"),
        )
    ]
    assert ways_out(TERMS, delivers=False) == []


def test_the_way_to_the_relay_is_open() -> None:
    relayed = replace(TERMS, relays=AddressSet.of(("198.51.100.0/24", "2001:db8::/32")))
    assert ways_out(relayed, "198.51.100.7/32", "2001:db8:1::/48") == []
    assert len(ways_out(relayed, "198.51.100.7/32", "203.0.113.0/24")) == 1
    assert len(ways_out(relayed, "0.0.0.0/0")) == 1
    assert len(ways_out(relayed)) == 1


def test_a_way_out_is_nobodys_matter_where_delivery_is_not_closed() -> None:
    assert ways_out(replace(TERMS, direct=Permission.ALLOWED)) == []
    assert ways_out(replace(TERMS, ports=frozenset({465, 587}))) == []


def test_a_server_that_hands_its_mail_to_the_relay_needs_no_other_way_out() -> None:
    """Who runs one may not yet deliver by itself."""
    assert len(ways_out(replace(TERMS, servers=Permission.ALLOWED))) == 1
