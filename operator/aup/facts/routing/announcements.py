"""Kinds that announce routes, and pools out of which addresses are given."""

from collections.abc import Iterator
from typing import Final

from aup.facts.routing.kind import Kinds, RoutingKind, Selection

_ANNOUNCES: Final = "changes what the cluster announces to its neighbours"
_GIVES: Final = "changes which addresses the cluster gives out"
_WIRES: Final = "changes the network of the nodes"
_SERVICE: Final = ("io.kubernetes.service.namespace",)

_BY_GROUP: Final = {
    _ANNOUNCES: {
        "metallb.io": "BGPPeer BGPAdvertisement L2Advertisement BFDProfile Community",
        "frrk8s.metallb.io": "FRRConfiguration",
        "cilium.io": (
            "CiliumBGPPeeringPolicy CiliumBGPClusterConfig CiliumBGPPeerConfig"
            " CiliumBGPAdvertisement CiliumBGPNodeConfig CiliumBGPNodeConfigOverride"
            " CiliumL2AnnouncementPolicy"
        ),
        "projectcalico.org": "BGPConfiguration BGPPeer BGPFilter",
        "crd.projectcalico.org": "BGPConfiguration BGPPeer BGPFilter",
        "crd.antrea.io": "BGPPolicy",
        "network.kubesphere.io": "BgpConf BgpPeer",
        "kubeovn.io": "BgpConf EvpnConf",
        "purelb.io": "LBNodeAgent",
    },
    _GIVES: {
        "metallb.io": "AddressPool IPAddressPool",
        "projectcalico.org": "IPPool IPReservation IPAMConfiguration BlockAffinity",
        "crd.projectcalico.org": (
            "IPPool IPReservation IPAMConfig IPAMBlock IPAMHandle BlockAffinity"
        ),
        "cilium.io": "CiliumPodIPPool",
        "crd.antrea.io": "IPPool",
        "network.kubesphere.io": "Eip",
        "purelb.io": "ServiceGroup",
        "whereabouts.cni.cncf.io": "IPPool OverlappingRangeIPReservation NodeSlicePool",
        "spiderpool.spidernet.io": "SpiderIPPool SpiderSubnet SpiderReservedIP",
        "kubeovn.io": (
            "Subnet IP Vip IPPool IptablesEIP IptablesFIPRule IptablesDnatRule IptablesSnatRule"
            " OvnEip OvnFip OvnSnatRule OvnDnatRule SwitchLBRule"
        ),
        "crd.k8s.amazonaws.com": "ENIConfig",
        "network.alibabacloud.com": "PodNetworking PodENI",
        "coil.cybozu.com": "AddressPool AddressBlock BlockRequest",
        "loadbalancer.harvesterhci.io": "IPPool",
    },
    _WIRES: {
        "projectcalico.org": "HostEndpoint FelixConfiguration ExternalNetwork",
        "crd.projectcalico.org": "HostEndpoint FelixConfiguration ExternalNetwork",
        "kubeovn.io": ("Vpc VpcNatGateway VpcEgressGateway VpcDns Vlan ProviderNetwork QoSPolicy"),
        "spiderpool.spidernet.io": "SpiderCoordinator SpiderMultusConfig",
        "sriovnetwork.openshift.io": (
            "SriovNetwork SriovIBNetwork OVSNetwork SriovNetworkNodePolicy"
        ),
        "mellanox.com": "MacvlanNetwork HostDeviceNetwork IPoIBNetwork",
        "nmstate.io": "NodeNetworkConfigurationPolicy",
        "networking.gke.io": "Network GKENetworkParamSet RedirectService",
        "submariner.io": "Cluster Endpoint Gateway",
    },
}
"""Kinds by API group, by what they do. None of them is about one tenant's addresses alone."""


def _kinds() -> Iterator[tuple[tuple[str, str], RoutingKind]]:
    """Yield each kind of the table; all that do the same are read alike."""
    for detail, groups in _BY_GROUP.items():
        read = RoutingKind(detail)
        for group, names in groups.items():
            for name in names.split():
                yield (group, name), read


ANNOUNCEMENTS: Final[Kinds] = {
    **dict(_kinds()),
    ("cilium.io", "CiliumLoadBalancerIPPool"): RoutingKind(
        _GIVES,
        networks=("spec.blocks[].cidr", "spec.cidrs[].cidr"),
        ends=(("spec.blocks[]", "start", "stop"),),
        selections=(
            Selection("spec", "gives addresses to Services of", (("serviceSelector", _SERVICE),)),
        ),
    ),
    ("spiderpool.spidernet.io", "SpiderEndpoint"): RoutingKind(_GIVES, noted=True),
    ("submariner.io", "GlobalIngressIP"): RoutingKind(_GIVES, noted=True),
}
