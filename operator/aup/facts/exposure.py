"""How an object is reached from outside: the addresses, hostnames and endpoints that it names.

Read here    Service, Ingress, Gateway (Gateway API), EndpointSlice, Endpoints
Not a claim  `loadBalancerSourceRanges`, NetworkPolicy `ipBlock`, `hostAliases`, `dnsConfig`: they
             name peers; `clusterIP(s)`: the API server allocates it before admission sees it

Null and empty scalars are absent, as for the API server. An empty *element* of a list is not: it
is a claim that cannot be read.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from aup.facts.address import ParsedAddress, parse_address, parse_addresses
from aup.facts.hostname import parse_hostname
from aup.facts.model import (
    AddressClaim,
    ClaimSource,
    EndpointTarget,
    Exposure,
    Facts,
    HostnameClaim,
    Problem,
    Subject,
    Surroundings,
)
from aup.facts.wire import network as wire
from aup.facts.wire.shape import Wire

ADDRESS_ANNOTATIONS = ("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs")
"""Keys under which MetalLB takes addresses. It reads the first that exists; all are checked, since
which one exists is the tenant's choice."""

NAMED_PROTOCOLS = frozenset({"HTTP", "HTTPS", "TLS"})
"""Listener protocols that choose by hostname: without one they answer for every name. TCP and UDP
have no names, and what a vendor's protocol (Istio's HBONE) does with them is not ours to say."""

T = TypeVar("T", bound=Wire)
Claims = Iterator[AddressClaim]
Names = Iterator[HostnameClaim]


