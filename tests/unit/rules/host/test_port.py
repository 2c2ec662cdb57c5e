"""Ports of the node: none, unless the policy allows them."""

from ipaddress import ip_address

from aup.api.sections.choice import Permission
from aup.facts.model import ContainerKind, Port
from aup.policy.addresses import AddressSet
from aup.rules.base import Violation
from aup.rules.host.port import port
from support.neutral import TERMS
from support.replacing import replace
from support.workloads import container, workload

INIT = container("envoy", kind=ContainerKind.INIT, path="spec.initContainers[0]")


def test_a_host_port_of_any_container_is_told() -> None:
    sidecar = replace(INIT, ports=(Port(80, 8080, "spec.initContainers[0].ports[0]"),))
    assert list(port(workload(containers=(container("nginx"), sidecar)), TERMS.host)) == [
        Violation(
            path="spec.initContainers[0].ports[0].hostPort",
            value="8080",
            detail="is opened on the node's own address",
            remedy="leave out hostPort, and publish the port through a Service",
            key=("8080",),
            image="docker.io/library/envoy",
        )
    ]


def test_a_port_of_the_pod_alone_is_none_of_the_node() -> None:
    served = container("nginx", ports=(Port(80, 0, "p"),))
    assert not list(port(workload(containers=(served, INIT)), TERMS.host))


def test_in_the_network_of_the_node_the_port_of_the_container_is_cited() -> None:
    served = container("nginx", ports=(Port(80, 80, "spec.containers[0].ports[0]"),))
    (found,) = port(workload(containers=(served,), host_network=True), TERMS.host)
    assert (found.path, found.value) == ("spec.containers[0].ports[0].containerPort", "80")
    assert found.remedy == "leave out hostNetwork, and publish the port through a Service"


def test_the_policy_may_allow_host_ports() -> None:
    served = container("nginx", ports=(Port(80, 80, "p"),))
    allowing = replace(TERMS.host, host_ports=Permission.ALLOWED)
    assert not list(port(workload(containers=(served,)), allowing))


def test_a_policy_that_names_no_nodes_does_not_say_that_an_address_is_none_of_theirs() -> None:
    """Whoever can tell is named: the family counts, and nodes of one say nothing of the other."""

    def said(text: str, nodes: tuple[str, ...]) -> list[tuple[str, str]]:
        address = ip_address(text)
        served = container("nginx", ports=(Port(80, 80, "p", host_ip=text, host_address=address),))
        terms = replace(
            TERMS.host, host_ports=Permission.ALLOWED, nodes=AddressSet.of(nodes), contact="noc"
        )
        found = port(workload(containers=(served,)), terms)
        return [(v.detail.partition(",")[0], v.remedy.partition("addresses")[2]) for v in found]

    unknown = (
        "is not known as an address of a node",
        ", or ask noc to list those in network.clusterCIDRs.nodes",
    )
    assert said("10.0.0.9", ()) == [unknown]
    assert said("fd00::9", ("10.0.0.0/24",)) == [unknown]
    assert said("10.0.1.9", ("10.0.0.0/24",)) == [("is no address of a node", "")]
    assert said("10.0.0.9", ("10.0.0.0/24",)) == []


def test_allowed_ports_are_opened_under_addresses_of_the_node_or_ones_own() -> None:
    """A policy that does not say which addresses nodes have allows none but those of every node."""
    allowing = replace(TERMS.host, host_ports=Permission.ALLOWED)
    served = container(
        "nginx",
        ports=(
            Port(80, 80, "p[0]", host_ip="127.0.0.1", host_address=ip_address("127.0.0.1")),
            Port(80, 81, "p[1]", host_ip="10.0.0.9", host_address=ip_address("10.0.0.9")),
            Port(80, 82, "p[2]", host_ip="010.0.0.9"),
        ),
    )
    assert [found.path for found in port(workload(containers=(served,)), allowing)] == [
        "p[1].hostIP",
        "p[2].hostIP",
    ]
