"""Terms of the sections network and host: ``spec.network`` of an AcceptableUsePolicy."""

from enum import StrEnum

import msgspec

from aup.api.sections.choice import Permission, SectionTerms, Unrecognised


class EndpointTargets(StrEnum):
    """Where hand-written endpoints may point."""

    OWN_ONLY = "OwnOnly"
    """Pods of the tenant, its addresses and `allowed_endpoint_cidrs`."""
    ANY = "Any"


class ExternalNames(StrEnum):
    """Where Services of type ExternalName may lead."""

    PUBLIC_ONLY = "PublicOnly"
    """To names of the internet and to Services of the tenant."""
    ALLOWED = "Allowed"
    FORBIDDEN = "Forbidden"


class ClusterCIDRs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Ranges that the cluster itself uses."""

    pods: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


class SharedGateway(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A Gateway of the platform that tenants attach their routes to."""

    namespace: str
    name: str


class NetworkTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the sections network and host."""

    cluster_cidrs: ClusterCIDRs = msgspec.field(default=ClusterCIDRs(), name="clusterCIDRs")
    platform_controllers: tuple[str, ...] = ()
    """User names that may write status addresses and endpoints."""
    node_ports: Permission = Permission.FORBIDDEN
    """Services of type NodePort."""
    load_balancer_node_ports: Permission = Permission.ALLOWED
    """Node ports that a Service of type LoadBalancer is given beside its address."""
    host_ports: Permission = Permission.FORBIDDEN
    """Ports of nodes that pods open; under a node's own address where ``nodes`` names it."""
    catch_all_hostnames: Permission = Permission.FORBIDDEN
    external_names: ExternalNames = ExternalNames.PUBLIC_ONLY
    endpoint_targets: EndpointTargets = EndpointTargets.OWN_ONLY
    allowed_endpoint_cidrs: tuple[str, ...] = msgspec.field(default=(), name="allowedEndpointCIDRs")
    load_balancer_classes: tuple[str, ...] = ()
    """Classes that every tenant may name, beside its own."""
    address_pools: tuple[str, ...] = ()
    """Pools that every tenant may name, beside its own."""
    unknown_load_balancer_annotations: Unrecognised = Unrecognised.WARN
    """Annotations whose key looks like a load balancer's and that no rule knows."""
    allowed_annotations: tuple[str, ...] = ()
    """Keys of them that are harmless, and of settings of the platform's network that tenants may
    make (Cilium's global Services, an interface of kube-vip); a trailing ``*`` is any ending."""
    external_dns_prefixes: tuple[str, ...] = msgspec.field(default=(), name="externalDNSPrefixes")
    """Annotation prefixes of external-dns beside its own two."""
    network_attachment_types: tuple[str, ...] = ()
    """CNI plugin types that tenants may name in a NetworkAttachmentDefinition."""
    network_drivers: tuple[str, ...] = ()
    """DRA drivers of network devices that tenants may configure."""
    shared_gateways: tuple[SharedGateway, ...] = ()
    domain_verification_days: int | None = None
    """How long the verification of a domain lasts; default: for good."""
    require_drop_net_raw: bool = False
    """Containers must drop NET_RAW, which runtimes give by default."""
    allowed_capabilities: tuple[str, ...] = ()
    """Capabilities that containers may add although they reach beyond the container."""
    allowed_sysctls: tuple[str, ...] = ()
    """Kernel settings beside the safe ones of Kubernetes; a trailing ``*`` is any ending."""
    allowed_host_paths: tuple[str, ...] = ()
    """Paths of the node that pods may mount, with all below them."""
