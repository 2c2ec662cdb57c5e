"""What a Service asks for beside addresses of its own: ports of nodes, a class, cluster addresses.

The fields are read with the API server's defaults, since files leave them out.
"""

from collections.abc import Iterator
from typing import Final

from aup.facts.address import parse_address
from aup.facts.claims import Leaf, each, is_absent
from aup.facts.json_value import text_of, type_of
from aup.facts.model import ClusterAddress, NamedClaim, NodePort, Topic
from aup.facts.wire import network as wire

ENVOY_PROXY: Final = ("gateway.envoyproxy.io", "EnvoyProxy")
"""Group and kind in which Envoy Gateway is told what the Service of a Gateway looks like."""

HEADLESS: Final = "None"
"""Of ``clusterIP``: no address is wanted."""

NODE_PORT: Final = "NodePort"
BALANCER: Final = "LoadBalancer"


def balancer_class(value: object, path: str) -> Iterator[Leaf]:
    """Yield the class of load balancers that a Service names."""
    if not is_absent(value):
        problem = "" if isinstance(value, str) else f"is {type_of(value)} where a name belongs"
        yield NamedClaim(text_of(value), path, Topic.CLASS, problem)


def node_ports(spec: wire.ServiceSpec, path: str) -> Iterator[Leaf]:
    """Yield the ports that are opened on every node.

    A LoadBalancer gets them unless ``allocateLoadBalancerNodePorts`` is false; what is written out
    is opened all the same. Before the API server has chosen any, the type stands for them.
    """
    if spec.type not in {NODE_PORT, BALANCER}:
        return
    balanced = spec.type == BALANCER
    chosen = [
        NodePort(port.node_port, f"{path}.ports[{index}].nodePort", balanced)
        for index, port in each(spec.ports, wire.ServicePort())
        if port.node_port
    ]
    yield from chosen
    if not chosen and not (balanced and spec.allocate_load_balancer_node_ports is False):
        yield NodePort(0, f"{path}.type", balanced)


def cluster_addresses(spec: wire.ServiceSpec) -> Iterator[Leaf]:
    """Yield the addresses inside the cluster: on CREATE the API server has already chosen them.

    The first of several is the one field again, which is what people write and are told of.
    """
    yield from _cluster_address(spec.cluster_ip, "spec.clusterIP")
    for index, value in enumerate(spec.cluster_ips or ()):
        if index or value != spec.cluster_ip:
            yield from _cluster_address(value, f"spec.clusterIPs[{index}]")


def _cluster_address(value: object, path: str) -> Iterator[Leaf]:
    """Yield one address inside the cluster."""
    if not is_absent(value) and value != HEADLESS:
        parsed = parse_address(value)
        yield ClusterAddress(parsed.text, path, parsed.address, parsed.problem)
