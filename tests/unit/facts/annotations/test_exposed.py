"""The tables of annotations: every key of every controller is read as what it is.

Written out here once more, so that a key that is lost from a table is missed.
"""

import pytest

from aup.facts.annotations.clouds import CLOUDS
from aup.facts.annotations.exposed import EXPOSED, LABELLED
from aup.facts.annotations.metal import METAL
from aup.facts.claims import Leaf
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    NamedClaim,
    PlatformSetting,
    Reach,
    SharingClaim,
    Subject,
    Topic,
)
from support.world import Cluster

SUBJECT = Subject("", "Service", "acme-prod", "web")


def keys(text: str) -> tuple[str, ...]:
    """Return keys out of lines that begin with a prefix."""
    lines = (line.split() for line in text.strip().splitlines())
    return tuple(prefix + name for prefix, *names in lines for name in names)


def read(key: str, value: object) -> list[Leaf]:
    return list(EXPOSED.read({key: value}, "metadata.annotations", SUBJECT, Cluster()))


ADDRESSES = keys(
    """
    ako.vmware.com/ load-balancer-ip
    cis.f5.com/ ip
    ingress.citrix.com/ frontend-ip
    io.cilium/ lb-ipam-ips
    kube-vip.io/ loadbalancerIPs requestedIP
    kubernetes.io/ elb.ip
    lb.stackit.cloud/ external-address
    lbipam.cilium.io/ ips
    load-balancer.hetzner.cloud/ private-ipv4
    loadbalancer.openstack.org/ load-balancer-address
    loxilb.io/ secondaryIPs staticIP
    metallb.io/ loadBalancerIPs
    metallb.universe.tf/ loadBalancerIPs
    oci-network-load-balancer.oraclecloud.com/ assigned-ipv6 assigned-private-ipv4
    ovn.kubernetes.io/ switch_lb_vip
    purelb.io/ addresses
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-ip alicloud-loadbalancer-ip
    service.beta.kubernetes.io/ aws-load-balancer-ipv6-addresses
    service.beta.kubernetes.io/ aws-load-balancer-private-ipv4-addresses
    service.beta.kubernetes.io/ azure-additional-public-ips azure-load-balancer-ipv4
    service.beta.kubernetes.io/ azure-load-balancer-ipv6 azure-pls-ip-configuration-ip-address
    service.beta.kubernetes.io/ linode-loadbalancer-reserved-ipv4
    service.citrix.com/ frontend-ip
    service.kubernetes.io/ aws-load-balancer-ipv6-addresses
    service.kubernetes.io/ aws-load-balancer-private-ipv4-addresses
    virtual-server.f5.com/ ip
    yandex.cpi.flant.com/ listener-address-ipv4
    yawol.stackit.cloud/ existingFloatingIP
    """
)
"""Read as addresses: one, or several between commas."""
JSON_ADDRESSES = keys(
    """
    projectcalico.org/ loadBalancerIPs
    """
)
"""Read as a JSON list of addresses."""
NETWORKS = keys(
    """
    k8s.cloudscale.ch/ loadbalancer-floating-ips
    load-balancer.hetzner.cloud/ private-subnet-ip-range subnet-ip-range
    service.beta.kubernetes.io/ aws-load-balancer-source-nat-ipv6-prefixes
    service.beta.kubernetes.io/ linode-loadbalancer-backend-ipv4-range
    service.beta.kubernetes.io/ linode-loadbalancer-frontend-ipv4-range
    service.beta.kubernetes.io/ linode-loadbalancer-frontend-ipv6-range
    service.kubernetes.io/ aws-load-balancer-source-nat-ipv6-prefixes
    """
)
"""Read as networks or ranges."""
NAMES = keys(
    """
    ako.vmware.com/ l4rule
    alb.ingress.kubernetes.io/ customer-owned-ipv4-pool frontend-nlb-eip-allocations
    alb.ingress.kubernetes.io/ frontend-nlb-subnets group.name ipam-ipv4-pool-id subnets
    eip.openelb.kubesphere.io/ v1alpha1
    eip.porter.kubesphere.io/ v1alpha1
    k8s.cloudscale.ch/ loadbalancer-name loadbalancer-uuid loadbalancer-vip-addresses
    kubernetes.civo.com/ ipv4-address loadbalancer-id
    kubernetes.digitalocean.com/ load-balancer-id
    kubernetes.io/ elb.custom-eip-id elb.eip-id elb.id elb.subnet-id ingress.existLbId
    kubernetes.io/ ingress.extensiveParameters ingress.global-static-ip-name
    kubernetes.io/ ingress.regional-static-ip-name ingress.subnetId
    kubernetes.vultr.com/ load-balancer-id
    lb.stackit.cloud/ listener-network
    load-balancer.hetzner.cloud/ name
    loadbalancer.openstack.org/ floating-network-id floating-subnet floating-subnet-id
    loadbalancer.openstack.org/ floating-subnet-tag floating-subnet-tags load-balancer-id
    loadbalancer.openstack.org/ member-subnet-id network-id port-id subnet-id
    loxilb.io/ multus-nets
    networking.gke.io/ internal-load-balancer-subnet load-balancer-ip-addresses
    networking.gke.io/ load-balancer-subnet
    oci-network-load-balancer.oraclecloud.com/ subnet
    oci.oraclecloud.com/ reserved-ips
    ovn.kubernetes.io/ attachmentprovider
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-bandwidth-package-id
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-id
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-vgroup-port
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-vswitch-id
    service.beta.kubernetes.io/ alibaba-cloud-loadbalancer-zone-maps
    service.beta.kubernetes.io/ alicloud-loadbalancer-bandwidth-package-id
    service.beta.kubernetes.io/ alicloud-loadbalancer-id alicloud-loadbalancer-vgroup-port
    service.beta.kubernetes.io/ alicloud-loadbalancer-vswitch-id alicloud-loadbalancer-zone-maps
    service.beta.kubernetes.io/ aws-load-balancer-eip-allocations
    service.beta.kubernetes.io/ aws-load-balancer-eip-allocations-discovery-tags
    service.beta.kubernetes.io/ aws-load-balancer-subnets azure-dns-label-name
    service.beta.kubernetes.io/ azure-load-balancer-configurations
    service.beta.kubernetes.io/ azure-load-balancer-internal-subnet
    service.beta.kubernetes.io/ azure-load-balancer-resource-group azure-pip-name
    service.beta.kubernetes.io/ azure-pip-name-ipv6 azure-pip-prefix-id azure-pip-prefix-id-ipv6
    service.beta.kubernetes.io/ azure-pls-ip-configuration-subnet do-loadbalancer-id
    service.beta.kubernetes.io/ brightbox-load-balancer-cloudip-allocations
    service.beta.kubernetes.io/ cce-load-balancer-id
    service.beta.kubernetes.io/ do-loadbalancer-name exoscale-loadbalancer-id
    service.beta.kubernetes.io/ linode-loadbalancer-backend-subnet-id
    service.beta.kubernetes.io/ linode-loadbalancer-backend-subnet-name
    service.beta.kubernetes.io/ linode-loadbalancer-backend-vpc-name
    service.beta.kubernetes.io/ linode-loadbalancer-frontend-subnet-id
    service.beta.kubernetes.io/ linode-loadbalancer-frontend-subnet-name
    service.beta.kubernetes.io/ linode-loadbalancer-frontend-vpc-name
    service.beta.kubernetes.io/ linode-loadbalancer-nodebalancer-id oci-load-balancer-subnet1
    service.beta.kubernetes.io/ oci-load-balancer-subnet2 scw-loadbalancer-id
    service.beta.kubernetes.io/ scw-loadbalancer-ip-ids scw-loadbalancer-pn-ids
    service.beta.kubernetes.io/ scw-loadbalancer-private-network-ids upcloud-load-balancer-id
    service.beta.kubernetes.io/ vultr-loadbalancer-id
    service.kubernetes.io/ aws-load-balancer-eip-allocations
    service.kubernetes.io/ aws-load-balancer-eip-allocations-discovery-tags
    service.kubernetes.io/ aws-load-balancer-subnets ibm-load-balancer-cloud-provider-vlan
    service.kubernetes.io/ ibm-load-balancer-cloud-provider-vpc-lb-name
    service.kubernetes.io/ ibm-load-balancer-cloud-provider-vpc-subnets loadbalance-id
    service.kubernetes.io/ qcloud-loadbalancer-internal-subnetid service.extensiveParameters
    service.kubernetes.io/ tke-existed-lbid
    yandex.cpi.flant.com/ listener-subnet-id target-group-network-id
    """
)
"""Read as a provider's names, which only it can resolve."""
POOLS = keys(
    """
    aviinfrasetting.ako.vmware.com/ name
    cis.f5.com/ ipamLabel
    eip.openelb.kubesphere.io/ v1alpha2
    eip.porter.kubesphere.io/ v1alpha2
    ingress.citrix.com/ ipam-range
    loxilb.io/ poolSelect poolSelectSecondary
    metallb.io/ address-pool
    metallb.universe.tf/ address-pool
    ovn.kubernetes.io/ service_external_ip_from_subnet
    projectcalico.org/ ipv4pools ipv6pools
    purelb.io/ service-group
    service.antrea.io/ external-ip-pool
    service.citrix.com/ ipam-range
    """
)
"""Read as pools."""
CLASSES = keys(
    """
    loadbalancer.openstack.org/ class
    """
)
"""Read as classes of load balancers."""
SHARING = keys(
    """
    ako.vmware.com/ enable-shared-vip
    cloudprovider.harvesterhci.io/ primary-service
    io.cilium/ lb-ipam-sharing-cross-namespace
    lbipam.cilium.io/ sharing-cross-namespace
    metallb.io/ allow-shared-ip
    metallb.universe.tf/ allow-shared-ip
    purelb.io/ allow-shared-ip
    """
)
"""Read as whom an address is shared with."""
SETTINGS = keys(
    """
    cloudprovider.harvesterhci.io/ ipam
    io.cilium/ global-service shared-service
    kube-router.io/ service.dsr
    kube-vip.io/ ddns egress flush-conntrack forwardUPNP hwaddr ignore-service-security leaseName
    kube-vip.io/ macvlanName rp_filter serviceInterface serviceVLAN
    loadbalancer.openstack.org/ keep-floatingip
    loxilb.io/ egress
    service.beta.kubernetes.io/ exoscale-loadbalancer-external
    service.cilium.io/ global global-sync-endpoint-slices node node-selector proxy-delegation
    service.cilium.io/ shared src-ranges-policy type
    """
)
"""Read as settings of the platform's."""
QUIET = keys(
    """
    io.cilium/ lb-ipam-sharing-key lb-ipam-sharing-permit-different-pods
    kube-vip.io/ egress-nftables-table vipHost
    lbipam.cilium.io/ sharing-key sharing-permit-different-pods
    load-balancer.hetzner.cloud/ id ipv4 ipv6
    metallb.io/ ip-allocated-from-pool
    metallb.universe.tf/ ip-allocated-from-pool
    purelb.io/ allocated-from
    service.antrea.io/ allow-shared-load-balancer-ip
    service.beta.kubernetes.io/ azure-disable-load-balancer-floating-ip
    service.beta.kubernetes.io/ vultr-loadbalancer-private-network vultr-loadbalancer-vpc
    """
)
"""Known to claim nothing."""
FAMILIES = keys(
    """
    kube-vip.io/ egress-internal egress-allowed-networks egress-denied-networks upnp-lease-duration
    kube-router.io/ service.advertise.clusterip service.advertise.loadbalancerip bgp-communities
    kube-router.io/ bgp-local-addresses peer.ips peer.asns node.bgp.customimportreject rr.client
    kube-router.io/ path-prepend.as path-prepend.repeat-n
    service.antrea.io/ bgp-med bgp-med-mode
    metal.equinix.com/ bgp-peers-0-peer-ip
    """
)
"""Read as settings of the platform's by what they begin with."""
NOTED = keys(
    """
    k8s.cloudscale.ch/ loadbalancer-uuid
    kube-vip.io/ requestedIP hwaddr
    kubernetes.civo.com/ loadbalancer-id
    kubernetes.digitalocean.com/ load-balancer-id
    kubernetes.io/elb. id ip
    kubernetes.vultr.com/ load-balancer-id
    loadbalancer.openstack.org/ load-balancer-id load-balancer-address
    service.beta.kubernetes.io/ cce-load-balancer-id do-loadbalancer-id exoscale-loadbalancer-id
    service.beta.kubernetes.io/ scw-loadbalancer-id
    service.beta.kubernetes.io/ upcloud-load-balancer-id vultr-loadbalancer-id
    service.kubernetes.io/ loadbalance-id
    """
)
"""Written by their controllers, which must go on to be able to."""


