"""Keys that look like a load balancer's and that no table knows, and those that need no table."""

from typing import Final

from aup.facts.annotations.keys import Reader
from aup.facts.annotations.readers import nothing, unknown

_SUSPECT_WORDS: Final = (
    r"[Ll]oad-?[Bb]alancer",
    r"[Ll][Bb]-?(?:ipam|IPAM)",
    r"(?<![A-Za-z])(?:eip|EIP|vip|VIP|[en]?lb|[EN]?LB)s?(?![a-z])",
    r"(?:Eip|EIP|Vip|VIP)(?![a-z])",
    r"(?<![A-Za-z])[Ff]loating",
    r"(?:[Ss]tatic|[Rr]eserved|[Ee]lastic|[Ee]xternal|[Pp]ublic)-?(?:ip|IP|Ip)(?![a-z]{2})",
)
"""By these an address of the provider's is asked for, or a load balancer is spoken of."""

_HARMLESS_WORDS: Final = (
    *("acl", "affinity", "algorithm", "allow", "attempts", "attributes", "auth", "availability"),
    *("backend", "bandwidth", "billing", "capacity", "cert", "charge", "check", "class"),
    *("connection", "cookie", "cross-zone", "delete", "deny", "description", "direct-access"),
    *("disable", "draining", "enable", "enforce", "exclude", "featur", "firewall", "flavor"),
    *("force", "forward", "global-access", "health", "hostname", "http", "icmp", "idle"),
    *("inbound", "internal", "interval", "ip-address-type", "ip-mode", "ip-type", "ip-version"),
    *("keepalive", "label", "limit", "listener", "location", "log", "manage", "mode"),
    *("modification", "monitor", "mtu", "node-selector", "on-marked", "outbound", "policy"),
    *("port", "preserve", "probe", "protection", "protocol", "proxy", "quic", "redirect"),
    *("redispatch", "region", "replicas", "retries", "rules", "scheduler", "scheme", "secret"),
    *("security", "session", "shape", "size", "source", "spec", "ssl", "sticky", "tag"),
    *("target", "tcp", "throttle", "timeout", "tls", "type", "udp", "url", "waf", "weight", "zone"),
    *("config", "controller", "count", "create", "disown", "ignore", "keep", "method", "metro"),
    *("only", "order", "rbs", "rdns", "stack", "stick", "strategy", "uid"),
)
"""By these it is settled how a load balancer works."""

_CLAIM: Final = (
    r"(?:[-_./](?:ip|eip|vip|subnet|network|pool)|IP|Eip|Vip|Subnet|Network|Pool)"
    r"(?:v[46]|e?s)?(?:-?[iI][dD]s?)?"
    r"|[-_./]port-?ids?|[Aa]ddress(?:es)?|[Aa]llocations?(?:-?[iI]ds?)?|[-_./](?:name|id)"
)
"""Endings by which it is settled under which address one works, whatever stands before."""

HARMLESS: Final = (
    "load-balancer.hetzner.cloud/use-private-ip",
    "load-balancer.hetzner.cloud/disable-public-network",
    "load-balancer.hetzner.cloud/http-cookie-name",
    "load-balancer.hetzner.cloud/http-managed-certificate-name",
    "kubernetes.io/elb.enable-transparent-client-ip",
    "kubernetes.io/elb.l4-flavor-id",
    "kubernetes.io/elb.l7-flavor-id",
    "loadbalancer.openstack.org/flavor-id",
    "alb.ingress.kubernetes.io/load-balancer-name",
    "service.beta.kubernetes.io/aws-load-balancer-name",
    "service.kubernetes.io/aws-load-balancer-name",
    "service.beta.kubernetes.io/aws-load-balancer-access-log-s3-bucket-name",
    "service.kubernetes.io/aws-load-balancer-access-log-s3-bucket-name",
    "kubernetes.io/elb.keep-eip",
    "kubernetes.io/elb.acl-id",
    "kubernetes.io/elb.mark",
    "lb.stackit.cloud/service-plan-id",
    "service.beta.kubernetes.io/cce-load-balancer-rs-max-num",
    "kube-vip.io/dhcp-broadcast",
    "kube-vip.io/active-endpoint",
    "kube-vip.io/active-endpoint-ipv6",
    "lb.kubesphere.io/v1alpha1",
    "service.cilium.io/lb-l7",
    "loxilb.io/ipam",
    "metal.equinix.com/eip-facility",
    "kubernetes.civo.com/loadbalancer-name",
    "zalando.org/aws-load-balancer-shared",
    "ingress.kubernetes.io/static-ip",  # where Google's controller notes what it made
    "service.beta.kubernetes.io/scw-loadbalancer-force-internal-ip",
    "service.beta.kubernetes.io/scw-loadbalancer-private",
    # A web site that answers while all backends are down: a destination.
    "service.beta.kubernetes.io/scw-loadbalancer-failover-host",
    "service.beta.kubernetes.io/ovh-loadbalancer-balance",
    "service.beta.kubernetes.io/osc-load-balancer-access-log-oos-bucket-name",
    "service.beta.kubernetes.io/osc-load-balancer-ingress-address",  # in the status: which kind
    "service.beta.kubernetes.io/osc-load-balancer-instances",
    *(
        f"service.beta.kubernetes.io/{cloud}-loadbalancer-{what}"
        for cloud in ("alibaba-cloud", "alicloud")
        for what in ("name", "cert-id", "resource-group-id", "acl-id", "preserve-client-ip")
    ),
    "service.beta.kubernetes.io/do-loadbalancer-certificate-id",
    "service.beta.kubernetes.io/do-loadbalancer-certificate-name",
    "service.beta.kubernetes.io/do-loadbalancer-network",
    "service.beta.kubernetes.io/do-loadbalancer-sticky-sessions-cookie-name",
    "service.beta.kubernetes.io/linode-loadbalancer-firewall-id",
    "service.beta.kubernetes.io/scw-loadbalancer-sticky-sessions-cookie-name",
    "service.beta.kubernetes.io/exoscale-loadbalancer-name",
    "service.beta.kubernetes.io/exoscale-loadbalancer-service-name",
    "service.beta.kubernetes.io/exoscale-loadbalancer-service-instancepool-id",
    "service.beta.kubernetes.io/upcloud-load-balancer-name",
    "service.beta.kubernetes.io/vultr-loadbalancer-label",
    "service.beta.kubernetes.io/vultr-loadbalancer-sticky-session-cookie-name",
)
"""Keys that end as a claim does and are none."""

_IS_SUSPECT: Final = rf"(?=.*(?:{'|'.join(_SUSPECT_WORDS)}))"

SUSPECT_FAMILIES: Final[dict[str, Reader]] = {
    # The last part of a key says what it does; what stands before the slash says whose it is.
    rf"{_IS_SUSPECT}(?!.*(?:{_CLAIM})\Z)(?i:(?:.*/)?[^/]*(?:{'|'.join(_HARMLESS_WORDS)})[^/]*)": (
        nothing
    ),
    rf"{_IS_SUSPECT}.*": unknown,
}
