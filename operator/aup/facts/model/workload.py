"""Workloads: what runs, where it may land, and what of the node it asks for.

Every leaf keeps the path it was read from, for example ``spec.containers[0].ports[1]``.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from aup.facts.model.claim import IPAddress
from aup.facts.model.image import Image
from aup.facts.model.resources import Resources, Scratch
from aup.facts.model.security import HostPath, KubeletConnection, SecurityContext

_PLAIN = SecurityContext("securityContext")


class Port(msgspec.Struct, frozen=True):
    """A port that a container asks for."""

    number: int
    host_port: int
    """0 where none is asked for."""
    path: str
    tcp: bool = True
    """Whether connections are taken there, not only datagrams."""
    host_ip: str = ""
    """Address under which the node opens it, as written; empty: under all that it has."""
    host_address: IPAddress | None = None
    """The same, canonical; ``None`` where it cannot be read."""


class CommandLine(msgspec.Struct, frozen=True):
    """What is run in a container: for a probe or a hook, or with values in the place of names."""

    words: tuple[str, ...]
    path: str
    """For example ``spec.containers[0].livenessProbe.exec.command``."""
    paths: tuple[str, ...] = ()
    """Where each word stands; empty where they stand one after the other at ``path``."""

    def located(self) -> Iterator[tuple[str, str]]:
        """Yield the path of each word, and the word."""
        paths = self.paths or (f"{self.path}[{i}]" for i in range(len(self.words)))
        return zip(paths, self.words, strict=True)


class ContainerKind(StrEnum):
    """The list of a pod that a container stands in."""

    CONTAINER = "containers"
    INIT = "initContainers"
    EPHEMERAL = "ephemeralContainers"


class Container(msgspec.Struct, frozen=True):
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
    security: SecurityContext = _PLAIN
    resources: Resources | None = None
    command: tuple[str, ...] = ()
    """As many words as are looked at; what is no text is empty."""
    args: tuple[str, ...] = ()
    executed: tuple[CommandLine, ...] = ()

    @property
    def image_name(self) -> str:
        """Return the image that an exemption would name; empty without one."""
        return self.image.name if self.image else ""


class Ground(StrEnum):
    """What the value is that lets a pod into a region."""

    REGION = "region"
    ZONE = "zone"
    NODE = "node"
    VOLUME = "volume"
    """A claim that is bound to a persistent volume of that place."""


class RegionGround(msgspec.Struct, frozen=True):
    """Why a region remains possible: the value that lets the pod in."""

    region: str
    path: str
    value: str
    """As written: a region, a zone, or the name of a node or of a claim that lies there."""
    ground: Ground = Ground.REGION


class Placement(msgspec.Struct, frozen=True):
    """Where a pod may land, as far as its manifest confines it."""

    regions: frozenset[str] | None
    """Regions that remain possible; ``None`` when nothing confines the pod to regions.

    Empty when the confinements exclude each other: such a pod runs nowhere; and where nothing can
    be said, since the pod is put together elsewhere.
    """
    path: str
    """The field where a confinement stands or belongs."""
    value: str = ""
    """The node that a pod asks for by name, where its region is not known."""
    grounds: tuple[RegionGround, ...] = ()
    """One for each of the regions, in the order of the manifest."""


class WindowsGround(msgspec.Struct, frozen=True):
    """The value by which a pod asks for Windows nodes."""

    path: str
    value: str


class Runs(msgspec.Struct, frozen=True):
    """What runs in a namespace: a pod, or a command in one that is there already."""

    namespace: str


class Execution(Runs, frozen=True):
    """A command that somebody runs in a container of a running pod."""

    container: Container
    """As far as the request tells: by which name it was asked for, and what is run in it."""


class Workload(Runs, frozen=True):
    """A pod, or the pod template that a controller makes pods from."""

    path: str
    """The pod spec: ``spec``, ``spec.template.spec``, ``spec.jobTemplate.spec.template.spec``."""
    containers: tuple[Container, ...]
    volume_images: tuple[Image, ...]
    placement: Placement
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Labels of the pod (template): declarations of the tenant."""
    labels_path: str = "metadata.labels"
    maker_labels: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Labels of the object that makes the pods, at ``metadata.labels``; of a Pod: none."""
    annotations: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Annotations of the pod (template)."""
    annotations_path: str = "metadata.annotations"
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    pod_host_process: bool = False
    """Windows: the pod-level ``securityContext.windowsOptions.hostProcess``."""
    host_users: bool | None = None
    """``False``: users of the pod are none of the node's."""
    os: str = ""
    """``spec.os.name``: ``linux`` or ``windows``; empty where it is not said."""
    windows: WindowsGround | None = None
    """``None``: it does not ask for Windows nodes."""
    security: SecurityContext = _PLAIN
    host_paths: tuple[HostPath, ...] = ()
    connections: tuple[KubeletConnection, ...] = ()
    """Hosts that the kubelet connects to for probes, hooks and volumes."""
    resources: Resources | None = None
    """What the pod says for all its containers together."""
    scratch: tuple[Scratch, ...] = ()
    remote_sources: tuple[str, ...] = ()
    """Paths of sources of volumes that name storage by themselves: ``spec.volumes[0].nfs``."""
    injected_images: tuple[Image, ...] = ()
    """Of containers that webhooks of the platform add, as annotations name them."""
    partial: bool = False
    """Whether the rest of the pod is decided elsewhere: what is not said here may be said there."""
    continues: bool = False
    """Whether this goes on with what was admitted before: a Pod that a controller owns, or what
    a controller of the cluster makes (the ReplicaSet of a Deployment, the Job of a CronJob)."""
    running: bool = False
    """Whether it is a Pod whose status says that it has an address."""
    budget_settled: bool = True
    """Whether the namespace's quota is in force; always true but for the CREATE of a Pod."""

    def declared(self, label: str) -> Iterator[tuple[str, str]]:
        """Yield path and text of what a label declares of the pods.

        It may stand on the pod (template), on the object that makes the pods, or say on each
        something else.
        """
        of_pod, of_maker = self.labels.get(label), self.maker_labels.get(label)
        if of_pod is not None:
            yield f'{self.labels_path}["{label}"]', of_pod
        if of_maker is not None and of_maker != of_pod:
            yield f'metadata.labels["{label}"]', of_maker

    @property
    def images(self) -> tuple[Image, ...]:
        """Every image that the pod runs or mounts."""
        return (
            *(c.image for c in self.containers if c.image is not None),
            *self.volume_images,
            *self.injected_images,
        )
