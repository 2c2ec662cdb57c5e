"""What rules read of the kinds that give out addresses inside the cluster, or say how.

Field names are those of Kubernetes and of Envoy Gateway; docstrings there.
"""

from typing import Any

from msgspec import field

from aup.facts.wire.network import Metadata, ServiceSpec
from aup.facts.wire.shape import Shape, Wire


class IPAddress(Wire, frozen=True):
    """IPAddress networking.k8s.io/v1: all that counts is its name."""


class ServiceCIDRSpec(Wire, frozen=True):
    """ServiceCIDR, spec."""

    cidrs: list[Any] | None = None


class ServiceCIDR(Wire, frozen=True):
    """ServiceCIDR networking.k8s.io/v1."""

    spec: ServiceCIDRSpec | None = None


class ServiceValue(Wire, frozen=True):
    """A Service, or as much of one as a patch says."""

    metadata: Metadata | None = None
    spec: ServiceSpec | None = None


class ServicePatch(Wire, frozen=True):
    """What is laid over the Service in the end."""

    value: ServiceValue | None = None


class EnvoyService(Wire, frozen=True):
    """The Service that Envoy Gateway makes for a Gateway."""

    type: str | None = None
    annotations: dict[str, Any] | None = None
    labels: dict[str, Any] | None = None
    load_balancer_class: Any = None
    load_balancer_ip: Any = field(default=None, name="loadBalancerIP")
    allocate_load_balancer_node_ports: bool | None = None
    patch: ServicePatch | None = None


class EnvoyKubernetes(Wire, frozen=True):
    """EnvoyProxy, spec.provider.kubernetes."""

    envoy_service: EnvoyService | None = None


class EnvoyProvider(Wire, frozen=True):
    """EnvoyProxy, spec.provider."""

    kubernetes: EnvoyKubernetes | None = None


class EnvoyProxySpec(Wire, frozen=True):
    """EnvoyProxy, spec."""

    provider: EnvoyProvider | None = None


class EnvoyProxy(Wire, frozen=True):
    """EnvoyProxy gateway.envoyproxy.io/v1alpha1."""

    spec: EnvoyProxySpec | None = None


IP_ADDRESS = Shape(IPAddress)
SERVICE_CIDR = Shape(ServiceCIDR)
ENVOY_PROXY = Shape(EnvoyProxy)
