"""Host: pods stay out of the node's namespaces.

host/namespaces
    Fields read   hostNetwork, hostPID, hostIPC of the pod
    Allowed       absent or false
    Serves        "no unauthorised access, monitoring or interference" (asergo/1.2)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation

_TRUE = "true"
_WITHOUT = "leave it out or set it to false"


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


RULE = Rule(
    id="host/namespaces",
    title="Pods stay out of the node's namespaces",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=namespaces,
    blind=(
        "Users: a pod shares those of the node unless it says hostUsers: false, which is the "
        "default of Kubernetes and no violation. Other ways into a namespace of the node have "
        "rules of their own (host/path, host/privileged). Static pods never pass admission."
    ),
)
