"""How an object is reached from outside: the addresses, hostnames and endpoints that it names.

Read here    Service, Ingress, Gateway (Gateway API), EndpointSlice, Endpoints
Not a claim  ``loadBalancerSourceRanges``, NetworkPolicy ``ipBlock``, ``hostAliases``,
             ``dnsConfig``: they name peers
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aup.facts import claims, host_claims, open_ports, service_spec
from aup.facts.annotations.exposed import EXPOSED, LABELLED
from aup.facts.annotations.names import www_siblings
from aup.facts.claims import Addresses, Hostnames, Leaf, each, is_absent
from aup.facts.cni.pods import ASKED
from aup.facts.external_name import external_name
from aup.facts.model import ClaimSource, ExternalName, Facts, Loan, Subject, Surroundings
from aup.facts.routes.gateway_api import NAMES_OF_LISTENERS, listener_hostname, opened
from aup.facts.wire import network as wire

JUDGED_PARAMETERS = frozenset(
    {
        # By themselves.
        service_spec.ENVOY_PROXY,
        ("gateway.k8s.aws", "LoadBalancerConfiguration"),
        # By the Service that comes of it, which lies in the Gateway's own namespace.
        ("", "ConfigMap"),
        ("gateway.nginx.org", "NginxProxy"),
        ("gateway.kgateway.dev", "GatewayParameters"),
    }
)
"""Group and kind of what a Gateway's ``parametersRef`` may name: of Envoy Gateway and AWS, and
of Istio, NGINX and kgateway. What others may name settles addresses where nobody looks."""


def service(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Service."""
    found, problems = wire.SERVICE.read(raw)
    meta = found.metadata or wire.Metadata()
    spec = found.spec or wire.ServiceSpec()
    return claims.exposed(
        subject,
        problems,
        claims.address_list(spec.external_ips, "spec.externalIPs"),
        claims.address(spec.load_balancer_ip, "spec.loadBalancerIP", ClaimSource.SPEC),
        service_spec.balancer_class(spec.load_balancer_class, "spec.loadBalancerClass"),
        service_spec.node_ports(spec, "spec"),
        open_ports.service_ports(spec),
        service_spec.cluster_addresses(spec),
        _external_name(spec, surroundings),
        _annotated(meta, subject, surroundings),
        LABELLED.read(meta.labels, "metadata.labels", subject, surroundings),
        _status_addresses(found.status),
        _status_hostnames(found.status),
    )


