"""Annotations of pods and pod templates by which a pod asks the container network for something.

A key may be a *record* as well: the platform writes what it gave under the key by which it is
asked (Kube-OVN's ``ip_address``), and believes what it finds there. Of a pod that exists it is read
as a record; of one that is made, and of a template, as a wish. A Pod whose status says that it has
an address exists, wherever it is read: nobody can make one with a status.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from aup.facts.annotations.external_dns import EXTERNAL_DNS, EXTERNAL_DNS_FAMILIES
from aup.facts.annotations.keys import Keys, Reader, under
from aup.facts.annotations.readers import (
    HERE,
    TRUTHY,
    addresses,
    interfaces,
    json_list,
    names,
    nothing,
    pools,
    setting,
    whole,
)
from aup.facts.claims import Leaf, also
from aup.facts.cni import gke
from aup.facts.cni.danm import danm
from aup.facts.cni.kube_ovn import kube_ovn
from aup.facts.cni.multus import networks
from aup.facts.cni.notes import (
    HARDWARE,
    UNVERIFIED,
    addresses_by_network,
    captured,
    pools_by_family,
    prefixes,
)
from aup.facts.model import ClaimSource, Facts, Operation, Reach, Subject, Surroundings, Workload
from aup.facts.namespace import is_nobodys_account

_SPOOFING: Final = Reach.SPOOFING
_HARDWARE: Final = setting(HARDWARE, _SPOOFING)

CALICO: Final[dict[str, Reader]] = under(
    ("cni.projectcalico.org/",),
    {
        "ipAddrs": addresses(json_list),
        "ipAddrsNoIpam": addresses(json_list),
        "floatingIPs": addresses(json_list),
        "awsElasticIPs": names(json_list),
        "ipv4pools": pools(json_list),
        "ipv6pools": pools(json_list),
        "hwAddr": _HARDWARE,
        "allowedSourcePrefixes": prefixes,
        "AllowedSourcePrefixes": prefixes,  # as the VPP data plane spells it
    },
)

MULTUS: Final[dict[str, Reader]] = {
    "k8s.v1.cni.cncf.io/networks": networks(),
    "v1.multus-cni.io/default-network": networks(of_the_platform=True),
}

OTHERS: Final[dict[str, Reader]] = {
    "config.cilium.io/disable-source-ip-verification": setting(UNVERIFIED, _SPOOFING, only=TRUTHY),
    "ipam.cilium.io/ip-pool": pools(whole),
    "ipam.cilium.io/ipv4-pool": pools(whole),
    "ipam.cilium.io/ipv6-pool": pools(whole),
    "network.cilium.io/fib-table-id": setting("chooses a routing table of the node"),
    "ipam.antrea.io/ippools": pools(),
    "ipam.antrea.io/pod-ips": addresses(),
    **under(
        ("ipam.spidernet.io/",),
        dict.fromkeys(("ippool", "ippools", "subnet", "subnets"), pools_by_family),
    ),
    "networking.alibaba.com/ip-pool": addresses(),
    "networking.alibaba.com/mac-pool": _HARDWARE,
    "networking.alibaba.com/specified-network": pools(whole),
    "networking.alibaba.com/specified-subnet": pools(),
    "pod.network.openshift.io/assign-macvlan": setting("puts the pod on a network of the node"),
    "k8s.ovn.org/routing-namespaces": captured("routes the traffic of"),
    "network.kubevirt.io/addresses": addresses_by_network,
    "networking.gke.io/interfaces": gke.interfaces,
    "danm.k8s.io/interfaces": danm,
    "danm.io/interfaces": danm,
    **dict.fromkeys(
        (
            "k8s.aliyun.com/pod-eip-instanceid",
            "k8s.aliyun.com/eci-eip-instanceid",
            "network.alibabacloud.com/pod-eip-instanceid",
            "tke.cloud.tencent.com/eip-id-list",
            "eks.tke.cloud.tencent.com/eip-id-list",
            "yangtse.io/eip-id",
        ),
        names(),
    ),
}

HARMLESS: Final[dict[str, Reader]] = dict.fromkeys(
    (
        "k8s.ovn.org/bfd-enabled",
        "k8s.ovn.org/open-default-ports",
        "k8s.ovn.org/primary-udn-ipamclaim",
        "k8s.ovn.org/routing-network",
    ),
    nothing,
)
"""Of a family of settings those that are a pod's own affair."""

FAMILIES: Final[dict[str, Reader]] = {
    r"egress\.projectcalico\.org/.*": setting("chooses the gateway that the pod's traffic takes"),
    r"kube-router\.io/.*": setting("speaks to the routers of the cluster"),
}


def _keys(source: ClaimSource) -> Keys:
    """Return all keys; those that the platform writes itself are of the given source."""
    noted = partial(setting, source=source)
    first, further = kube_ovn(source)
    records = {
        "cni.cilium.io/mac-address": noted(HARDWARE, _SPOOFING),
        "vpc.amazonaws.com/pod-ips": addresses(source=source),
        "vpc.amazonaws.com/PrivateIPv4Address": interfaces(source=source),
        "vpc.amazonaws.com/pod-eni": noted("names a network interface of the cloud"),
    }
    if source is ClaimSource.RECORD:
        # Written over when the pod starts; from then on Calico takes the word for the address.
        records |= under(
            ("cni.projectcalico.org/",),
            dict.fromkeys(("podIP", "podIPs"), interfaces(source=source)),
        )
    given = noted("says what the cluster's network gave to the pod")
    families = {**FAMILIES, **further, r"k8s\.ovn\.org/.*": given, **EXTERNAL_DNS_FAMILIES}
    readers = {**CALICO, **MULTUS, **OTHERS, **HARMLESS, **records, **first, **EXTERNAL_DNS}
    return Keys(readers, families)


ASKED: Final = _keys(HERE)
STORED: Final = _keys(ClaimSource.RECORD)


def with_pod_networks(facts: Facts, surroundings: Surroundings) -> Facts:
    """Add what the pods of an object ask the container network for."""
    leaves = (
        leaf
        for workload in facts.workloads
        if workload.annotations
        for leaf in pod_leaves(workload, facts.subject, surroundings)
    )
    first = next(leaves, None)
    return facts if first is None else also(facts, (first,), leaves)


def pod_leaves(workload: Workload, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield what a pod, or the pods of a template, ask the container network for."""
    updated = subject.operation is Operation.UPDATE
    is_pod = (subject.group, subject.kind) == ("", "Pod")
    keys = STORED if is_pod and (updated or workload.running) else ASKED
    leaves = keys.read(workload.annotations, workload.annotations_path, subject, surroundings)
    if keys is ASKED or (updated and not is_nobodys_account(subject.writer, surroundings)):
        return leaves
    # Written by the network, wherever it runs; or exported: the API server takes the status away
    # before it asks, so that nothing slips through here.
    return (leaf for leaf in leaves if getattr(leaf, "source", None) is not ClaimSource.RECORD)
