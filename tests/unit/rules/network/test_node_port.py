"""network/node-port: two options, one for the type and one for what a load balancer is given."""

import pytest

from aup.api.sections.choice import Permission
from aup.facts.model import Exposure, NodePort
from aup.rules.network.node_port import node_port
from support.neutral import TERMS as NEUTRAL
from support.replacing import replace

PLAIN = NodePort(30080, "spec.ports[0].nodePort")
BALANCED = NodePort(30443, "spec.ports[1].nodePort", balanced=True)
EXPOSURE = Exposure("x", node_ports=(PLAIN, BALANCED))


@pytest.mark.parametrize(
    ("plain", "balanced", "found"),
    [
        (Permission.FORBIDDEN, Permission.ALLOWED, ["30080"]),
        (Permission.ALLOWED, Permission.FORBIDDEN, ["30443"]),
        (Permission.FORBIDDEN, Permission.FORBIDDEN, ["30080", "30443"]),
        (Permission.ALLOWED, Permission.ALLOWED, []),
    ],
)
def test_each_sort_of_port_has_its_own_option(
    plain: Permission, balanced: Permission, found: list[str]
) -> None:
    terms = replace(NEUTRAL.network, node_ports=plain, load_balancer_node_ports=balanced)
    assert [v.value for v in node_port(EXPOSURE, terms)] == found


def test_by_default_the_type_is_forbidden_and_a_load_balancer_gets_its_ports() -> None:
    assert [v.value for v in node_port(EXPOSURE, NEUTRAL.network)] == ["30080"]


def test_a_finding_says_how_to_do_without() -> None:
    terms = replace(NEUTRAL.network, load_balancer_node_ports=Permission.FORBIDDEN)
    waiting = replace(BALANCED, number=0, path="spec.type")
    said = [
        f"{v.path} {v.value} {v.detail}; {v.remedy}"
        for v in node_port(Exposure("x", node_ports=(PLAIN, waiting)), terms)
    ]
    assert said == [
        (
            "spec.ports[0].nodePort 30080 is opened on the addresses of every node "
            "by spec.type NodePort; "
            "use type ClusterIP, or LoadBalancer with an address of your own, "
            "or ask abuse@asergo.example"
        ),
        (
            "spec.type LoadBalancer opens ports on the addresses of every node; "
            "set spec.allocateLoadBalancerNodePorts to false and leave out nodePort, "
            "or ask abuse@asergo.example"
        ),
    ]


def test_a_port_is_the_same_finding_wherever_it_stands_but_not_of_another_type() -> None:
    terms = replace(NEUTRAL.network, load_balancer_node_ports=Permission.FORBIDDEN)
    moved = replace(PLAIN, path="spec.ports[7].nodePort")
    other = replace(PLAIN, balanced=True)
    keys = [v.key for v in node_port(Exposure("x", node_ports=(PLAIN, moved, other)), terms)]
    assert keys[0] == keys[1] != keys[2]
