"""Kinds by which traffic leaves the cluster under an address, or on a way of its own."""

from typing import Final

from aup.facts.routing.kind import Kinds, RoutingKind, Selection

_SENDS: Final = "sends out the traffic of"
_ROUTES: Final = "changes how traffic leaves the cluster, which is the platform's to say"
_CILIUM_POD: Final = ("io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace")
_OF_PODS: Final = Selection(
    "spec.selectors[]",
    _SENDS,
    (("namespaceSelector", ("kubernetes.io/metadata.name",)), ("podSelector", _CILIUM_POD)),
)
_NODE_ADDRESS: Final = "sends under an address of a node"

OVN: Final[Kinds] = {
    ("k8s.ovn.org", "EgressIP"): RoutingKind(
        _ROUTES, addresses=("spec.egressIPs[]",), selections=(Selection("spec", _SENDS),)
    ),
    ("k8s.ovn.org", "UserDefinedNetwork"): RoutingKind(
        networks=("spec.layer2.subnets[]", "spec.layer3.subnets[].cidr"),
    ),
    ("k8s.ovn.org", "ClusterUserDefinedNetwork"): RoutingKind(
        networks=("spec.network.layer2.subnets[]", "spec.network.layer3.subnets[].cidr"),
        selections=(Selection("spec", "makes a network of"),),
        switches=(("spec.network.localnet", "puts pods on a network of the nodes"),),
    ),
    **dict.fromkeys(
        (
            ("k8s.ovn.org", "EgressService"),
            ("k8s.ovn.org", "AdminPolicyBasedExternalRoute"),
            ("k8s.ovn.org", "RouteAdvertisements"),
            ("network.openshift.io", "HostSubnet"),
            ("network.openshift.io", "NetNamespace"),
            ("cloud.network.openshift.io", "CloudPrivateIPConfig"),
        ),
        RoutingKind(_ROUTES),
    ),
}

CILIUM: Final[Kinds] = {
    ("cilium.io", "CiliumEgressGatewayPolicy"): RoutingKind(
        _ROUTES,
        addresses=("spec.egressGateway.egressIP", "spec.egressGateways[].egressIP"),
        selections=(_OF_PODS,),
        switches=(
            ("spec.egressGateway.interface", _NODE_ADDRESS),
            ("spec.egressGateways[].interface", _NODE_ADDRESS),
        ),
    ),
    ("cilium.io", "CiliumEgressNATPolicy"): RoutingKind(
        _ROUTES,
        addresses=("spec.egressSourceIP",),
        selections=(Selection("spec.egress[]", _SENDS, _OF_PODS.selectors),),
    ),
    ("isovalent.com", "IsovalentEgressGatewayPolicy"): RoutingKind(_ROUTES),
}

ANTREA: Final[Kinds] = {
    ("crd.antrea.io", "Egress"): RoutingKind(
        _ROUTES,
        addresses=("spec.egressIP", "spec.egressIPs[]"),
        pools=("spec.externalIPPool", "spec.externalIPPools[]"),
        selections=(Selection("spec.appliedTo", _SENDS),),
    ),
    **dict.fromkeys(
        (("crd.antrea.io", "ExternalIPPool"), ("crd.antrea.io", "TrafficControl")),
        RoutingKind(_ROUTES),
    ),
}

SPIDERNET: Final[Kinds] = {
    ("egressgateway.spidernet.io", kind): RoutingKind(
        _ROUTES,
        addresses=("spec.egressIP.ipv4", "spec.egressIP.ipv6"),
        pools=("spec.egressGatewayName",),
        selections=selections,
        switches=(
            ("spec.egressIP.useNodeIP", _NODE_ADDRESS),
            ("spec.appliedTo.podSubnet", "takes pods in by their addresses, whosever they are"),
        ),
    )
    for kind, selections in (
        ("EgressPolicy", ()),
        ("EgressClusterPolicy", (Selection("spec.appliedTo", _SENDS),)),
    )
} | {
    ("egressgateway.spidernet.io", kind): RoutingKind(_ROUTES, noted=noted)
    for kind, noted in (
        ("EgressGateway", False),
        ("EgressTunnel", False),
        ("EgressEndpointSlice", True),
        ("EgressClusterEndpointSlice", True),
    )
}

OTHERS: Final[Kinds] = dict.fromkeys(
    (
        ("operator.tigera.io", "EgressGateway"),
        ("projectcalico.org", "EgressGatewayPolicy"),
        ("crd.projectcalico.org", "EgressGatewayPolicy"),
        ("networking.gke.io", "EgressNATPolicy"),
        ("egress.loxilb.io", "Egress"),
        ("submariner.io", "GlobalEgressIP"),
        ("submariner.io", "ClusterGlobalEgressIP"),
    ),
    RoutingKind(_ROUTES),
)

EGRESS: Final[Kinds] = {**OVN, **CILIUM, **ANTREA, **SPIDERNET, **OTHERS}