@pytest.mark.parametrize("key", ADDRESSES)
def test_an_address_is_claimed(key: str) -> None:
    (claim,) = read(key, "203.0.113.9")
    assert isinstance(claim, AddressClaim)
    assert (str(claim.address), claim.path) == ("203.0.113.9", f'metadata.annotations["{key}"]')


@pytest.mark.parametrize("key", JSON_ADDRESSES)
def test_addresses_in_json_are_claimed(key: str) -> None:
    found = read(key, '["203.0.113.9", "2001:db8:b::9"]')
    assert [str(claim.address) for claim in found if isinstance(claim, AddressClaim)] == [
        "203.0.113.9",
        "2001:db8:b::9",
    ]


@pytest.mark.parametrize("key", NETWORKS)
def test_a_network_is_claimed_as_a_whole(key: str) -> None:
    (claim,) = read(key, "203.0.113.0/24")
    assert isinstance(claim, AddressClaim)
    assert [str(network) for network in claim.networks] == ["203.0.113.0/24"]


@pytest.mark.parametrize("key", NAMES)
def test_a_name_is_opaque(key: str) -> None:
    (claim,) = read(key, "beta-edge")
    assert isinstance(claim, AddressClaim)
    assert (claim.text, claim.opaque) == ("beta-edge", True)


