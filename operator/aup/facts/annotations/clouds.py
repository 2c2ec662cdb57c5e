"""Load balancers that a cloud makes: what of its addresses and networks is asked for by name.

A cloud's controller notes the load balancer that it made in an annotation, and finds it by that
note again: written by hand, the note takes over somebody else's.
"""

from typing import Final

from aup.facts.annotations.keys import Reader, spelled, under
from aup.facts.annotations.readers import (
    TRUTHY,
    addresses,
    classes,
    json_list,
    names,
    nothing,
    ranges,
    setting,
    whole,
    words,
)
from aup.facts.model import ClaimSource

NOTED: Final = names(whole, ClaimSource.RECORD)
"""The id of a load balancer, which its controller writes back."""

BETA: Final = ("service.beta.kubernetes.io/",)

AWS: Final[dict[str, Reader]] = {
    **under(
        (
            "service.beta.kubernetes.io/aws-load-balancer-",
            "service.kubernetes.io/aws-load-balancer-",
        ),
        {
            "eip-allocations": names(),
            "eip-allocations-discovery-tags": names(),
            "private-ipv4-addresses": addresses(),
            "ipv6-addresses": addresses(),
            "source-nat-ipv6-prefixes": ranges(),
            "subnets": names(),
        },
    ),
    **under(
        ("alb.ingress.kubernetes.io/",),
        {
            "frontend-nlb-eip-allocations": names(),
            "frontend-nlb-subnets": names(),
            "subnets": names(),
            "customer-owned-ipv4-pool": names(),
            "ipam-ipv4-pool-id": names(),
            # Whoever names the same group shares the load balancer, and its listeners.
            "group.name": names(whole),
        },
    ),
}

AZURE: Final[dict[str, Reader]] = under(
    ("service.beta.kubernetes.io/azure-",),
    {
        "load-balancer-ipv4": addresses(),
        "load-balancer-ipv6": addresses(),
        "additional-public-ips": addresses(),
        "pip-name": names(whole),
        "pip-name-ipv6": names(whole),
        "pip-prefix-id": names(whole),
        "pip-prefix-id-ipv6": names(whole),
        "load-balancer-resource-group": names(whole),
        "load-balancer-configurations": names(),
        "load-balancer-internal-subnet": names(whole),
        "dns-label-name": names(whole),
        "pls-ip-configuration-subnet": names(whole),
        "pls-ip-configuration-ip-address": addresses(words),
        # Whether the packets keep the address, not which.
        "disable-load-balancer-floating-ip": nothing,
    },
)

GOOGLE: Final[dict[str, Reader]] = {
    "networking.gke.io/load-balancer-ip-addresses": names(),
    "networking.gke.io/load-balancer-subnet": names(whole),
    "networking.gke.io/internal-load-balancer-subnet": names(whole),
    "kubernetes.io/ingress.global-static-ip-name": names(),
    "kubernetes.io/ingress.regional-static-ip-name": names(),
}

OPENSTACK: Final[dict[str, Reader]] = under(
    ("loadbalancer.openstack.org/",),
    {
        "port-id": names(),
        "network-id": names(),
        "subnet-id": names(),
        "member-subnet-id": names(),
        "floating-network-id": names(),
        "floating-subnet": names(whole),
        "floating-subnet-id": names(),
        "floating-subnet-tag": names(whole),
        "floating-subnet-tags": names(whole),
        "class": classes,
        "load-balancer-id": NOTED,
        "load-balancer-address": addresses(source=ClaimSource.RECORD),
        "keep-floatingip": setting("keeps the address when the Service has gone", only=TRUTHY),
    },
)

HETZNER: Final[dict[str, Reader]] = under(
    ("load-balancer.hetzner.cloud/",),
    {
        "private-ipv4": addresses(),
        "private-subnet-ip-range": ranges(),
        "subnet-ip-range": ranges(),
        "name": names(whole),
        # Read by nobody: the controller writes what it was given.
        **dict.fromkeys(("id", "ipv4", "ipv6"), nothing),
    },
)

