"""Kinds by which a cloud's load balancers are told their addresses."""

from typing import Final

from aup.facts.routing.kind import Kinds, RoutingKind

_SUBNETS: Final = "spec.loadBalancerSubnets[]"

CLOUDS: Final[Kinds] = {
    ("gateway.k8s.aws", "LoadBalancerConfiguration"): RoutingKind(
        addresses=(f"{_SUBNETS}.privateIPv4Allocation", f"{_SUBNETS}.ipv6Allocation"),
        networks=(f"{_SUBNETS}.sourceNatIPv6Prefix",),
        names=(
            f"{_SUBNETS}.identifier",
            f"{_SUBNETS}.eipAllocation",
            "spec.customerOwnedIpv4Pool",
            "spec.ipv4IPAMPoolId",
            "spec.vpcId",
        ),
    ),
    ("ako.vmware.com", "L4Rule"): RoutingKind(addresses=("spec.loadBalancerIP",)),
    ("aga.k8s.aws", "GlobalAccelerator"): RoutingKind(addresses=("spec.ipAddresses[]",)),
}
