"""Host: a tenant's pods stay in their sandbox and off the node.

host/namespaces
    Fields read   hostNetwork, hostPID, hostIPC of the pod
    Allowed       absent or false
    Serves        "no unauthorised access, monitoring or interference" (asergo/1.2)

host/port
    Fields read   ports[].hostPort of containers, initContainers and ephemeralContainers; with
                  hostNetwork every containerPort is a port of the node
    Allowed       none; any where `network.hostPorts` is Allowed
    Serves        "only use IP addresses assigned by the provider" (asergo/6.2): a host port
                  answers under the node's address

host/privileged
    Fields read   securityContext.privileged and securityContext.windowsOptions.hostProcess of
                  all containers; securityContext.windowsOptions.hostProcess of the pod
    Allowed       absent or false
    Serves        "nothing that compromises the infrastructure or other customers" (asergo/1.3)
"""

from collections.abc import Iterator

from aup.api.policy import Permission
from aup.facts.model import Container, Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation

_TRUE = "true"
_WITHOUT = "leave it out or set it to false"
_HOST_PROCESS = "securityContext.windowsOptions.hostProcess"


def namespaces(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each namespace of the node that the pod would share."""
    shared = (
        ("hostNetwork", workload.host_network, "the node's network and addresses"),
        ("hostPID", workload.host_pid, "the processes of everybody on the node"),
        ("hostIPC", workload.host_ipc, "the shared memory of everybody on the node"),
    )
    for name, is_shared, what in shared:
        if is_shared:
            yield Violation(
                path=f"{workload.path}.{name}",
                value=_TRUE,
                detail=f"opens {what} to the pod",
                remedy=_WITHOUT,
                key=(name,),
            )


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
                image=_image(container),
            )


def privileged(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each container that would have the rights of the node."""
    if workload.pod_host_process:
        yield _unbound(f"{workload.path}.{_HOST_PROCESS}", "runs the pod's containers", "pod", "")
    for container in workload.containers:
        image = _image(container)
        if container.privileged:
            path = f"{container.path}.securityContext.privileged"
            yield _unbound(path, "gives the container every right", "privileged", image)
        if container.host_process:
            path = f"{container.path}.{_HOST_PROCESS}"
            yield _unbound(path, "runs the container", "hostProcess", image)


def _unbound(path: str, words: str, kind: str, image: str) -> Violation:
    """Return the violation of a switch that takes the sandbox away."""
    return Violation(
        path=path,
        value=_TRUE,
        detail=f"{words} on the node itself",
        remedy=_WITHOUT,
        key=(kind, image.partition("@")[0]),
        image=image,
    )


def _image(container: Container) -> str:
    """Return the image that an exemption would name."""
    return container.image.name if container.image else ""


RULES = (
    Rule(
        id="host/namespaces",
        title="Pods stay out of the node's namespaces",
        reads=Workload,
        terms=lambda terms: terms.host,
        check=namespaces,
        blind=(
            "Other ways into a namespace of the node: hostPath volumes, devices, a container "
            "runtime's socket. Static pods never pass admission."
        ),
    ),
    Rule(
        id="host/port",
        title="Ports are published through Services, not on nodes",
        reads=Workload,
        terms=lambda terms: terms.host,
        check=port,
        blind=(
            "Ports that a program opens without declaring them, which in the node's network is "
            "any port; NodePorts of Services."
        ),
    ),
    Rule(
        id="host/privileged",
        title="Containers have no rights on the node",
        reads=Workload,
        terms=lambda terms: terms.host,
        check=privileged,
        blind=(
            "Single capabilities such as SYS_ADMIN, unmasked /proc, seccomp and AppArmor "
            "profiles, hostPath volumes, devices."
        ),
    ),
)
