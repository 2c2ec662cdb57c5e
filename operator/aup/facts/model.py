"""What the Acceptable Use Policy speaks of: workloads, images, placement, exposure.

Facts are frozen and closed. A rule looks nothing up: what it needs beyond the object (which node
lies in which region, whose pod has an address) was put into the facts when they were extracted.
Every leaf keeps the path it was read from, for example ``spec.containers[0].ports[1]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

IPAddress = IPv4Address | IPv6Address


class Operation(StrEnum):
    """The verb of an admission request that carries an object."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who sends the request, as the API server authenticated it."""

    username: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The object under judgement."""

    group: str
    kind: str
    namespace: str
    name: str
    """``metadata.name``, or ``metadata.generateName`` followed by ``*``."""
    subresource: str = ""
    operation: Operation = Operation.CREATE
    writer: Writer | None = None
    """``None`` where nobody asks: audit and the offline check."""


@dataclass(frozen=True, slots=True)
class Image:
    """An OCI reference as containerd reads it."""

    text: str
    """As written."""
    path: str
    repository: str = ""
    """Registry and repository in full: ``docker.io/library/redis``; empty when unreadable."""
    tag: str = ""
    """Empty when the reference has a digest and no tag; else the default is ``latest``."""
    digest: str = ""
    """``sha256:…``; it wins over the tag."""
    problem: str = ""
    """Why the reference cannot be read; empty when it can."""

    @property
    def name(self) -> str:
        """Return the repository, with the digest if there is one: what exemptions name."""
        return f"{self.repository}@{self.digest}" if self.digest else self.repository


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a container asks for."""

    number: int
    host_port: int
    """0 where none is asked for."""
    path: str


class ContainerKind(StrEnum):
    """The list of a pod that a container stands in."""

    CONTAINER = "containers"
    INIT = "initContainers"
    EPHEMERAL = "ephemeralContainers"


@dataclass(frozen=True, slots=True)
class Container:
    """A container of any of a pod's three lists."""

    kind: ContainerKind
    name: str
    path: str
    """For example ``spec.template.spec.initContainers[0]``."""
    image: Image | None
    """``None`` where a template leaves the image out."""
    ports: tuple[Port, ...] = ()
    privileged: bool = False
    host_process: bool = False
    """Windows: ``securityContext.windowsOptions.hostProcess``."""


@dataclass(frozen=True, slots=True)
class RegionGround:
    """Why a region remains possible: the value that lets the pod in."""

    region: str
    path: str
    value: str
    """As written: a region, or the name of a node that lies there."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a pod may land, as far as its manifest confines it."""

    regions: frozenset[str] | None
    """Regions that remain possible; ``None`` when nothing confines the pod to regions.

    Empty when the confinements exclude each other: such a pod runs nowhere.
    """
    path: str
    """The field where a confinement stands or belongs."""
    value: str = ""
    """The node that a pod asks for by name, where its region is not known."""
    grounds: tuple[RegionGround, ...] = ()
    """One for each of the regions, in the order of the manifest."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A pod, or the pod template that a controller makes pods from."""

    namespace: str
    path: str
    """The pod spec: ``spec``, ``spec.template.spec``, ``spec.jobTemplate.spec.template.spec``."""
    containers: tuple[Container, ...]
    volume_images: tuple[Image, ...]
    placement: Placement
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of the pod (template): declarations of the tenant."""
    labels_path: str = "metadata.labels"
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    pod_host_process: bool = False
    """Windows: the pod-level ``securityContext.windowsOptions.hostProcess``."""
    continues: bool = False
    """Whether this goes on with what was admitted before: a Pod, or what a controller of the
    cluster makes (the ReplicaSet of a Deployment, the Job of a CronJob)."""
    budget_settled: bool = True
    """Whether the namespace's quota is in force; always true but for the CREATE of a Pod."""

    @property
    def images(self) -> tuple[Image, ...]:
        """Every image that the pod runs or mounts."""
        return (*(c.image for c in self.containers if c.image is not None), *self.volume_images)


class ClaimSource(StrEnum):
    """Where an address or hostname is claimed."""

    SPEC = "spec"
    STATUS = "status"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """An address that an object claims for itself."""

    text: str
    """As written."""
    path: str
    source: ClaimSource
    address: IPAddress | None
    """Canonical, IPv4-mapped IPv6 unwrapped; ``None`` when unreadable or opaque."""
    problem: str = ""
    """Why it cannot be read (``is not an IP address``); empty when it can."""
    opaque: bool = False
    """A provider's name for an address (``NamedAddress``), which admission cannot resolve."""


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """An address that a Service sends traffic to."""

    text: str
    path: str
    address: IPAddress | None
    problem: str = ""
    owner: str | None = None
    """Tenant whose running pod has this address now; ``None`` when nobody's pod has it."""
    ownership_known: bool = True
    """Whether pods could be looked up: not in the offline check."""


@dataclass(frozen=True, slots=True)
class HostnameClaim:
    """A hostname that an object wants to answer for."""

    text: str
    path: str
    source: ClaimSource
    name: str
    """Canonical: lower case, A-labels, no trailing dot, without a leading ``*.``."""
    wildcard: bool = False
    catch_all: bool = False
    """No hostname at all: the object answers for every name."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """How an object is reached from outside."""

    namespace: str
    addresses: tuple[AddressClaim, ...] = ()
    endpoints: tuple[EndpointTarget, ...] = ()
    hostnames: tuple[HostnameClaim, ...] = ()
    writer: Writer | None = None
    writes_status: bool = False
    """Whether the request writes the status: in any other the API server drops what it says."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that cannot be read as what it must be."""

    path: str
    value: str
    detail: str
    """Completes ``<path> <value>``: ``is a boolean where a string belongs``."""
    hides: bool = False
    """Whether there is more behind it that was not looked at, and that nobody can compare."""
    remedy: str = "write it as the API documents it"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that rules may know about one object."""

    subject: Subject
    workload: Workload | None = None
    exposure: Exposure | None = None
    problems: tuple[Problem, ...] = ()
    """What could not be read. An object with problems is refused, never skipped."""


class Surroundings(Protocol):
    """What the cluster knows beyond the object: answered from memory, never from the network."""

    def region_of(self, node: str) -> str | None:
        """Return the region of a node, or ``None`` when the node or its region is unknown."""

    def owner_of(self, address: IPAddress) -> str | None:
        """Return the tenant whose running pod has this address, or ``None``."""

    def budget_settled(self, namespace: str) -> bool:
        """Return whether the namespace's quota is in force."""

    @property
    def pods_known(self) -> bool:
        """Whether pods can be looked up at all."""


@dataclass(frozen=True, slots=True)
class Offline:
    """The surroundings of a file on a disk: nothing is known, and no quota stands in the way."""

    pods_known: bool = False

    def region_of(self, node: str) -> str | None:
        """Return ``None``: no node is known."""
        return None

    def owner_of(self, address: IPAddress) -> str | None:
        """Return ``None``: no pod is known."""
        return None

    def budget_settled(self, namespace: str) -> bool:
        """Return true: quotas are not judged off the cluster."""
        return True
