"""Kinds that several look at in one process: how each is read, once for all of them."""

from typing import Any

from msgspec import field

from aup.budget import wire
from aup.kube.reader import Reader
from aup.kube.resource import (
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    RESOURCE_CLAIMS,
    SERVICES,
    Resource,
)
from aup.kube.shared import Shared
from aup.kube.watch import Informer


class Identity(wire.Metadata, frozen=True):
    """Which object it is, and in which state."""

    uid: str = ""
    resource_version: str = "0"


class PodIP(wire.Wire, frozen=True):
    """PodIP."""

    ip: str = ""


class PodSpec(wire.PodSpec, frozen=True):
    """A pod's specification, as far as anybody looks at it."""

    host_network: bool | None = None


class PodStatus(wire.PodStatus, frozen=True):
    """A pod's status, as far as anybody looks at it."""

    pod_ips: list[PodIP | None] | None = field(default=None, name="podIPs")


class Pod(wire.Pod, frozen=True):
    """A Pod."""

    metadata: Identity = Identity()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class ClaimSpec(wire.ClaimSpec, frozen=True):
    """A volume claim's specification, as far as anybody looks at it."""

    volume_name: str | None = None


class VolumeClaim(wire.VolumeClaim, frozen=True):
    """A PersistentVolumeClaim."""

    metadata: Identity = Identity()
    spec: ClaimSpec = ClaimSpec()


class Service(wire.Service, frozen=True):
    """A Service."""

    metadata: Identity = Identity()


class DeviceClaim(wire.DeviceClaim, frozen=True):
    """A ResourceClaim."""

    metadata: Identity = Identity()


class Watched:
    """The watches of these kinds; each runs if somebody looks at it."""

    def __init__(self, reader: Reader) -> None:
        self.pods = Shared(reader, PODS, Pod)
        self.claims = Shared(reader, PERSISTENT_VOLUME_CLAIMS, VolumeClaim)
        self.services = Shared(reader, SERVICES, Service)
        # Older API servers do not serve claims of devices in this version.
        self.devices = Shared(reader, RESOURCE_CLAIMS, DeviceClaim, optional=True)
        self._all: dict[Resource, Shared[Any]] = {
            PODS: self.pods,
            PERSISTENT_VOLUME_CLAIMS: self.claims,
            SERVICES: self.services,
            RESOURCE_CLAIMS: self.devices,
        }

    def of(self, resource: Resource) -> Shared[Any]:
        """Return the watch of a kind."""
        return self._all[resource]

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run."""
        return tuple(informer for shared in self._all.values() for informer in shared.informers)