def ingress(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an Ingress."""
    found, problems = wire.INGRESS.read(raw)
    meta = found.metadata or wire.Metadata()
    spec = found.spec or wire.IngressSpec()
    return claims.exposed(
        subject,
        problems,
        _annotated(meta, subject, surroundings),
        _of_services(_ingress_hostnames(spec), subject, surroundings),
        www_siblings(meta.annotations, [rule.host for rule in spec.rules or () if rule]),
        _status_addresses(found.status),
        _status_hostnames(found.status),
    )


def gateway(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Gateway of the Gateway API."""
    found, problems = wire.GATEWAY.read(raw)
    meta = found.metadata or wire.Metadata()
    spec = found.spec or wire.GatewaySpec()
    made = spec.infrastructure or wire.GatewayInfrastructure()
    asked = list(_gateway_entries(spec.addresses, "spec.addresses"))
    status = found.status or wire.GatewayStatus()
    given = list(_gateway_entries(status.addresses, "status.addresses"))
    return claims.exposed(
        subject,
        problems,
        _gateway_addresses(asked, ClaimSource.SPEC),
        # Istio copies the Gateway's own annotations where there is no infrastructure section.
        _annotated(meta, subject, surroundings),
        _handed_on(made.annotations, subject, surroundings),
        LABELLED.read(made.labels, "spec.infrastructure.labels", subject, surroundings),
        _parameters(made.parameters_ref),
        _gateway_hostnames(asked, subject, surroundings, ClaimSource.SPEC),
        _listener_hostnames(spec),
        open_ports.listener_ports(spec),
        _opened_listeners(spec, surroundings),
        _gateway_addresses(given, ClaimSource.STATUS),
        _gateway_hostnames(given, subject, surroundings, ClaimSource.STATUS),
    )


def endpoint_slice(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an EndpointSlice.

    In a slice of names (``addressType: FQDN``) a name leads where a Service of type ExternalName
    would: kube-proxy ignores it, and other proxies follow it. An entry that a resolver would take
    for an IPv4 address is one all the same.
    """
    found, problems = wire.ENDPOINT_SLICE.read(raw)
    named = found.address_type == "FQDN"
    names = ((path, value) for path, value in _backends(found) if named and _is_name(value))
    addresses = (
        (path, value) for path, value in _backends(found) if not (named and _is_name(value))
    )
    return claims.exposed(
        subject,
        problems,
        claims.targets(addresses, surroundings),
        (external_name(value, path, surroundings) for path, value in names),
    )


def _backends(found: wire.EndpointSlice) -> Iterator[tuple[str, object]]:
    """Yield path and value of each address of an EndpointSlice."""
    for i, endpoint in each(found.endpoints, wire.Endpoint()):
        for j, value in enumerate(endpoint.addresses or ()):
            yield f"endpoints[{i}].addresses[{j}]", value


def endpoints(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an Endpoints object; addresses that are not ready yet receive traffic once they are."""
    found, problems = wire.ENDPOINTS.read(raw)
    values = (
        (f"subsets[{i}].{name}[{j}].ip", address.ip)
        for i, subset in each(found.subsets, wire.EndpointSubset())
        for name, addresses in (
            ("addresses", subset.addresses),
            ("notReadyAddresses", subset.not_ready_addresses),
        )
        for j, address in each(addresses, wire.EndpointAddress())
    )
    return claims.exposed(subject, problems, claims.targets(values, surroundings))


def _annotated(meta: wire.Metadata, subject: Subject, surroundings: Surroundings) -> Iterator[Leaf]:
    """Yield what an object's own annotations say."""
    return EXPOSED.read(
        meta.annotations, "metadata.annotations", subject, surroundings, stored=meta.uid is not None
    )


def _handed_on(
    annotations: Mapping[str, Any] | None, subject: Subject, surroundings: Surroundings
) -> Iterator[Leaf]:
    """Yield what a Gateway has written on all that is made for it: Services, and pods as well."""
    path = "spec.infrastructure.annotations"
    yield from EXPOSED.read(annotations, path, subject, surroundings)
    of_pods = {key: text for key, text in (annotations or {}).items() if not EXPOSED.knows(key)}
    yield from ASKED.read(of_pods, path, subject, surroundings)


def _status_entries(
    status: wire.ExposedStatus | None,
) -> Iterator[tuple[str, wire.LoadBalancerIngress]]:
    """Yield the path and content of each entry of ``status.loadBalancer.ingress``."""
    balancer = (status and status.load_balancer) or wire.LoadBalancerStatus()
    for index, entry in each(balancer.ingress, wire.LoadBalancerIngress()):
        yield f"status.loadBalancer.ingress[{index}]", entry


def _status_addresses(status: wire.ExposedStatus | None) -> Addresses:
    """Yield the addresses under which a load balancer says to answer."""
    for path, entry in _status_entries(status):
        yield from claims.address(entry.ip, f"{path}.ip", ClaimSource.STATUS)


def _status_hostnames(status: wire.ExposedStatus | None) -> Hostnames:
    """Yield the hostnames under which a load balancer says to answer."""
    for path, entry in _status_entries(status):
        if not is_absent(entry.hostname):
            yield claims.hostname(entry.hostname, f"{path}.hostname", ClaimSource.STATUS)


def _ingress_hostnames(spec: wire.IngressSpec) -> Hostnames:
    """Yield the names that an Ingress answers for, and those of its certificates."""
    if spec.default_backend is not None:
        yield claims.every_hostname("spec.defaultBackend")
    if spec.backend is not None:
        yield claims.every_hostname("spec.backend")
    for index, rule in each(spec.rules, wire.IngressRule()):
        path = f"spec.rules[{index}].host"
        if is_absent(rule.host):
            yield claims.every_hostname(path)
        else:
            yield claims.hostname(rule.host, path)
    for index, tls in each(spec.tls, wire.IngressTLS()):
        for position, host in enumerate(tls.hosts or ()):
            if host is not None:
                yield claims.hostname(host, f"spec.tls[{index}].hosts[{position}]")


def _of_services(found: Hostnames, subject: Subject, surroundings: Surroundings) -> Hostnames:
    """Yield the claims of an object of which some may be for names of Services."""
    for claim in found:
        yield host_claims.at_the_edge(claim, subject.namespace, surroundings)


def _listener_hostnames(spec: wire.GatewaySpec) -> Hostnames:
    """Yield the names that the listeners of a Gateway answer for."""
    for index, listener in each(spec.listeners, wire.GatewayListener()):
        path = f"spec.listeners[{index}].hostname"
        yield from listener_hostname(listener.hostname, listener.protocol, path)


def _opened_listeners(spec: wire.GatewaySpec, surroundings: Surroundings) -> Iterator[Loan]:
    """Yield whose routes, and whose further listeners, a Gateway takes."""
    empty = wire.AllowedRoutes()
    for index, listener in each(spec.listeners, wire.GatewayListener()):
        taken = (listener.allowed_routes or empty).namespaces
        path = f"spec.listeners[{index}].allowedRoutes.namespaces"
        yield from opened(taken, path, NAMES_OF_LISTENERS, surroundings)
    taken = (spec.allowed_listeners or empty).namespaces
    yield from opened(taken, "spec.allowedListeners.namespaces", "its addresses", surroundings)


def _external_name(spec: wire.ServiceSpec, surroundings: Surroundings) -> Iterator[ExternalName]:
    """Yield where a Service leads that has no endpoints; in any other the field does nothing."""
    if spec.type == "ExternalName" and not is_absent(spec.external_name):
        yield external_name(spec.external_name, "spec.externalName", surroundings)


def _gateway_entries(
    addresses: Iterable[wire.GatewayAddress | None] | None, path: str
) -> Iterator[tuple[str, str, object]]:
    """Yield path, type and value of each address; without a value the provider picks one."""
    for index, address in each(addresses, wire.GatewayAddress()):
        if not is_absent(address.value):
            yield f"{path}[{index}].value", address.type or "IPAddress", address.value


def _parameters(reference: wire.ParametersReference | None) -> Addresses:
    """Yield the name of an object that may settle any address of a Gateway, unless it is judged."""
    named = reference or wire.ParametersReference()
    if (named.group or "", named.kind) not in JUDGED_PARAMETERS and not is_absent(named.name):
        path = "spec.infrastructure.parametersRef.name"
        yield from claims.opaque_address(named.name, path, ClaimSource.SPEC)


def _gateway_addresses(
    entries: Iterable[tuple[str, str, object]], source: ClaimSource
) -> Addresses:
    """Yield IP addresses, and names of addresses (``NamedAddress`` and vendors' types)."""
    for path, kind, value in entries:
        if kind == "IPAddress":
            yield from claims.address(value, path, source)
        elif kind != "Hostname":
            yield from claims.opaque_address(value, path, source)


def _gateway_hostnames(
    entries: Iterable[tuple[str, str, object]],
    subject: Subject,
    surroundings: Surroundings,
    source: ClaimSource,
) -> Hostnames:
    """Yield the addresses that are names: in DNS, or of Services, which Istio takes."""
    for path, kind, value in entries:
        if kind == "Hostname":
            yield from host_claims.inside_or_outside(
                value, path, subject.namespace, surroundings, source
            )


def _is_name(value: object) -> bool:
    """Tell whether a value can only be a name, not an IPv4 address in any resolver's eyes."""
    return isinstance(value, str) and not value.rstrip(".").rpartition(".")[2].isdigit()