@pytest.mark.parametrize("key", POOLS)
def test_a_pool_is_named(key: str) -> None:
    value = '["beta"]' if key.startswith("projectcalico.org/") else "beta"
    assert read(key, value) == [NamedClaim("beta", f'metadata.annotations["{key}"]', Topic.POOL)]


@pytest.mark.parametrize("key", CLASSES)
def test_a_class_is_named(key: str) -> None:
    assert read(key, "x") == [NamedClaim("x", f'metadata.annotations["{key}"]', Topic.CLASS)]


@pytest.mark.parametrize("key", SHARING)
def test_sharing_with_another_namespace_is_seen(key: str) -> None:
    value = "beta-prod" if key.endswith("-namespace") else "beta-prod/web"
    (claim,) = read(key, value)
    assert isinstance(claim, SharingClaim)
    assert [reference.owner for reference in claim.with_namespaces] == ["beta"]


@pytest.mark.parametrize("key", [*SETTINGS, *FAMILIES])
def test_a_setting_of_the_platform_is_seen(key: str) -> None:
    found = [leaf for value in DOING for leaf in read(key, value)]
    assert found
    reach = Reach.SPOOFING if key.endswith("rp_filter") else Reach.ROUTING
    for setting in found:
        assert isinstance(setting, PlatformSetting)
        assert (setting.key, setting.reach) == (key, reach)


