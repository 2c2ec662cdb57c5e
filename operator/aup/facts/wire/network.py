"""What rules read of the kinds through which a namespace is reached from outside.

Field names are Kubernetes' own; docstrings there. Leaves typed ``Any`` are claims (see shape.py).
"""

from typing import Any

from msgspec import field

from aup.facts.wire.shape import Shape, Wire

Annotations = dict[str, Any]


class Metadata(Wire, frozen=True):
    """ObjectMeta."""

    annotations: Annotations | None = None
    labels: Annotations | None = None
    uid: Any = None


class LoadBalancerIngress(Wire, frozen=True):
    """One address under which a load balancer answers (Service and Ingress)."""

    ip: Any = None
    hostname: Any = None


class LoadBalancerStatus(Wire, frozen=True):
    """Where a load balancer answers."""

    ingress: list[LoadBalancerIngress | None] | None = None


class ExposedStatus(Wire, frozen=True):
    """Status of a Service or an Ingress."""

    load_balancer: LoadBalancerStatus | None = None


class ServicePort(Wire, frozen=True):
    """One port of a Service."""

    port: int | None = None
    target_port: Any = None
    node_port: int | None = None
    protocol: str | None = None


class ServiceSpec(Wire, frozen=True):
    """Service v1, spec."""

    type: str | None = None
    selector: dict[str, Any] | None = None
    ports: list[ServicePort | None] | None = None
    cluster_ip: Any = field(default=None, name="clusterIP")
    cluster_ips: list[Any] | None = field(default=None, name="clusterIPs")
    load_balancer_class: Any = None
    allocate_load_balancer_node_ports: bool | None = None
    external_ips: list[Any] | None = field(default=None, name="externalIPs")
    load_balancer_ip: Any = field(default=None, name="loadBalancerIP")
    external_name: Any = None


class Service(Wire, frozen=True):
    """Service v1."""

    metadata: Metadata | None = None
    spec: ServiceSpec | None = None
    status: ExposedStatus | None = None


class IngressRule(Wire, frozen=True):
    """One host of an Ingress."""

    host: Any = None


class IngressTLS(Wire, frozen=True):
    """The hosts of one certificate."""

    hosts: list[Any] | None = None


class IngressSpec(Wire, frozen=True):
    """Ingress networking.k8s.io/v1, spec."""

    default_backend: dict[str, Any] | None = None
    backend: dict[str, Any] | None = None
    """The same, as versions before v1 call it."""
    rules: list[IngressRule | None] | None = None
    tls: list[IngressTLS | None] | None = None


class Ingress(Wire, frozen=True):
    """Ingress networking.k8s.io/v1."""

    metadata: Metadata | None = None
    spec: IngressSpec | None = None
    status: ExposedStatus | None = None


class GatewayAddress(Wire, frozen=True):
    """An address that a Gateway asks for or answers under."""

    type: str | None = None
    value: Any = None


class AllowedRoutes(Wire, frozen=True):
    """Whose routes, or sets of listeners, may be attached."""

    namespaces: dict[str, Any] | None = None


class GatewayListener(Wire, frozen=True):
    """One listener of a Gateway."""

    hostname: Any = None
    port: int | None = None
    protocol: str | None = None
    allowed_routes: AllowedRoutes | None = None


class ParametersReference(Wire, frozen=True):
    """An object that says more about what a controller makes for a Gateway."""

    group: str | None = None
    kind: str | None = None
    name: Any = None


class GatewayInfrastructure(Wire, frozen=True):
    """What is copied to the objects that a controller makes for a Gateway."""

    annotations: Annotations | None = None
    labels: Annotations | None = None
    parameters_ref: ParametersReference | None = None


class GatewaySpec(Wire, frozen=True):
    """Gateway gateway.networking.k8s.io/v1 and v1beta1, spec."""

    addresses: list[GatewayAddress | None] | None = None
    infrastructure: GatewayInfrastructure | None = None
    listeners: list[GatewayListener | None] | None = None
    allowed_listeners: AllowedRoutes | None = None


class GatewayStatus(Wire, frozen=True):
    """Gateway, status."""

    addresses: list[GatewayAddress | None] | None = None


class Gateway(Wire, frozen=True):
    """Gateway gateway.networking.k8s.io/v1 and v1beta1."""

    metadata: Metadata | None = None
    spec: GatewaySpec | None = None
    status: GatewayStatus | None = None


class Endpoint(Wire, frozen=True):
    """One backend of an EndpointSlice."""

    addresses: list[Any] | None = None


class EndpointSlice(Wire, frozen=True):
    """EndpointSlice discovery.k8s.io/v1."""

    address_type: str | None = None
    endpoints: list[Endpoint | None] | None = None


class EndpointAddress(Wire, frozen=True):
    """One backend of an Endpoints object."""

    ip: Any = None


class EndpointSubset(Wire, frozen=True):
    """Backends that share ports."""

    addresses: list[EndpointAddress | None] | None = None
    not_ready_addresses: list[EndpointAddress | None] | None = None


class Endpoints(Wire, frozen=True):
    """Endpoints v1."""

    subsets: list[EndpointSubset | None] | None = None


SERVICE = Shape(Service)
INGRESS = Shape(Ingress)
GATEWAY = Shape(Gateway)
ENDPOINT_SLICE = Shape(EndpointSlice)
ENDPOINTS = Shape(Endpoints)
