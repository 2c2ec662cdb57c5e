"""Network: Services do not open ports on the provider's nodes.

network/node-port
    Fields read   Service spec.type, spec.ports[].nodePort, spec.allocateLoadBalancerNodePorts
    Allowed       type NodePort where `network.nodePorts` is Allowed; the ports that a LoadBalancer
                  is given beside its address unless `network.loadBalancerNodePorts` is Forbidden;
                  a LoadBalancer with allocateLoadBalancerNodePorts: false
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a node port answers
                  under the addresses of every node, which are the provider's

A healthCheckNodePort comes with externalTrafficPolicy: Local and leads to no pod.
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Exposure, NodePort
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation

_EVERY_NODE = "on the addresses of every node"


def node_port(exposure: Exposure, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each port that would be opened on every node."""
    for port in exposure.node_ports:
        given = terms.load_balancer_node_ports if port.balanced else terms.node_ports
        if given is not Permission.ALLOWED:
            kind = "LoadBalancer" if port.balanced else "NodePort"
            yield Violation(
                path=port.path,
                value=str(port.number or kind),
                detail=_opens(port, kind),
                remedy=_use_a_balancer(port, terms),
                key=(kind, str(port.number)),
            )


def _opens(port: NodePort, kind: str) -> str:
    """Say what is wrong; of a port that the API server has chosen, also what asked for it."""
    if port.number:
        return f"is opened {_EVERY_NODE} by spec.type {kind}"
    return f"opens ports {_EVERY_NODE}"


def _use_a_balancer(port: NodePort, terms: NetworkTerms) -> str:
    """Say how to do without ports on nodes."""
    if port.balanced:
        instead = "set spec.allocateLoadBalancerNodePorts to false and leave out nodePort"
    else:
        instead = "use type ClusterIP, or LoadBalancer with an address of your own"
    return f"{instead}, or ask {terms.contact}"


RULE = Rule(
    id="network/node-port",
    title="Services open no ports on nodes",
    reads=Exposure,
    terms=lambda terms: terms.network,
    check=node_port,
    blind=(
        "Under which of a node's addresses the ports really answer; ports that pods open on their "
        "host (host/port); for whom a cloud's firewall opens them (networking of AWS' "
        "TargetGroupBinding)."
    ),
)
