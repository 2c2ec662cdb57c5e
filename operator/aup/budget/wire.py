"""What a budget reads of the objects that it counts, and nothing else.

Field names are Kubernetes' own; docstrings there. Every field accepts null, as the API server does.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import field


class Wire(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Base: immutable, unknown to the garbage collector, names as in JSON."""


W = TypeVar("W", bound=Wire)
Quantities = dict[str, str | int | float | None]
"""By resource; the API server writes texts, a file may hold numbers."""


class UnreadableError(ValueError):
    """An object does not have the form of its kind."""


class Form(Generic[W]):
    """How one kind is read, with the decoder built once."""

    def __init__(self, wire: type[W]) -> None:
        self._decode = msgspec.json.Decoder(wire).decode

    def read(self, raw: bytes) -> W:
        """Decode an object.

        Raises:
            UnreadableError: it does not have the form of its kind.

        """
        try:
            return self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableError(str(error)) from error


class Resources(Wire, frozen=True):
    """ResourceRequirements of a container or a pod; of a status too."""

    requests: Quantities | None = None
    limits: Quantities | None = None


class Container(Wire, frozen=True):
    """A container, as far as it uses anything."""

    name: str | None = None
    image: str | None = None
    resources: Resources | None = None
    restart_policy: str | None = None
    """``Always`` makes an init container a sidecar."""


class OS(Wire, frozen=True):
    """PodOS."""

    name: str | None = None


class ImageVolume(Wire, frozen=True):
    """An image that is mounted as a volume."""

    reference: str | None = None


class EmptyDir(Wire, frozen=True):
    """EmptyDirVolumeSource."""

    medium: str | None = None
    size_limit: str | int | float | None = None


class ClaimSpec(Wire, frozen=True):
    """PersistentVolumeClaimSpec."""

    resources: Resources | None = None
    storage_class_name: str | None = None
    volume_attributes_class_name: str | None = None


class Owner(Wire, frozen=True):
    """OwnerReference."""

    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class Labels(Wire, frozen=True):
    """Labels, as far as anything depends on them."""

    template: str | None = field(default=None, name="pod-template-hash")
    """Of which template of its Deployment a pod is."""


class Owned(Wire, frozen=True):
    """ObjectMeta, as far as it says whose the object is."""

    labels: Labels | None = None
    owner_references: list[Owner | None] | None = None


class Metadata(Owned, frozen=True):
    """ObjectMeta, as far as anything depends on it."""

    namespace: str | None = None
    name: str | None = None
    annotations: dict[str, Any] | None = None


class ClaimTemplate(Wire, frozen=True):
    """PersistentVolumeClaimTemplate, of an ephemeral volume or a StatefulSet."""

    metadata: Metadata | None = None
    spec: ClaimSpec | None = None


class Ephemeral(Wire, frozen=True):
    """EphemeralVolumeSource."""

    volume_claim_template: ClaimTemplate | None = None


class Volume(Wire, frozen=True):
    """A volume of a pod, as far as it uses anything."""

    name: str | None = None
    image: ImageVolume | None = None
    empty_dir: EmptyDir | None = None
    ephemeral: Ephemeral | None = None


class AffinityTerm(Wire, frozen=True):
    """PodAffinityTerm."""

    namespaces: list[str | None] | None = None
    namespace_selector: dict[str, Any] | None = None


class WeightedTerm(Wire, frozen=True):
    """WeightedPodAffinityTerm."""

    pod_affinity_term: AffinityTerm | None = None


class PodAffinity(Wire, frozen=True):
    """PodAffinity and PodAntiAffinity."""

    required: list[AffinityTerm | None] | None = field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )
    preferred: list[WeightedTerm | None] | None = field(
        default=None, name="preferredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(Wire, frozen=True):
    """Affinity."""

    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class PodSpec(Wire, frozen=True):
    """A pod's specification, as far as it uses anything."""

    containers: list[Container | None] | None = None
    init_containers: list[Container | None] | None = None
    ephemeral_containers: list[Container | None] | None = None
    resources: Resources | None = None
    overhead: Quantities | None = None
    volumes: list[Volume | None] | None = None
    affinity: Affinity | None = None
    priority_class_name: str | None = None
    active_deadline_seconds: int | None = None
    node_name: str | None = None
    os: OS | None = None
    node_selector: dict[str, Any] | None = None


class ContainerStatus(Wire, frozen=True):
    """ContainerStatus: what a resize has reached."""

    name: str | None = None
    resources: Resources | None = None
    allocated_resources: Quantities | None = None


class PodStatus(Wire, frozen=True):
    """PodStatus: whether the pod still runs, and with what."""

    phase: str | None = None
    container_statuses: list[ContainerStatus | None] | None = None
    init_container_statuses: list[ContainerStatus | None] | None = None
    resources: Resources | None = None
    allocated_resources: Quantities | None = None


class Pod(Wire, frozen=True):
    """A Pod, or a template of one."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None
    status: PodStatus | None = None


class ClaimStatus(Wire, frozen=True):
    """PersistentVolumeClaimStatus."""

    allocated_resources: Quantities | None = None
    current_class: str | None = field(default=None, name="currentVolumeAttributesClassName")
    modify: "ModifyStatus | None" = field(default=None, name="modifyVolumeStatus")


class ModifyStatus(Wire, frozen=True):
    """ModifyVolumeStatus."""

    target: str | None = field(default=None, name="targetVolumeAttributesClassName")


class VolumeClaim(Wire, frozen=True):
    """PersistentVolumeClaim."""

    metadata: Metadata | None = None
    spec: ClaimSpec | None = None
    status: ClaimStatus | None = None


class ServicePort(Wire, frozen=True):
    """ServicePort."""

    node_port: int | None = None


class ServiceSpec(Wire, frozen=True):
    """ServiceSpec."""

    type: str | None = None
    ports: list[ServicePort | None] | None = None
    allocate_node_ports: bool | None = field(default=None, name="allocateLoadBalancerNodePorts")
    external_ips: list[str | None] | None = field(default=None, name="externalIPs")
    load_balancer_ip: str | None = field(default=None, name="loadBalancerIP")
    ip_families: list[str | None] | None = None
    ip_family_policy: str | None = None


class Service(Wire, frozen=True):
    """Service."""

    metadata: Metadata | None = None
    spec: ServiceSpec | None = None


class DeviceRequest(Wire, frozen=True):
    """DeviceRequest of ``v1beta1``, ExactDeviceRequest and DeviceSubRequest of what followed."""

    device_class_name: str | None = None
    allocation_mode: str | None = None
    count: int | None = None


class DeviceChoice(DeviceRequest, frozen=True):
    """DeviceRequest: one exact request, or the first that is available."""

    exactly: DeviceRequest | None = None
    first_available: list[DeviceRequest | None] | None = None


class Devices(Wire, frozen=True):
    """DeviceClaim."""

    requests: list[DeviceChoice | None] | None = None


class DeviceClaimSpec(Wire, frozen=True):
    """ResourceClaimSpec."""

    devices: Devices | None = None


class DeviceClaim(Wire, frozen=True):
    """ResourceClaim."""

    metadata: Metadata | None = None
    spec: DeviceClaimSpec | None = None


POD = Form(Pod)
VOLUME_CLAIM = Form(VolumeClaim)
SERVICE = Form(Service)
DEVICE_CLAIM = Form(DeviceClaim)
