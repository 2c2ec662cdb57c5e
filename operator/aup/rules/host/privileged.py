"""Host: containers have no rights on the node.

host/privileged
    Fields read   securityContext.privileged, securityContext.procMount and
                  securityContext.windowsOptions.hostProcess of all containers;
                  securityContext.windowsOptions.hostProcess of the pod
    Allowed       absent or false; for procMount absent or Default
    Serves        "nothing that compromises the infrastructure or other customers" (asergo/1.3)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation

_TRUE = "true"
_WITHOUT = "leave it out or set it to false"
_MASKED = frozenset({"", "Default"})
_HOST_PROCESS = "securityContext.windowsOptions.hostProcess"


def privileged(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each container that would have the rights of the node."""
    if workload.pod_host_process:
        yield _unbound(f"{workload.path}.{_HOST_PROCESS}", "runs the pod's containers", "pod", "")
    for container in workload.containers:
        image = container.image_name
        if container.privileged:
            path = f"{container.path}.securityContext.privileged"
            yield _unbound(path, "gives the container every right", "privileged", image)
        if container.host_process:
            path = f"{container.path}.{_HOST_PROCESS}"
            yield _unbound(path, "runs the container", "hostProcess", image)
        if (shown := container.security.proc_mount) not in _MASKED:
            yield Violation(
                path=container.security.at("procMount"),
                value=shown,
                detail="shows the container the parts of /proc that belong to the node",
                remedy="leave it out or set it to Default",
                key=("procMount", image.partition("@")[0]),
                image=image,
            )


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


RULE = Rule(
    id="host/privileged",
    title="Containers have no rights on the node",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=privileged,
    blind=(
        "Devices that a device plugin or a claim hands to the container. Bugs of the kernel, the "
        "runtime or a driver. Single capabilities, profiles and hostPath volumes have rules of "
        "their own."
    ),
)
