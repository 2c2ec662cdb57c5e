"""Load balancers of one's own machines: MetalLB, Cilium, kube-vip, Calico and others."""

from typing import Final

from aup.facts.annotations.keys import Reader, spelled, under
from aup.facts.annotations.readers import (
    TRUTHY,
    addresses,
    json_list,
    names,
    nothing,
    pools,
    setting,
    whole,
)
from aup.facts.annotations.sharing import sharing_key, sharing_namespaces, sharing_service
from aup.facts.model import ClaimSource, Reach

METALLB: Final[dict[str, Reader]] = under(
    ("metallb.io/", "metallb.universe.tf/"),
    {
        "loadBalancerIPs": addresses(),
        "address-pool": pools(whole),
        "allow-shared-ip": sharing_key,
        "ip-allocated-from-pool": nothing,
    },
)

CILIUM: Final[dict[str, Reader]] = spelled(
    {
        ("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"): addresses(),
        ("lbipam.cilium.io/sharing-key", "io.cilium/lb-ipam-sharing-key"): nothing,
        (
            "lbipam.cilium.io/sharing-cross-namespace",
            "io.cilium/lb-ipam-sharing-cross-namespace",
        ): sharing_namespaces,
        (
            "lbipam.cilium.io/sharing-permit-different-pods",
            "io.cilium/lb-ipam-sharing-permit-different-pods",
        ): nothing,
        ("service.cilium.io/global", "io.cilium/global-service"): setting(
            "joins the Service of this name in other clusters", only=TRUTHY
        ),
        ("service.cilium.io/shared", "io.cilium/shared-service"): setting(
            "gives the endpoints to other clusters", only=TRUTHY
        ),
        ("service.cilium.io/global-sync-endpoint-slices",): setting(
            "takes endpoints over from other clusters", only=TRUTHY
        ),
        ("service.cilium.io/type",): setting("chooses what each node opens for the Service"),
        ("service.cilium.io/src-ranges-policy",): setting(
            "turns loadBalancerSourceRanges into the sources that are shut out",
            only=frozenset({"deny"}),
        ),
        ("service.cilium.io/node", "service.cilium.io/node-selector"): setting(
            "chooses the nodes that forward the Service"
        ),
        ("service.cilium.io/proxy-delegation",): setting(
            "hands packets to a proxy on the node", only=frozenset({"delegate-if-local"})
        ),
    }
)

KUBE_VIP: Final[dict[str, Reader]] = under(
    ("kube-vip.io/",),
    {
        # 0.0.0.0 is a lease by DHCP, of whatever address: nobody has assigned it.
        "loadbalancerIPs": addresses(),
        "requestedIP": addresses(whole, ClaimSource.RECORD),
        "hwaddr": setting("chooses a hardware address", source=ClaimSource.RECORD),
        "serviceInterface": setting("chooses an interface of the node"),
        "serviceVLAN": setting("chooses a VLAN of the provider's network"),
        "macvlanName": setting("chooses an interface of the node"),
        "rp_filter": setting("changes the node's check of source addresses", Reach.SPOOFING),
        "egress": setting("sends the pods' traffic out under this address", only=TRUTHY),
        "flush-conntrack": setting("cuts connections on the node", only=TRUTHY),
        "forwardUPNP": setting("opens ports on the provider's router", only=TRUTHY),
        "ignore-service-security": setting(
            "answers on ports that the Service does not name", only=TRUTHY
        ),
        "leaseName": setting("chooses who answers for other Services, too"),
        "ddns": setting("registers a name with the provider's DHCP server", only=TRUTHY),
        # What kube-vip notes for itself.
        **dict.fromkeys(("egress-nftables-table", "vipHost"), nothing),
    },
)

CALICO: Final[dict[str, Reader]] = under(
    ("projectcalico.org/",),
    {
        "loadBalancerIPs": addresses(json_list),
        "ipv4pools": pools(json_list),
        "ipv6pools": pools(json_list),
    },
)

OPENELB: Final[dict[str, Reader]] = under(
    ("eip.openelb.kubesphere.io/", "eip.porter.kubesphere.io/"),
    {"v1alpha1": names(), "v1alpha2": pools(whole)},
)

OTHERS: Final[dict[str, Reader]] = {
    "purelb.io/addresses": addresses(),
    "purelb.io/service-group": pools(),
    "purelb.io/allow-shared-ip": sharing_key,
    "purelb.io/allocated-from": nothing,
    "service.antrea.io/external-ip-pool": pools(whole),
    "service.antrea.io/allow-shared-load-balancer-ip": nothing,
    "loxilb.io/staticIP": addresses(),
    "loxilb.io/secondaryIPs": addresses(),
    "loxilb.io/poolSelect": pools(),
    "loxilb.io/poolSelectSecondary": pools(),
    "loxilb.io/multus-nets": names(),
    "loxilb.io/egress": setting("sends the pods' traffic out under this address"),
    "kube-router.io/service.dsr": setting("answers past the node, under the Service's address"),
    "ovn.kubernetes.io/switch_lb_vip": addresses(),
    "ovn.kubernetes.io/service_external_ip_from_subnet": pools(whole),
    "ovn.kubernetes.io/attachmentprovider": names(whole),
    "cloudprovider.harvesterhci.io/ipam": setting(
        "takes whatever address DHCP gives", only=frozenset({"dhcp"})
    ),
    "cloudprovider.harvesterhci.io/primary-service": sharing_service,
    "ako.vmware.com/load-balancer-ip": addresses(),
    "ako.vmware.com/enable-shared-vip": sharing_key,
    "ako.vmware.com/l4rule": names(whole),
    "aviinfrasetting.ako.vmware.com/name": pools(whole),
    "cis.f5.com/ip": addresses(),
    "cis.f5.com/ipamLabel": pools(whole),
    "virtual-server.f5.com/ip": addresses(),
    "service.citrix.com/frontend-ip": addresses(),
    "ingress.citrix.com/frontend-ip": addresses(),
    "service.citrix.com/ipam-range": pools(whole),
    "ingress.citrix.com/ipam-range": pools(whole),
}

METAL: Final[dict[str, Reader]] = {
    **METALLB,
    **CILIUM,
    **KUBE_VIP,
    **CALICO,
    **OPENELB,
    **OTHERS,
}

METAL_FAMILIES: Final[dict[str, Reader]] = {
    r"kube-vip\.io/egress-.+": setting("chooses how the pods' traffic leaves the cluster"),
    r"kube-vip\.io/upnp-.+": setting("opens ports on the provider's router"),
    r"kube-router\.io/service\.advertise\..+": setting(
        "announces addresses to routers", only=TRUTHY
    ),
    r"kube-router\.io/(?:bgp|peer|node\.bgp|path-prepend|rr)\b.+": setting(
        "announces addresses to routers"
    ),
    r"service\.antrea\.io/bgp-.+": setting("announces addresses to routers"),
    r"metal\.equinix\.com/bgp-.+": setting("announces addresses to routers"),
}
