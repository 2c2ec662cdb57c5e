"""What rules read of pods and of the templates that controllers make pods from.

Field names are Kubernetes' own; docstrings there. Leaves typed ``Any`` are claims (see shape.py).
"""

from typing import Any

from msgspec import field

from aup.facts.wire.later import Later
from aup.facts.wire.security import ContainerSecurity, PodSecurity, Probed
from aup.facts.wire.shape import Shape, Wire
from aup.facts.wire.volume import Volume

Strings = dict[str, Any]
"""A map of strings. Its values are claims, so that a misfit is named by its key."""


class ContainerPort(Wire, frozen=True):
    """A port of a container."""

    container_port: int | None = None
    host_port: int | None = None
    host_ip: Any = field(default=None, name="hostIP")
    protocol: str | None = None


class Container(Probed, frozen=True):
    """A container of any of the three lists."""

    name: str | None = None
    image: str | None = None
    command: Any = None
    args: Any = None
    env: Later = None
    """Only what a command line refers to by ``$(NAME)`` is looked up in it."""
    script: Any = None
    """Of a step of Tekton: a text that an interpreter runs."""
    source: Any = None
    """The same, of a script of Argo."""
    ports: list[ContainerPort | None] | None = None
    security_context: ContainerSecurity | None = None
    resources: Any = None


class NodeRequirement(Wire, frozen=True):
    """NodeSelectorRequirement."""

    key: str | None = None
    operator: str | None = None
    values: list[str | None] | None = None


class NodeTerm(Wire, frozen=True):
    """NodeSelectorTerm."""

    match_expressions: list[NodeRequirement | None] | None = None
    match_fields: list[NodeRequirement | None] | None = None


class NodeSelector(Wire, frozen=True):
    """NodeSelector of a required node affinity."""

    node_selector_terms: list[NodeTerm | None] | None = None


class NodeAffinity(Wire, frozen=True):
    """NodeAffinity; what is preferred confines nothing and is not read."""

    required: NodeSelector | None = field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(Wire, frozen=True):
    """Affinity."""

    node_affinity: NodeAffinity | None = None


class PodOS(Wire, frozen=True):
    """PodOS."""

    name: str | None = None


class PodSpec(Wire, frozen=True):
    """PodSpec."""

    containers: list[Container | None] | None = None
    init_containers: list[Container | None] | None = None
    ephemeral_containers: list[Container | None] | None = None
    volumes: list[Volume | None] | None = None
    node_name: str | None = None
    node_selector: Strings | None = None
    affinity: Affinity | None = None
    host_network: bool | None = None
    host_pid: bool | None = field(default=None, name="hostPID")
    host_ipc: bool | None = field(default=None, name="hostIPC")
    host_users: bool | None = None
    os: PodOS | None = None
    security_context: PodSecurity | None = None
    resources: Any = None


class OwnerReference(Wire, frozen=True):
    """OwnerReference."""

    controller: bool | None = None


class Metadata(Wire, frozen=True):
    """ObjectMeta."""

    labels: Strings | None = None
    annotations: Strings | None = None
    owner_references: list[OwnerReference | None] | None = None


class Labelled(Wire, frozen=True):
    """ObjectMeta of what makes pods."""

    labels: Strings | None = None


class PodTemplateSpec(Wire, frozen=True):
    """PodTemplateSpec; a Pod has a status besides."""

    metadata: Metadata | None = None
    spec: PodSpec | None = None


class PodAddress(Wire, frozen=True):
    """PodIP and HostIP."""

    ip: Any = None


class PodStatus(Wire, frozen=True):
    """PodStatus: where the pod is."""

    pod_ip: Any = field(default=None, name="podIP")
    pod_ips: list[PodAddress | None] | None = field(default=None, name="podIPs")
    host_ip: Any = field(default=None, name="hostIP")
    host_ips: list[PodAddress | None] | None = field(default=None, name="hostIPs")


class Pod(PodTemplateSpec, frozen=True):
    """Pod v1."""

    status: PodStatus | None = None


class PodTemplate(Wire, frozen=True):
    """PodTemplate v1."""

    metadata: Labelled | None = None
    template: PodTemplateSpec | None = None


class ControllerSpec(Wire, frozen=True):
    """Spec of a kind that makes pods from one template."""

    template: PodTemplateSpec | None = None


class Controller(Wire, frozen=True):
    """ReplicationController, ReplicaSet, Deployment, StatefulSet, DaemonSet, Job."""

    metadata: Labelled | None = None
    spec: ControllerSpec | None = None


class CronJobSpec(Wire, frozen=True):
    """CronJob batch/v1, spec: a template of Jobs."""

    job_template: Controller | None = None


class CronJob(Wire, frozen=True):
    """CronJob batch/v1."""

    metadata: Labelled | None = None
    spec: CronJobSpec | None = None


POD = Shape(Pod)
POD_TEMPLATE = Shape(PodTemplate)
CONTROLLER = Shape(Controller)
CRON_JOB = Shape(CronJob)
