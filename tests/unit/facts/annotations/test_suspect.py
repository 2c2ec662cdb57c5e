"""Keys that no table knows: what sounds like an address of a load balancer is taken down."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aup.facts.annotations.exposed import EXPOSED
from aup.facts.model import Subject, UnknownAnnotation
from support.world import Cluster

SUBJECT = Subject("", "Service", "acme-prod", "web")

HARMLESS = """
service.beta.kubernetes.io/load-balancer-source-ranges
service.beta.kubernetes.io/aws-load-balancer- type nlb-target-type name scheme internal
service.beta.kubernetes.io/aws-load-balancer- proxy-protocol proxy-protocol-per-target-group
service.beta.kubernetes.io/aws-load-balancer- ip-address-type access-log-enabled backend-protocol
service.beta.kubernetes.io/aws-load-balancer- access-log-s3-bucket-name access-log-s3-bucket-prefix
service.beta.kubernetes.io/aws-load-balancer- cross-zone-load-balancing-enabled ssl-cert ssl-ports
service.beta.kubernetes.io/aws-load-balancer- ssl-negotiation-policy additional-resource-tags
service.beta.kubernetes.io/aws-load-balancer- healthcheck-healthy-threshold healthcheck-timeout
service.beta.kubernetes.io/aws-load-balancer- healthcheck-port healthcheck-success-codes attributes
service.beta.kubernetes.io/aws-load-balancer- target-group-attributes alpn-policy target-node-labels
service.beta.kubernetes.io/aws-load-balancer- security-groups extra-security-groups disable-nlb-sg
service.beta.kubernetes.io/aws-load-balancer- manage-backend-security-group-rules
service.beta.kubernetes.io/aws-load-balancer- inbound-sg-rules-on-private-link-traffic
service.beta.kubernetes.io/aws-load-balancer- listener-attributes.TCP-80 multi-cluster-target-group
service.beta.kubernetes.io/aws-load-balancer- enable-prefix-for-ipv6-source-nat quic-enabled-ports
service.beta.kubernetes.io/aws-load-balancer- minimum-load-balancer-capacity
service.kubernetes.io/aws-load-balancer- type scheme healthcheck-port connection-idle-timeout
alb.ingress.kubernetes.io/ load-balancer-name group.order tags ip-address-type scheme listen-ports
alb.ingress.kubernetes.io/ load-balancer-attributes wafv2-acl-arn security-groups certificate-arn
alb.ingress.kubernetes.io/ frontend-nlb-scheme frontend-nlb-security-groups frontend-nlb-tags
alb.ingress.kubernetes.io/ frontend-nlb-healthcheck-port frontend-nlb-listener-port-mapping
alb.ingress.kubernetes.io/ enable-frontend-nlb minimum-load-balancer-capacity inbound-cidrs
service.beta.kubernetes.io/azure- load-balancer-internal load-balancer-mode shared-securityrule
service.beta.kubernetes.io/azure- load-balancer-tcp-idle-timeout allowed-service-tags pip-tags
service.beta.kubernetes.io/azure- deny-all-except-load-balancer-source-ranges pip-ip-tags
service.beta.kubernetes.io/azure- load-balancer-enable-high-availability-ports pls-create
service.beta.kubernetes.io/azure- load-balancer-health-probe-num-of-probe pls-proxy-protocol
service.beta.kubernetes.io/azure- disable-load-balancer-floating-ip load-balancer-disable-tcp-reset
service.beta.kubernetes.io/port_443_health-probe_protocol
load-balancer.hetzner.cloud/ ipv6-disabled disable-public-network disable-private-ingress location
load-balancer.hetzner.cloud/ use-private-ip protocol algorithm-type type network-zone node-selector
load-balancer.hetzner.cloud/ uses-proxyprotocol http-cookie-name http-cookie-lifetime
load-balancer.hetzner.cloud/ certificate-type http-certificates http-managed-certificate-name
load-balancer.hetzner.cloud/ http-redirect-http http-sticky-sessions health-check-port
load-balancer.hetzner.cloud/ health-check-http-domain http-status-codes
loadbalancer.openstack.org/ connection-limit proxy-protocol timeout-client-data flavor-id
loadbalancer.openstack.org/ timeout-member-connect timeout-tcp-inspect x-forwarded-for
loadbalancer.openstack.org/ availability-zone enable-health-monitor health-monitor-max-retries-down
loadbalancer.openstack.org/ default-tls-container-ref node-selector
service.beta.kubernetes.io/openstack-internal-load-balancer
service.beta.kubernetes.io/do-loadbalancer- protocol healthcheck-port http-ports tls-ports
service.beta.kubernetes.io/do-loadbalancer- tls-passthrough certificate-id algorithm size-unit
service.beta.kubernetes.io/do-loadbalancer- sticky-sessions-cookie-name redirect-http-to-https
service.beta.kubernetes.io/do-loadbalancer- disable-lets-encrypt-dns-records allow-rules type
service.beta.kubernetes.io/do-loadbalancer- enable-backend-keepalive disown network network-stack
service.beta.kubernetes.io/scw-loadbalancer- forward-port-algorithm health-check-delay zone private
service.beta.kubernetes.io/scw-loadbalancer- proxy-protocol-v2 on-marked-down-action certificate-ids
service.beta.kubernetes.io/scw-loadbalancer- force-internal-ip use-hostname redispatch-attempt-count
service.beta.kubernetes.io/scw-loadbalancer- ip-mode connection-rate-limit externally-managed
service.beta.kubernetes.io/linode-loadbalancer- throttle default-protocol port-443 check-type tags
service.beta.kubernetes.io/linode-loadbalancer- check-body preserve firewall-id
service.beta.kubernetes.io/linode-loadbalancer- nodebalancer-type enable-ipv6-ingress udp-check-port
service.beta.kubernetes.io/oci-load-balancer- shape shape-flex-min internal ssl-ports tls-secret
service.beta.kubernetes.io/oci-load-balancer- connection-idle-timeout security-list-management-mode
service.beta.kubernetes.io/exoscale-loadbalancer- description zone name service-name
service.beta.kubernetes.io/exoscale-loadbalancer- service-instancepool-id service-strategy
service.beta.kubernetes.io/vultr-loadbalancer- protocol https-ports ssl label algorithm node-count
service.beta.kubernetes.io/vultr-loadbalancer- vpc private-network
service.beta.kubernetes.io/upcloud-load-balancer- config name
service.beta.kubernetes.io/alibaba-cloud-loadbalancer- protocol-port address-type charge-type spec
service.beta.kubernetes.io/alibaba-cloud-loadbalancer- bandwidth cert-id health-check-flag name
service.beta.kubernetes.io/alibaba-cloud-loadbalancer- master-zoneid delete-protection acl-status
service.beta.kubernetes.io/alibaba-cloud-loadbalancer- persistence-timeout ip-version scheduler
service.beta.kubernetes.io/alicloud-loadbalancer- cert-id name acl-id resource-group-id
service.beta.kubernetes.io/cloudstack-load-balancer- proxy-protocol source-cidrs
service.beta.kubernetes.io/cloudstack-load-balancer- ip-associated-by-controller
oci.oraclecloud.com/ load-balancer-type loadbalancer-policy oci-network-security-groups
oci-network-load-balancer.oraclecloud.com/ is-preserve-source internal backend-policy freeform-tags
oci-network-load-balancer.oraclecloud.com/ node-label-selector external-ip-only
networking.gke.io/ load-balancer-type internal-load-balancer-allow-global-access
cloud.google.com/ load-balancer-type l4-rbs neg backend-config
kubernetes.io/elb. class autocreate lb-algorithm session-affinity-mode health-check-flag keep-eip
service.cilium.io/ lb-algorithm forwarding-mode affinity
io.cilium/ service-affinity
ingress.cilium.io/ loadbalancer-mode loadbalancer-class
lb.kubesphere.io/ v1alpha1
protocol.openelb.kubesphere.io/ v1alpha1
loxilb.io/ lbmode liveness ipam probetype timeout epselect
metal.equinix.com/ eip-metro eip-facility
nginx.ingress.kubernetes.io/ load-balance rewrite-target upstream-hash-by
nginx.org/ lb-method
haproxy.org/ load-balance
zalando.org/ aws-load-balancer-shared aws-load-balancer-ssl-policy
ingress.kubernetes.io/ static-ip forwarding-rule load-balancing
elbv2.k8s.aws/ checkpoint checkpoint-timestamp
haproxy-ingress.github.io/ balance-algorithm
traefik.ingress.kubernetes.io/ service.loadbalancer.server.port service.loadbalancer.sticky.cookie
kubernetes.civo.com/ loadbalancer-name loadbalancer-algorithm firewall-id
service.kubernetes.io/ibm-load-balancer-cloud-provider- ip-type enable-features zone
service.kubernetes.io/ibm-load-balancer-cloud-provider- vpc-node-selector vpc-health-check-udp
service.kubernetes.io/qcloud-loadbalancer- backends-label internet-charge-type
yawol.stackit.cloud/ internalLB replicas tcpProxyProtocol
kube-vip.io/ ignore active-endpoint
purelb.io/ allocated-by
kube-router.io/ service.scheduler service.hairpin service.local
acme.example/ recipient clip private-key statically publication albums vipers
"""
"""Prefixes with what stands behind them: of controllers, and words that only look alike."""

SUSPECT = """
acme.example/ load-balancer-ip floating-ip vip lb-ipam-address eip eip-id static-ip-name
acme.example/ reserved-ips loadBalancerIP vipAddress load-balancer-subnet-id floatingIP elb
acme.example/ internal-load-balancer-ip publicIP load-balancer-address load-balancer-pool
acme.example/ externalIP load-balancer load-balancer-port-id requestedEIP nlb-address lbipam-ips
loadbalancer.example.com/ ip
vip.acme.example/ address
my-lb.acme.example/ requested-ip
service.beta.kubernetes.io/aws-load-balancer- ipv4-addresses new-eip-allocation-ids
"""


def keys(text: str) -> list[str]:
    """Return keys out of lines that begin with a prefix, or are a key."""
    lines = [line.split() for line in text.strip().splitlines()]
    return [p + n for p, *names in lines for n in (names or [""])]


def unknown(key: str) -> bool:
    """Tell whether a key is taken down."""
    found = EXPOSED.read({key: "x"}, "metadata.annotations", SUBJECT, Cluster())
    return any(isinstance(leaf, UnknownAnnotation) for leaf in found)


@pytest.mark.parametrize("key", keys(HARMLESS))
def test_what_settles_how_a_load_balancer_works_is_harmless(key: str) -> None:
    assert not unknown(key)


@pytest.mark.parametrize("key", keys(SUSPECT))
def test_what_may_ask_for_an_address_is_taken_down(key: str) -> None:
    assert unknown(key)


def test_the_part_before_the_slash_does_not_make_a_key_harmless() -> None:
    assert unknown("timeout.health.example/load-balancer-ip")


@given(st.from_regex(re.compile(r"[a-z0-9.]{1,40}/[A-Za-z0-9._-]{1,63}"), fullmatch=True))
def test_any_key_is_looked_up(key: str) -> None:
    assert unknown(key) in {True, False}
