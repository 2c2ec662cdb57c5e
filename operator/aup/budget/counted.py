"""What volume claims, Services and device claims take of a quota: the API server's arithmetic.

Follows k8s.io/kubernetes ``pkg/quota/v1/evaluator/core``: ``persistent_volume_claims.go``,
``services.go``, ``resource_claims.go``. One key is ours: ``addresses``, since a Service takes one
address of each family, and as many as it names itself, in its spec or to its load balancer.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import Final

from aup.budget.keys import ADDRESSES
from aup.budget.usage import Amounts, amount
from aup.budget.wire import (
    ClaimStatus,
    DeviceChoice,
    DeviceClaim,
    DeviceRequest,
    Metadata,
    Service,
    ServiceSpec,
    VolumeClaim,
)
from aup.facts.address import parse_address, tokens
from aup.facts.model import IPAddress
from aup.facts.quantity import add

_CLASS: Final = ".storageclass.storage.k8s.io/"
_BETA_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
_DEVICES: Final = ".deviceclass.resource.k8s.io/devices"
_IMPLICIT: Final = "requests.deviceclass.resource.kubernetes.io/"
"""An extended resource that every device class is, whatever else it is called."""
_MADE_FOR_A_POD: Final = "resource.kubernetes.io/extended-resource-claim"
_MOST_DEVICES: Final = 32
"""What ``allocationMode: All`` may come to."""
_NAMING: Final = (
    *("metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"),
    *("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"),
    *("kube-vip.io/loadbalancerIPs", "projectcalico.org/loadBalancerIPs", "purelb.io/addresses"),
    *("loxilb.io/staticIP", "loxilb.io/secondaryIPs", "ovn.kubernetes.io/switch_lb_vip"),
)
"""Annotations by which a Service names its addresses; of Cilium's it gets as many as it names."""
_ONE: Final = Decimal(1)


def volume_claim(claim: VolumeClaim) -> Amounts:
    """Return what a PersistentVolumeClaim takes: what it asks for, or already got when it grew."""
    taken = {"persistentvolumeclaims": _ONE, "count/persistentvolumeclaims": _ONE}
    by_class = storage_class(claim)
    if by_class:
        taken[f"{by_class}{_CLASS}persistentvolumeclaims"] = _ONE
    spec = claim.spec
    requests = (spec.resources.requests if spec and spec.resources else None) or {}
    if "storage" not in requests:
        return taken
    allocated = (claim.status.allocated_resources if claim.status else None) or {}
    most = max(amount(requests["storage"]), amount(allocated.get("storage")))
    storage = most.to_integral_value(ROUND_CEILING)
    taken["requests.storage"] = storage
    if by_class:
        taken[f"{by_class}{_CLASS}requests.storage"] = storage
    return taken


def storage_class(claim: VolumeClaim) -> str:
    """Return the storage class of a claim; empty: the cluster's default has not been filled in."""
    annotations = (claim.metadata and claim.metadata.annotations) or {}
    if _BETA_CLASS in annotations:
        return str(annotations[_BETA_CLASS])
    return (claim.spec and claim.spec.storage_class_name) or ""


def attribute_classes(claim: VolumeClaim) -> frozenset[str]:
    """Return the classes of volume attributes that a claim has, or moves to."""
    status = claim.status or ClaimStatus()
    found = (
        claim.spec and claim.spec.volume_attributes_class_name,
        status.current_class,
        status.modify and status.modify.target,
    )
    return frozenset(name for name in found if name)


def service(found: Service) -> Amounts:
    """Return what a Service takes: ports of the nodes and addresses by what it will be given."""
    spec = found.spec or ServiceSpec()
    taken = {"services": _ONE, "count/services": _ONE}
    addresses: set[IPAddress | str] = {
        parse_address(ip).address or ip for ip in spec.external_ips or () if ip
    }
    unnamed = 0
    ports = spec.ports or ()
    if spec.type == "LoadBalancer":
        taken["services.loadbalancers"] = _ONE
        named = set(_named(found.metadata, spec))
        addresses |= named
        unnamed = max(_families(spec) - len(named), 0)
        if spec.allocate_node_ports is False:
            ports = [port for port in ports if port and port.node_port]
    if spec.type in {"LoadBalancer", "NodePort"} and ports:
        taken["services.nodeports"] = Decimal(len(ports))
    if addresses or unnamed:
        taken[ADDRESSES] = Decimal(len(addresses) + unnamed)
    return taken


def _named(metadata: Metadata | None, spec: ServiceSpec) -> Iterator[IPAddress | str]:
    """Yield the addresses that a load balancer is asked for by name; some give all of them."""
    annotations = (metadata and metadata.annotations) or {}
    said = [annotations[key] for key in _NAMING if annotations.get(key)]
    for text in (*said, spec.load_balancer_ip):
        # Calico takes a list in JSON, the others one with commas.
        for token in tokens(text.strip(" []") if isinstance(text, str) else None):
            word = str(token).strip('" ')
            yield parse_address(word).address or word


def _families(spec: ServiceSpec) -> int:
    """Return of how many families a load balancer gets an address."""
    if spec.ip_families:
        return len(spec.ip_families)
    return 2 if spec.ip_family_policy == "RequireDualStack" else 1


def device_claim(claim: DeviceClaim) -> Amounts:
    """Return what a ResourceClaim takes: devices by class, at the most that it may be given."""
    taken = {"count/resourceclaims.resource.k8s.io": _ONE}
    requests = (claim.spec and claim.spec.devices and claim.spec.devices.requests) or ()
    by_class: dict[str, Decimal] = {}
    for request in requests:
        for name, most in _most(request).items() if request is not None else ():
            by_class[name] = add(by_class.get(name, Decimal(0)), Decimal(most))
    implicit = not _is_of_a_pod(claim.metadata)
    for name, devices in by_class.items():
        taken[f"{name}{_DEVICES}"] = devices
        if implicit:
            taken[f"{_IMPLICIT}{name}"] = devices
    return taken


def _most(request: DeviceChoice) -> dict[str, int]:
    """Return the most devices of each class that one request can come to."""
    exact = request.exactly if request.exactly is not None else request
    most: dict[str, int] = {}
    for choice in request.first_available or (exact,):
        name = choice and choice.device_class_name
        if choice is not None and name:
            most[name] = max(most.get(name, 0), _count(choice))
    return most


def _count(request: DeviceRequest) -> int:
    if request.allocation_mode == "All":
        return _MOST_DEVICES
    return 1 if request.count is None else request.count


def _is_of_a_pod(metadata: Metadata | None) -> bool:
    """Whether the scheduler made the claim, for a pod that was counted by the extended resource."""
    if metadata is None or (metadata.annotations or {}).get(_MADE_FOR_A_POD) != "true":
        return False
    return any(o and o.controller and o.kind == "Pod" for o in metadata.owner_references or ())
