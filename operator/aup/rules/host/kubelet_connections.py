"""Host: the node connects for a pod to nobody else.

host/kubelet-connections
    Fields read   host of httpGet and tcpSocket in livenessProbe, readinessProbe, startupProbe,
                  lifecycle.postStart and lifecycle.preStop; servers of the volumes nfs, iscsi,
                  cephfs, rbd, glusterfs, gitRepo, quobyte and scaleIO, of the CSI drivers that
                  mount shares, and of FlexVolumes; the same of a PersistentVolume, with its mount
                  options and the namespaces of its Secrets, where its writer belongs to a tenant
    Allowed       no host (a probe then goes to the pod itself), and addresses that are assigned
                  to the tenant; Secrets of its own namespaces
    Serves        "no unauthorised access, monitoring or interference" (asergo/1.2)

Such a connection is made by the node: it comes from the node's address, reaches the node's own
loopback, and passes every NetworkPolicy. A share that trusts nodes trusts whoever mounts it. Names
are refused whosesoever they are: who writes the records of a name chooses where the node goes.
"""

from collections.abc import Iterator

from aup.facts.model import KubeletConnection, Purpose, Workload
from aup.policy.terms import HostTerms
from aup.rules.base import Rule, Violation

_REMEDIES = {
    Purpose.PROBE: "leave it out, so that the pod itself is asked",
    Purpose.HOOK: "leave it out, so that the pod itself is called",
    Purpose.VOLUME: "use a PersistentVolumeClaim, or the address of a server of your own",
    Purpose.CREDENTIALS: "name a Secret of a namespace of your own",
    Purpose.PERSISTENT: "claim a volume of a storage class, or use the address of your own server",
}


def kubelet_connections(workload: Workload, terms: HostTerms) -> Iterator[Violation]:
    """Yield each host that the node would connect to and that is not the tenant's."""
    for found in workload.connections:
        if not _is_own(found, terms):
            yield Violation(
                path=found.path,
                value=found.text,
                detail=_detail(found, terms),
                remedy=_REMEDIES[found.purpose],
                key=(found.purpose, found.text, *found.says),
                address=found.address,
                hostname=found.hostname,
            )


def _is_own(found: KubeletConnection, terms: HostTerms) -> bool:
    """Tell whether an address is the tenant's, or a Secret lies in a namespace of its own."""
    if found.namespace is not None:
        return not found.namespace.known or found.namespace.owner == terms.tenant
    return found.address is not None and found.address in terms.addresses


def _detail(found: KubeletConnection, terms: HostTerms) -> str:
    """Say what is wrong with the host, or the Secret."""
    if found.namespace is not None:
        return f"is a namespace that is not {terms.tenant}'s, and the node would hand on its Secret"
    if found.address is not None and found.address.is_loopback:
        return "is the node itself, not the pod"
    if found.address is not None:
        return f"is connected to by the node itself, and not assigned to {terms.tenant}"
    return "is connected to by the node itself, wherever it leads"


RULE = Rule(
    id="host/kubelet-connections",
    title="The node connects for a pod to nobody else",
    reads=Workload,
    terms=lambda terms: terms.host,
    check=kubelet_connections,
    blind=(
        "Where an answer to a probe or hook redirects the kubelet. PersistentVolumes of the "
        "provider's, and who wrote a stored one: that is not known, so it counts as nobody's. "
        "StorageClasses. Which disk a volumeHandle is, and whose claim a volume is for: who may "
        "write PersistentVolumes is for rights to say. What drivers of CSI and FlexVolume do with "
        "attributes that no table here knows. Registries that images are pulled from."
    ),
)
