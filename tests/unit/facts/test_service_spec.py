"""What a Service asks for beside addresses: node ports, a class, addresses inside the cluster."""

from ipaddress import ip_address
from typing import Any

import pytest

from aup.facts import service_spec
from aup.facts.model import ClusterAddress, NamedClaim, NodePort, Topic
from aup.facts.wire.network import ServicePort, ServiceSpec


def spec(type_: str | None = None, *node_ports: int | None, **fields: Any) -> ServiceSpec:
    ports = [ServicePort(node_port=number) for number in node_ports]
    return ServiceSpec(type=type_, ports=[*ports, None], **fields)


@pytest.mark.parametrize("type_", [None, "ClusterIP", "ExternalName", "nodeport"])
def test_other_types_open_no_ports_on_nodes(type_: str | None) -> None:
    assert list(service_spec.node_ports(spec(type_, 30080), "spec")) == []


def test_each_port_that_is_chosen_is_opened() -> None:
    assert list(service_spec.node_ports(spec("NodePort", 30080, None, 0, 30443), "spec")) == [
        NodePort(30080, "spec.ports[0].nodePort"),
        NodePort(30443, "spec.ports[3].nodePort"),
    ]


def test_before_any_is_chosen_the_type_stands_for_them() -> None:
    assert list(service_spec.node_ports(spec("NodePort", None), "a.b")) == [NodePort(0, "a.b.type")]


def test_a_load_balancer_is_given_ports_unless_it_asks_for_none() -> None:
    given = [NodePort(0, "spec.type", balanced=True)]
    assert list(service_spec.node_ports(spec("LoadBalancer"), "spec")) == given
    for allocate, ports in [(None, given), (True, given), (False, [])]:
        asked = spec("LoadBalancer", allocate_load_balancer_node_ports=allocate)
        assert list(service_spec.node_ports(asked, "spec")) == ports


def test_ports_that_a_load_balancer_writes_out_are_opened_all_the_same() -> None:
    asked = spec("LoadBalancer", 30443, allocate_load_balancer_node_ports=False)
    assert list(service_spec.node_ports(asked, "spec")) == [
        NodePort(30443, "spec.ports[0].nodePort", balanced=True)
    ]


@pytest.mark.parametrize("value", [None, ""])
def test_a_class_that_is_absent_is_none(value: object) -> None:
    assert list(service_spec.balancer_class(value, "p")) == []


def test_a_class_is_named() -> None:
    assert list(service_spec.balancer_class("x/y", "p")) == [NamedClaim("x/y", "p", Topic.CLASS)]
    assert list(service_spec.balancer_class(7, "p")) == [
        NamedClaim("7", "p", Topic.CLASS, "is a number where a name belongs")
    ]


def test_an_address_inside_the_cluster_is_told_once() -> None:
    both = spec(cluster_ip="192.0.2.140", cluster_ips=["192.0.2.140", "2001:db8:5::1", None])
    assert list(service_spec.cluster_addresses(both)) == [
        ClusterAddress("192.0.2.140", "spec.clusterIP", ip_address("192.0.2.140")),
        ClusterAddress("2001:db8:5::1", "spec.clusterIPs[1]", ip_address("2001:db8:5::1")),
    ]


def test_two_fields_that_disagree_are_both_told() -> None:
    odd = spec(cluster_ip="192.0.2.141", cluster_ips=["192.0.2.140"])
    assert [leaf.path for leaf in service_spec.cluster_addresses(odd) if hasattr(leaf, "path")] == [
        "spec.clusterIP",
        "spec.clusterIPs[0]",
    ]


@pytest.mark.parametrize("value", [None, "", "None"])
def test_no_address_is_wanted(value: object) -> None:
    asked = spec(cluster_ip=value, cluster_ips=[value])
    assert list(service_spec.cluster_addresses(asked)) == []


def test_what_is_no_address_says_why() -> None:
    (found,) = service_spec.cluster_addresses(spec(cluster_ip="none"))
    assert found == ClusterAddress("none", "spec.clusterIP", None, "is not an IP address")
