"""Host: ports are published through Services, not on nodes.

host/port
    Fields read   ports[].hostPort and hostIP of containers, initContainers and
                  ephemeralContainers; with hostNetwork every containerPort is a port of the node
    Allowed       none; where `network.hostPorts` is Allowed any, without a hostIP, or under one
                  that every node has (127.0.0.1, 0.0.0.0), one of a node's or the tenant's own:
                  under another's address the node would take in what its pods send there. Which
                  addresses nodes have `network.clusterCIDRs.nodes` says; without it, none is known
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a host port
                  answers under the node's address
"""

from collections.abc import Iterator

from aup.api.sections.choice import Permission
from aup.facts.model import Port, Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation


def port(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each port that would be opened on the node, or captured there from somebody else."""
    allowed = terms.host_ports is Permission.ALLOWED
    for container in workload.containers:
        for found in container.ports:
            if found.host_port and not allowed:
                yield _opened(found, container.image_name, in_network=workload.host_network)
            elif found.host_port and found.host_ip and not _is_of_the_node(found, terms):
                yield _captured(found, container.image_name, terms)


def _opened(found: Port, image: str, *, in_network: bool) -> Violation:
    """Return the violation of a port of the node."""
    # In the node's network both numbers are equal, and only one must be written.
    name, cause = ("containerPort", "hostNetwork") if in_network else ("hostPort", "hostPort")
    return Violation(
        path=f"{found.path}.{name}",
        value=str(found.host_port),
        detail="is opened on the node's own address",
        remedy=f"leave out {cause}, and publish the port through a Service",
        key=(str(found.host_port),),
        image=image,
    )


def _is_of_the_node(found: Port, terms: HostTerms) -> bool:
    """Tell whether a port is opened under an address of the node or of the tenant."""
    address = found.host_address
    if address is None or address.is_loopback or address.is_unspecified:
        return address is not None
    return address in terms.nodes or address in terms.addresses


def _captured(found: Port, image: str, terms: HostTerms) -> Violation:
    """Return the violation of a port under an address that is neither's."""
    return Violation(
        path=f"{found.path}.hostIP",
        value=found.host_ip,
        detail=f"{_standing(found, terms)}, and not assigned to {terms.tenant}",
        remedy=_remedy(found, terms),
        key=(str(found.host_port), str(found.host_address or found.host_ip)),
        image=image,
        address=found.host_address,
    )


def _names_nodes(found: Port, terms: HostTerms) -> bool:
    """Tell whether the policy says which addresses nodes have, of the family of this one."""
    version = found.host_address and found.host_address.version
    return version is None or any(n.version == version for n in terms.nodes.networks)


def _standing(found: Port, terms: HostTerms) -> str:
    """Say how an address stands to nodes, which it may be one of where the policy names none."""
    known = _names_nodes(found, terms)
    return "is no address of a node" if known else "is not known as an address of a node"


def _remedy(found: Port, terms: HostTerms) -> str:
    """Say what always works, and who can make this address do."""
    leave = "leave it out, so that the port is opened under the node's own addresses"
    if _names_nodes(found, terms):
        return leave
    return f"{leave}, or ask {terms.contact} to list those in network.clusterCIDRs.nodes"


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