DOING = ("true", "deny", "dhcp", "delegate-if-local")
"""What one setting or another must be to do anything."""


@pytest.mark.parametrize("key", QUIET)
def test_what_is_known_to_claim_nothing_claims_nothing(key: str) -> None:
    assert read(key, "203.0.113.9") == []


@pytest.mark.parametrize("key", sorted({**METAL, **CLOUDS}))
def test_only_what_controllers_write_themselves_is_a_record(key: str) -> None:
    sources = {getattr(leaf, "source", None) for leaf in read(key, "203.0.113.9")}
    assert (ClaimSource.RECORD in sources) is (key in NOTED)


def test_every_key_of_the_tables_is_written_out_here() -> None:
    here = (
        *(*ADDRESSES, *JSON_ADDRESSES, *NETWORKS, *NAMES, *POOLS, *CLASSES),
        *(*SHARING, *SETTINGS, *QUIET),
    )
    assert len(here) == len(set(here))
    assert set(here) == {*METAL, *CLOUDS}


def test_labels_choose_nodes_as_annotations_do() -> None:
    for key in ("service.cilium.io/node", "service.cilium.io/node-selector"):
        (found,) = LABELLED.read({key: "edge"}, "metadata.labels", SUBJECT, Cluster())
        assert isinstance(found, PlatformSetting)
        assert found.path == f'metadata.labels["{key}"]'
    assert not LABELLED.knows("lbipam.cilium.io/ips")
