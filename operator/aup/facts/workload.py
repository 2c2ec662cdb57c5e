"""Pods and pod templates: what runs, where it may land, and what of the node it asks for.

Read here  the nine core kinds that hold a pod template: Pod, PodTemplate, ReplicationController,
           ReplicaSet, Deployment, StatefulSet, DaemonSet, Job, CronJob; all three lists of
           containers (sidecars are initContainers) and images that are mounted as volumes

A subresource that carries a Pod (ephemeralcontainers, resize, status) is read as the Pod that it
would leave behind.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from aup.facts.image import read_image
from aup.facts.json_value import text_of, type_of
from aup.facts.model import (
    Container,
    ContainerKind,
    Facts,
    Image,
    Operation,
    Port,
    Problem,
    Subject,
    Surroundings,
    Workload,
)
from aup.facts.placement import REGION_LABELS, read_placement
from aup.facts.wire import workload as wire
from aup.facts.wire.shape import MAX_PROBLEMS, too_many

TEMPLATE_MAKERS = frozenset(
    {
        "system:serviceaccount:kube-system:deployment-controller",
        "system:serviceaccount:kube-system:cronjob-controller",
        # Both of them, where the controllers share the credentials of their process.
        "system:kube-controller-manager",
    }
)
"""Who makes ReplicaSets and Jobs out of Deployments and CronJobs that were admitted before."""


MAX_IMAGES = 256
"""Containers of one pod, and images that it mounts. Honest pods have dozens at the most; each image
is read and looked up, and thousands of them would keep all other requests waiting."""
MAX_ENTRIES = 1024
"""Ports, and values of the required node affinity, of one pod."""
MAX_REGIONS = 64
"""Regions that one pod names: each is judged for each image."""

Strings = Mapping[str, str]
Problems = tuple[Problem, ...]


def pod(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a Pod."""
    found, problems = wire.POD.read(raw)
    return _facts(subject, surroundings, problems, found, "", is_pod=True)


