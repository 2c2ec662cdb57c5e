"""Host: ports are published through Services, not on nodes.

host/port
    Fields read   ports[].hostPort of containers, initContainers and ephemeralContainers; with
                  hostNetwork every containerPort is a port of the node
    Allowed       none; any where `network.hostPorts` is Allowed
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a host port
                  answers under the node's address
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation


def port(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each port that would be opened on the node."""
    if terms.host_ports is Permission.ALLOWED:
        return
    for container in workload.containers:
        for found in container.ports:
            if not found.host_port:
                continue
            # In the node's network both numbers are equal, and only one must be written.
            name = "containerPort" if workload.host_network else "hostPort"
            yield Violation(
                path=f"{found.path}.{name}",
                value=str(found.host_port),
                detail="is opened on the node's own address",
                remedy=(
                    "leave out hostNetwork, and publish the port through a Service"
                    if workload.host_network
                    else "leave out hostPort, and publish the port through a Service"
                ),
                key=(str(found.host_port),),
                image=container.image_name,
            )


RULE = Rule(
    id="host/port",
    title="Ports are published through Services, not on nodes",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=port,
    blind=(
        "Ports that a program opens without declaring them, which in the node's network is "
        "any port; NodePorts of Services."
    ),
)
