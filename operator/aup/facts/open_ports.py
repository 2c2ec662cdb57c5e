"""Ports under which Services and Gateways take connections, by number."""

from collections.abc import Iterator
from typing import Final

from aup.facts.claims import each
from aup.facts.model import OpenPort
from aup.facts.service_spec import BALANCER, NODE_PORT
from aup.facts.wire import network as wire

TCP: Final = frozenset({None, "", "TCP"})
"""How a port says that it takes connections."""
_UDP: Final = "UDP"


def service_ports(spec: wire.ServiceSpec) -> Iterator[OpenPort]:
    """Yield the ports of a Service, and those of its pods behind them, as far as they are numbers.

    An ExternalName only renames a host elsewhere, and a Service without a selector leads to where
    somebody points it by hand: neither opens anything, unless a load balancer or the nodes do.
    """
    published = spec.type in {NODE_PORT, BALANCER}
    if spec.type == "ExternalName" or not (spec.selector or published):
        return
    for index, port in each(spec.ports, wire.ServicePort()):
        if port.protocol in TCP:
            path = f"spec.ports[{index}]"
            if port.port:
                yield OpenPort(port.port, f"{path}.port")
            if (target := _number(port.target_port)) and target != port.port:
                yield OpenPort(target, f"{path}.targetPort")


def listener_ports(spec: wire.GatewaySpec) -> Iterator[OpenPort]:
    """Yield the ports of the listeners of a Gateway; a protocol that is none of UDP's uses TCP."""
    for index, listener in each(spec.listeners, wire.GatewayListener()):
        if listener.port and (listener.protocol or "").upper() != _UDP:
            yield OpenPort(listener.port, f"spec.listeners[{index}].port")


def _number(target: object) -> int:
    """Return a target port that is a number; 0 for a name, and for what the API server refuses."""
    return target if isinstance(target, int) and not isinstance(target, bool) else 0