def pod_template(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a PodTemplate."""
    found, problems = wire.POD_TEMPLATE.read(raw)
    return _facts(subject, surroundings, problems, found.template, "template.")


def controller(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a kind with one template at ``spec.template``, such as a Deployment or a Job."""
    found, problems = wire.CONTROLLER.read(raw)
    template = found.spec.template if found.spec else None
    return _facts(subject, surroundings, problems, template, "spec.template.")


def cron_job(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read a CronJob."""
    found, problems = wire.CRON_JOB.read(raw)
    job = found.spec.job_template if found.spec else None
    template = job.spec.template if job and job.spec else None
    return _facts(subject, surroundings, problems, template, "spec.jobTemplate.spec.template.")


def _facts(
    subject: Subject,
    surroundings: Surroundings,
    problems: Problems,
    template: wire.PodTemplateSpec | None,
    prefix: str,
    *,
    is_pod: bool = False,
) -> Facts:
    """Return the facts of the template under ``prefix``."""
    metadata = (template and template.metadata) or wire.Metadata()
    spec = (template and template.spec) or wire.PodSpec()
    path = f"{prefix}spec"
    if excess := tuple(_excess(spec, path)):
        spec = wire.PodSpec()
    labels_path = f"{prefix}metadata.labels"
    labels, bad_labels = _strings(metadata.labels, labels_path)
    annotations_path = f"{prefix}metadata.annotations"
    annotations, bad_annotations = _strings(metadata.annotations, annotations_path)
    selector, bad_selector = _strings(spec.node_selector, f"{path}.nodeSelector")
    workload = Workload(
        namespace=subject.namespace,
        path=path,
        containers=tuple(_containers(spec, path)),
        volume_images=tuple(_volume_images(spec.volumes, path)),
        placement=read_placement(spec, selector, path, subject.namespace, surroundings),
        labels=labels,
        labels_path=labels_path,
        annotations=annotations,
        annotations_path=annotations_path,
        host_network=bool(spec.host_network),
        host_pid=bool(spec.host_pid),
        host_ipc=bool(spec.host_ipc),
        pod_host_process=_is_host_process(spec.security_context),
        continues=is_pod or _by_template_maker(subject),
        budget_settled=not is_pod or _budget_settled(subject, surroundings),
    )
    misfits = (*excess, *bad_labels, *bad_annotations, *bad_selector)
    return Facts(subject, (workload,), problems=(*problems, *misfits))


def _excess(spec: wire.PodSpec, path: str) -> Iterator[Problem]:
    """Yield what there is more of than is looked at: of such a pod nothing else is read."""
    lists = (spec.containers, spec.init_containers, spec.ephemeral_containers)
    containers = [c for found in lists for c in found or () if c]
    volumes = sum(1 for v in spec.volumes or () if v and v.image)
    affinity = spec.affinity.node_affinity if spec.affinity else None
    terms = (affinity.required.node_selector_terms if affinity and affinity.required else ()) or ()
    requirements = [
        r for t in terms if t for r in (*(t.match_expressions or ()), *(t.match_fields or ())) if r
    ]
    counts = (
        ("containers", sum(map(len, (found or () for found in lists))), MAX_IMAGES),
        ("images as volumes", volumes, MAX_IMAGES),
        ("ports", sum(len(c.ports or ()) for c in containers), MAX_ENTRIES),
        ("values of node affinity", sum(len(r.values or ()) for r in requirements), MAX_ENTRIES),
        (
            "regions",
            len({v for r in requirements if r.key in REGION_LABELS for v in r.values or ()}),
            MAX_REGIONS,
        ),
    )
    for what, count, most in counts:
        if count > most:
            yield too_many(path, most, what)


def _containers(spec: wire.PodSpec, path: str) -> Iterator[Container]:
    """Yield the containers of all three lists."""
    lists = (
        (ContainerKind.CONTAINER, spec.containers),
        (ContainerKind.INIT, spec.init_containers),
        (ContainerKind.EPHEMERAL, spec.ephemeral_containers),
    )
    for kind, containers in lists:
        for i, container in enumerate(containers or ()):
            at = f"{path}.{kind}[{i}]"
            found = container or wire.Container()
            security = found.security_context
            yield Container(
                kind=kind,
                name=found.name or "",
                path=at,
                image=read_image(found.image, f"{at}.image") if found.image else None,
                ports=tuple(_ports(found.ports, at, host_network=bool(spec.host_network))),
                privileged=bool(security and security.privileged),
                host_process=_is_host_process(security),
            )


def _ports(
    ports: Iterable[wire.ContainerPort | None] | None, path: str, *, host_network: bool
) -> Iterator[Port]:
    """Yield ports; in the node's network each is a port of the node, written out or not."""
    for i, port in enumerate(ports or ()):
        number = (port.container_port if port else None) or 0
        host_port = (port.host_port if port else None) or (number if host_network else 0)
        yield Port(number=number, host_port=host_port, path=f"{path}.ports[{i}]")


def _volume_images(volumes: Iterable[wire.Volume | None] | None, path: str) -> Iterator[Image]:
    """Yield images that are mounted as volumes."""
    for i, volume in enumerate(volumes or ()):
        if volume and volume.image and volume.image.reference:
            yield read_image(volume.image.reference, f"{path}.volumes[{i}].image.reference")


def _strings(found: wire.Strings | None, path: str) -> tuple[Strings, Problems]:
    """Return a map of strings, and its misfits; null is empty text, as for the API server."""
    strings: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in (found or {}).items():
        if value is None or isinstance(value, str):
            strings[key] = value or ""
        else:
            detail = f"is {type_of(value)} where a string belongs"
            problems.append(Problem(f'{path}["{key}"]', text_of(value), detail))
    if len(problems) > MAX_PROBLEMS:
        return strings, (*problems[:MAX_PROBLEMS], replace(problems[MAX_PROBLEMS], hides=True))
    return strings, tuple(problems)


def _is_host_process(security: wire.PodSecurity | wire.ContainerSecurity | None) -> bool:
    """Whether a security context asks for a Windows process on the node itself."""
    options = security.windows_options if security else None
    return bool(options and options.host_process)


def _by_template_maker(subject: Subject) -> bool:
    """Whether the object is made by a controller, out of one that was admitted before."""
    return subject.writer is not None and subject.writer.username in TEMPLATE_MAKERS


def _budget_settled(subject: Subject, surroundings: Surroundings) -> bool:
    """Whether a quota counts the Pod; one that exists already was counted when it was created."""
    if subject.operation is not Operation.CREATE or subject.subresource:
        return True
    return surroundings.budget_settled(subject.namespace)