ASIA: Final[dict[str, Reader]] = {
    **under(
        (
            "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-",
            "service.beta.kubernetes.io/alicloud-loadbalancer-",
        ),
        {
            "id": names(whole),
            "ip": addresses(),
            "vswitch-id": names(),
            "vgroup-port": names(),
            "zone-maps": names(),
            "bandwidth-package-id": names(whole),
        },
    ),
    **under(
        ("kubernetes.io/elb.",),
        {
            "id": NOTED,
            "ip": addresses(source=ClaimSource.RECORD),
            "eip-id": names(whole),
            "custom-eip-id": names(whole),
            "subnet-id": names(whole),
        },
    ),
    **spelled(
        {
            (
                "service.kubernetes.io/tke-existed-lbid",
                "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
                "service.kubernetes.io/service.extensiveParameters",
                "kubernetes.io/ingress.existLbId",
                "kubernetes.io/ingress.subnetId",
                "kubernetes.io/ingress.extensiveParameters",
            ): names(whole),
            (
                "service.kubernetes.io/loadbalance-id",
                "service.beta.kubernetes.io/cce-load-balancer-id",
            ): NOTED,
        }
    ),
}

EUROPE_AND_AMERICA: Final[dict[str, Reader]] = {
    **under(
        BETA,
        {
            "do-loadbalancer-id": NOTED,
            # Its controller takes over whatever load balancer has this name.
            "do-loadbalancer-name": names(whole),
            "scw-loadbalancer-id": NOTED,
            "scw-loadbalancer-ip-ids": names(),
            "scw-loadbalancer-private-network-ids": names(),
            "scw-loadbalancer-pn-ids": names(),
            "linode-loadbalancer-reserved-ipv4": addresses(),
            "linode-loadbalancer-nodebalancer-id": names(whole),
            "linode-loadbalancer-backend-ipv4-range": ranges(),
            "linode-loadbalancer-frontend-ipv4-range": ranges(),
            "linode-loadbalancer-frontend-ipv6-range": ranges(),
            "linode-loadbalancer-backend-vpc-name": names(whole),
            "linode-loadbalancer-backend-subnet-name": names(whole),
            "linode-loadbalancer-backend-subnet-id": names(whole),
            "linode-loadbalancer-frontend-vpc-name": names(whole),
            "linode-loadbalancer-frontend-subnet-name": names(whole),
            "linode-loadbalancer-frontend-subnet-id": names(whole),
            "oci-load-balancer-subnet1": names(whole),
            "oci-load-balancer-subnet2": names(whole),
            "exoscale-loadbalancer-id": NOTED,
            # Of a load balancer that stands already, a name is enough.
            "exoscale-loadbalancer-external": setting(
                "takes over a load balancer that stands already", only=TRUTHY
            ),
            "vultr-loadbalancer-id": NOTED,
            # Whether it is put into the network of its node, not into which.
            "vultr-loadbalancer-vpc": nothing,
            "vultr-loadbalancer-private-network": nothing,
            "upcloud-load-balancer-id": NOTED,
            "brightbox-load-balancer-cloudip-allocations": names(),
        },
    ),
    "kubernetes.digitalocean.com/load-balancer-id": NOTED,
    "kubernetes.vultr.com/load-balancer-id": NOTED,
    "kubernetes.civo.com/loadbalancer-id": NOTED,
    "kubernetes.civo.com/ipv4-address": names(whole),
    **under(
        ("k8s.cloudscale.ch/loadbalancer-",),
        {
            "uuid": NOTED,
            # Without an id its controller goes by this.
            "name": names(whole),
            "floating-ips": ranges(json_list),
            "vip-addresses": names(whole),
        },
    ),
    "oci.oraclecloud.com/reserved-ips": names(),
    "oci-network-load-balancer.oraclecloud.com/subnet": names(whole),
    "oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4": addresses(),
    "oci-network-load-balancer.oraclecloud.com/assigned-ipv6": addresses(),
    **under(
        ("service.kubernetes.io/ibm-load-balancer-cloud-provider-",),
        {"vlan": names(whole), "vpc-subnets": names(), "vpc-lb-name": names(whole)},
    ),
    **spelled(
        {
            (
                "lb.stackit.cloud/external-address",
                "yawol.stackit.cloud/existingFloatingIP",
                "yandex.cpi.flant.com/listener-address-ipv4",
            ): addresses(),
            (
                "lb.stackit.cloud/listener-network",
                "yandex.cpi.flant.com/listener-subnet-id",
                "yandex.cpi.flant.com/target-group-network-id",
            ): names(whole),
        }
    ),
}

CLOUDS: Final[dict[str, Reader]] = {
    **AWS,
    **AZURE,
    **GOOGLE,
    **OPENSTACK,
    **HETZNER,
    **ASIA,
    **EUROPE_AND_AMERICA,
}
