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
    # Whose pods are in a target group gets what arrives at the load balancer in front of it. The
    # controller makes one for each Service and Ingress; where only a name is written, it looks up
    # the ARN by it and writes that as well, before anybody judges.
    ("elbv2.k8s.aws", "TargetGroupBinding"): RoutingKind(
        either=(("spec.targetGroupARN", "spec.targetGroupName"),), noted=True
    ),
    ("ako.vmware.com", "L4Rule"): RoutingKind(addresses=("spec.loadBalancerIP",)),
    ("aga.k8s.aws", "GlobalAccelerator"): RoutingKind(addresses=("spec.ipAddresses[]",)),
}
