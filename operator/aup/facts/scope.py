"""Which kinds lie outside of namespaces: no manifest says so, and no file tells of its cluster."""

from collections.abc import Mapping
from typing import Final

_CALICO: Final = frozenset(
    {
        *("BGPConfiguration", "BGPFilter", "BGPPeer", "BlockAffinity", "EgressGatewayPolicy"),
        *("ExternalNetwork", "FelixConfiguration", "GlobalNetworkPolicy", "GlobalNetworkSet"),
        *("HostEndpoint", "IPPool", "IPReservation", "StagedGlobalNetworkPolicy", "Tier"),
    }
)

OUTSIDE: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"Namespace", "PersistentVolume"}),
    "argoproj.io": frozenset({"ClusterAnalysisTemplate", "ClusterWorkflowTemplate"}),
    "certificates.k8s.io": frozenset({"CertificateSigningRequest"}),
    "cilium.io": frozenset(
        {
            *("CiliumBGPAdvertisement", "CiliumBGPClusterConfig", "CiliumBGPNodeConfig"),
            *("CiliumBGPNodeConfigOverride", "CiliumBGPPeerConfig", "CiliumBGPPeeringPolicy"),
            *("CiliumCIDRGroup", "CiliumClusterwideEnvoyConfig", "CiliumClusterwideNetworkPolicy"),
            *("CiliumEgressGatewayPolicy", "CiliumEgressNATPolicy", "CiliumEndpointSlice"),
            *("CiliumIdentity", "CiliumL2AnnouncementPolicy", "CiliumLoadBalancerIPPool"),
            *("CiliumNode", "CiliumPodIPPool"),
        }
    ),
    "cloud.network.openshift.io": frozenset({"CloudPrivateIPConfig"}),
    "coil.cybozu.com": frozenset({"AddressBlock", "AddressPool", "BlockRequest"}),
    "crd.antrea.io": frozenset(
        {
            *("BGPPolicy", "ClusterGroup", "ClusterNetworkPolicy", "Egress", "ExternalIPPool"),
            *("IPPool", "PacketCapture", "Tier", "TrafficControl"),
        }
    ),
    "crd.k8s.amazonaws.com": frozenset({"ENIConfig"}),
    "crd.projectcalico.org": _CALICO | {"IPAMBlock", "IPAMConfig", "IPAMHandle"},
    "egressgateway.spidernet.io": frozenset(
        {"EgressClusterEndpointSlice", "EgressClusterPolicy", "EgressGateway", "EgressTunnel"}
    ),
    "isovalent.com": frozenset({"IsovalentEgressGatewayPolicy"}),
    "k8s.ovn.org": frozenset(
        {
            *("AdminPolicyBasedExternalRoute", "ClusterUserDefinedNetwork", "EgressIP"),
            "RouteAdvertisements",
        }
    ),
    "kubeovn.io": frozenset(
        {
            *("BgpConf", "EvpnConf", "IP", "IPPool", "IptablesDnatRule", "IptablesEIP"),
            *("IptablesFIPRule", "IptablesSnatRule", "OvnDnatRule", "OvnEip", "OvnFip"),
            *("OvnSnatRule", "ProviderNetwork", "QoSPolicy", "Subnet", "SwitchLBRule", "Vip"),
            *("Vlan", "Vpc", "VpcDns", "VpcNatGateway"),
        }
    ),
    "loadbalancer.harvesterhci.io": frozenset({"IPPool"}),
    "mellanox.com": frozenset({"HostDeviceNetwork", "IPoIBNetwork", "MacvlanNetwork"}),
    "network.alibabacloud.com": frozenset({"PodNetworking"}),
    "network.kubesphere.io": frozenset({"BgpConf", "BgpPeer", "Eip"}),
    "network.openshift.io": frozenset({"HostSubnet", "NetNamespace"}),
    "networking.gke.io": frozenset({"EgressNATPolicy", "GKENetworkParamSet", "Network"}),
    "networking.internal.knative.dev": frozenset({"ClusterDomainClaim"}),
    "networking.k8s.aws": frozenset({"ClusterNetworkPolicy"}),
    "networking.k8s.io": frozenset({"IPAddress", "ServiceCIDR"}),
    "nmstate.io": frozenset({"NodeNetworkConfigurationPolicy"}),
    "policy.networking.k8s.io": frozenset(
        {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"}
    ),
    "postgresql.cnpg.io": frozenset({"ClusterImageCatalog"}),
    "projectcalico.org": _CALICO | {"IPAMConfiguration"},
    "serving.kserve.io": frozenset({"ClusterServingRuntime"}),
    "spiderpool.spidernet.io": frozenset(
        {"SpiderCoordinator", "SpiderIPPool", "SpiderReservedIP", "SpiderSubnet"}
    ),
    "submariner.io": frozenset({"ClusterGlobalEgressIP"}),
    "tekton.dev": frozenset({"ClusterTask"}),
    "trainer.kubeflow.org": frozenset({"ClusterTrainingRuntime"}),
}
"""Kinds that are judged, by API group."""


def lies_outside(group: str, kind: str) -> bool:
    """Tell whether objects of a kind lie in no namespace, as far as the kind is known."""
    return kind in OUTSIDE.get(group, ())
