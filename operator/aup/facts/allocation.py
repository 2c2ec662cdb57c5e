"""Kinds beside the Service that settle its addresses: the cluster's ranges, Envoy Gateway's kind.

Read here    IPAddress, ServiceCIDR (networking.k8s.io), EnvoyProxy (gateway.envoyproxy.io)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from aup.facts import claims, service_spec
from aup.facts.annotations.exposed import EXPOSED, LABELLED
from aup.facts.claims import Leaf
from aup.facts.json_value import text_of
from aup.facts.model import ClaimSource, Facts, PlatformSetting, Reach, Subject, Surroundings
from aup.facts.wire import allocation as wire
from aup.facts.wire import network


def ip_address(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an IPAddress: its name is the address that it takes."""
    _, problems = wire.IP_ADDRESS.read(raw)
    taken = _of_the_cluster(
        subject.name, "metadata.name", "takes an address of the cluster's Services"
    )
    return claims.exposed(subject, problems, (taken,))


def service_cidr(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a ServiceCIDR."""
    found, problems = wire.SERVICE_CIDR.read(raw)
    cidrs = (found.spec and found.spec.cidrs) or ()
    ranges = (
        _of_the_cluster(text_of(cidr), f"spec.cidrs[{i}]", "makes addresses the cluster's own")
        for i, cidr in enumerate(cidrs)
    )
    return claims.exposed(subject, problems, ranges)


def envoy_proxy(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an EnvoyProxy: what it says of the Service, and what it patches into it."""
    found, problems = wire.ENVOY_PROXY.read(raw)
    provider = (found.spec and found.spec.provider) or wire.EnvoyProvider()
    kubernetes = provider.kubernetes or wire.EnvoyKubernetes()
    made = kubernetes.envoy_service or wire.EnvoyService()
    value = (made.patch and made.patch.value) or wire.ServiceValue()
    meta = value.metadata or network.Metadata()
    at = "spec.provider.kubernetes.envoyService"
    inside = f"{at}.patch.value"
    return claims.exposed(
        subject,
        problems,
        _service(_as_spec(made), at),
        _service(value.spec or network.ServiceSpec(), f"{inside}.spec"),
        EXPOSED.read(made.annotations, f"{at}.annotations", subject, surroundings),
        EXPOSED.read(meta.annotations, f"{inside}.metadata.annotations", subject, surroundings),
        LABELLED.read(made.labels, f"{at}.labels", subject, surroundings),
        LABELLED.read(meta.labels, f"{inside}.metadata.labels", subject, surroundings),
    )


def _service(spec: network.ServiceSpec, path: str) -> Iterator[Leaf]:
    """Yield what the spec of a Service asks for that a controller makes."""
    yield from claims.address_list(spec.external_ips, f"{path}.externalIPs")
    yield from claims.address(spec.load_balancer_ip, f"{path}.loadBalancerIP", ClaimSource.SPEC)
    yield from service_spec.balancer_class(spec.load_balancer_class, f"{path}.loadBalancerClass")
    yield from service_spec.node_ports(spec, path)


def _as_spec(made: wire.EnvoyService) -> network.ServiceSpec:
    """Return Envoy Gateway's words as those of a Service."""
    return network.ServiceSpec(
        type=made.type,
        load_balancer_ip=made.load_balancer_ip,
        load_balancer_class=made.load_balancer_class,
        allocate_load_balancer_node_ports=made.allocate_load_balancer_node_ports,
    )


def _of_the_cluster(text: str, path: str, detail: str) -> PlatformSetting:
    """Return a setting of the cluster's own addresses, whichever they are."""
    return PlatformSetting(text, path, ClaimSource.SPEC, Reach.ROUTING, detail)


EXTRACTORS: Final[Mapping[tuple[str, str], Callable[[bytes, Subject, Surroundings], Facts]]] = {
    ("networking.k8s.io", "IPAddress"): ip_address,
    ("networking.k8s.io", "ServiceCIDR"): service_cidr,
    service_spec.ENVOY_PROXY: envoy_proxy,
}
"""By API group and kind."""