def service(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:  # noqa: ARG001
    """Read a Service."""
    found, problems = wire.SERVICE.read(raw)
    spec = found.spec or wire.ServiceSpec()
    return _facts(
        subject,
        problems,
        addresses=(
            *_addresses(spec.external_ips, "spec.externalIPs"),
            *_address(spec.load_balancer_ip, "spec.loadBalancerIP", ClaimSource.SPEC),
            *_annotated(found.metadata, "metadata"),
            *_status_addresses(found.status),
        ),
        hostnames=_status_hostnames(found.status),
    )


def ingress(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:  # noqa: ARG001
    """Read an Ingress."""
    found, problems = wire.INGRESS.read(raw)
    spec = found.spec or wire.IngressSpec()
    return _facts(
        subject,
        problems,
        addresses=_status_addresses(found.status),
        hostnames=(*_ingress_hostnames(spec), *_status_hostnames(found.status)),
    )


def gateway(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:  # noqa: ARG001
    """Read a Gateway of the Gateway API."""
    found, problems = wire.GATEWAY.read(raw)
    spec = found.spec or wire.GatewaySpec()
    status = found.status or wire.GatewayStatus()
    return _facts(
        subject,
        problems,
        addresses=(
            *_gateway_addresses(spec.addresses, "spec", ClaimSource.SPEC),
            # Istio copies the Gateway's own annotations where it has no infrastructure section.
            *_annotated(found.metadata, "metadata"),
            *_annotated(spec.infrastructure, "spec.infrastructure"),
            *_gateway_addresses(status.addresses, "status", ClaimSource.STATUS),
        ),
        hostnames=(
            *_gateway_hostnames(spec.addresses, "spec", ClaimSource.SPEC),
            *_listener_hostnames(spec),
            *_gateway_hostnames(status.addresses, "status", ClaimSource.STATUS),
        ),
    )


def endpoint_slice(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an EndpointSlice.

    A slice of names (``addressType: FQDN``) has no addresses to judge: kube-proxy ignores it, and
    a name says nothing of where it leads. An entry that a resolver would take for an IPv4 address
    is one all the same.
    """
    found, problems = wire.ENDPOINT_SLICE.read(raw)
    named = found.address_type == "FQDN"
    values = (
        (f"endpoints[{i}].addresses[{j}]", value)
        for i, endpoint in _each(found.endpoints, wire.Endpoint())
        for j, value in enumerate(endpoint.addresses or ())
        if not (named and _is_name(value))
    )
    return _facts(subject, problems, endpoints=_targets(values, surroundings))


def endpoints(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read an Endpoints object; addresses that are not ready yet receive traffic once they are."""
    found, problems = wire.ENDPOINTS.read(raw)
    values = (
        (f"subsets[{i}].{name}[{j}].ip", address.ip)
        for i, subset in _each(found.subsets, wire.EndpointSubset())
        for name, addresses in (
            ("addresses", subset.addresses),
            ("notReadyAddresses", subset.not_ready_addresses),
        )
        for j, address in _each(addresses, wire.EndpointAddress())
    )
    return _facts(subject, problems, endpoints=_targets(values, surroundings))


def _facts(
    subject: Subject,
    problems: tuple[Problem, ...],
    *,
    addresses: Iterable[AddressClaim] = (),
    hostnames: Iterable[HostnameClaim] = (),
    endpoints: Iterable[EndpointTarget] = (),
) -> Facts:
    """Put the facts of one object together."""
    exposure = Exposure(
        namespace=subject.namespace,
        addresses=tuple(addresses),
        endpoints=tuple(endpoints),
        hostnames=tuple(hostnames),
        writer=subject.writer,
        writes_status=subject.subresource == "status",
    )
    return Facts(subject=subject, exposure=exposure, problems=problems)


def _each(items: Iterable[T | None] | None, empty: T) -> Iterator[tuple[int, T]]:
    """Yield each element with its index; null is an empty one, as Go decodes it."""
    for index, item in enumerate(items or ()):
        yield index, item or empty


def _is_absent(value: object) -> bool:
    """Tell whether a scalar field is as good as not there."""
    return value is None or value == ""


def _claim(parsed: ParsedAddress, path: str, source: ClaimSource) -> AddressClaim:
    """Return an address with where it was claimed."""
    return AddressClaim(parsed.text, path, source, parsed.address, parsed.problem)


def _address(value: object, path: str, source: ClaimSource) -> Claims:
    """Yield the address of a scalar field."""
    if not _is_absent(value):
        yield _claim(parse_address(value), path, source)


def _addresses(values: Iterable[object] | None, path: str) -> Claims:
    """Yield the addresses of a list in the spec."""
    for index, value in enumerate(values or ()):
        if value is not None:
            yield _claim(parse_address(value), f"{path}[{index}]", ClaimSource.SPEC)


def _annotated(holder: wire.Metadata | wire.GatewayInfrastructure | None, path: str) -> Claims:
    """Yield the addresses in the annotations of load-balancer controllers."""
    annotations: dict[str, Any] = (holder and holder.annotations) or {}
    for key in ADDRESS_ANNOTATIONS:
        for parsed in parse_addresses(annotations.get(key)):
            yield _claim(parsed, f'{path}.annotations["{key}"]', ClaimSource.ANNOTATION)


def _status_entries(
    status: wire.ExposedStatus | None,
) -> Iterator[tuple[str, wire.LoadBalancerIngress]]:
    """Yield the path and content of each entry of ``status.loadBalancer.ingress``."""
    balancer = status and status.load_balancer
    entries = balancer.ingress if balancer else ()
    for index, entry in _each(entries, wire.LoadBalancerIngress()):
        yield f"status.loadBalancer.ingress[{index}]", entry


def _status_addresses(status: wire.ExposedStatus | None) -> Claims:
    """Yield the addresses under which a load balancer says to answer."""
    for path, entry in _status_entries(status):
        yield from _address(entry.ip, f"{path}.ip", ClaimSource.STATUS)


def _status_hostnames(status: wire.ExposedStatus | None) -> Names:
    """Yield the hostnames under which a load balancer says to answer."""
    for path, entry in _status_entries(status):
        if not _is_absent(entry.hostname):
            yield _named(entry.hostname, f"{path}.hostname", ClaimSource.STATUS)


def _named(value: object, path: str, source: ClaimSource = ClaimSource.SPEC) -> HostnameClaim:
    """Return a hostname that is written somewhere."""
    parsed = parse_hostname(value)
    return HostnameClaim(
        text=parsed.text,
        path=path,
        source=source,
        name=parsed.name,
        wildcard=parsed.wildcard,
        problem=parsed.problem,
    )


def _catch_all(path: str) -> HostnameClaim:
    """Return the claim of every name, by the field that would have limited it."""
    return HostnameClaim(text="", path=path, source=ClaimSource.SPEC, name="", catch_all=True)


def _ingress_hostnames(spec: wire.IngressSpec) -> Names:
    """Yield the names that an Ingress answers for, and those of its certificates."""
    if spec.default_backend is not None:
        yield _catch_all("spec.defaultBackend")
    for index, rule in _each(spec.rules, wire.IngressRule()):
        path = f"spec.rules[{index}].host"
        yield _catch_all(path) if _is_absent(rule.host) else _named(rule.host, path)
    for index, tls in _each(spec.tls, wire.IngressTLS()):
        for position, host in enumerate(tls.hosts or ()):
            if host is not None:
                yield _named(host, f"spec.tls[{index}].hosts[{position}]")


def _listener_hostnames(spec: wire.GatewaySpec) -> Names:
    """Yield the names that the listeners of a Gateway answer for."""
    for index, listener in _each(spec.listeners, wire.GatewayListener()):
        path = f"spec.listeners[{index}].hostname"
        if not _is_absent(listener.hostname):
            yield _named(listener.hostname, path)
        elif listener.protocol is None or listener.protocol in NAMED_PROTOCOLS:
            yield _catch_all(path)


def _gateway_entries(
    addresses: Iterable[wire.GatewayAddress | None] | None, part: str
) -> Iterator[tuple[str, str, object]]:
    """Yield path, type and value of each address; without a value the provider picks one."""
    for index, address in _each(addresses, wire.GatewayAddress()):
        if not _is_absent(address.value):
            yield f"{part}.addresses[{index}].value", address.type or "IPAddress", address.value


def _gateway_addresses(
    addresses: Iterable[wire.GatewayAddress | None] | None, part: str, source: ClaimSource
) -> Claims:
    """Yield the addresses of a Gateway: IP addresses, and names that only the provider resolves."""
    for path, kind, value in _gateway_entries(addresses, part):
        if kind == "IPAddress":
            yield from _address(value, path, source)
        elif kind != "Hostname":
            text = value if isinstance(value, str) else ""
            problem = "" if text else parse_address(value).problem
            yield AddressClaim(text, path, source, address=None, problem=problem, opaque=True)


def _gateway_hostnames(
    addresses: Iterable[wire.GatewayAddress | None] | None, part: str, source: ClaimSource
) -> Names:
    """Yield the addresses of a Gateway that are names in DNS."""
    for path, kind, value in _gateway_entries(addresses, part):
        if kind == "Hostname":
            yield _named(value, path, source)


def _is_name(value: object) -> bool:
    """Tell whether a value can only be a name, not an IPv4 address in any resolver's eyes."""
    return isinstance(value, str) and not value.rpartition(".")[2].isdigit()


def _targets(
    values: Iterable[tuple[str, object]], surroundings: Surroundings
) -> Iterator[EndpointTarget]:
    """Yield each address that traffic is sent to, with the tenant whose pod has it now."""
    known = surroundings.pods_known
    for path, value in values:
        if value is None:
            continue
        parsed = parse_address(value)
        owner = surroundings.owner_of(parsed.address) if parsed.address and known else None
        yield EndpointTarget(
            text=parsed.text,
            path=path,
            address=parsed.address,
            problem=parsed.problem,
            owner=owner,
            ownership_known=known,
        )
