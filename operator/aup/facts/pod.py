"""A pod spec and the metadata beside it: what runs, where it may land, what it asks of the node.

Read here  all three lists of containers (sidecars are initContainers), images that are mounted as
           volumes or named in annotations, ports, security contexts, probes, hooks, volumes, and
           node selection
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypedDict, Unpack

from msgspec.structs import replace

from aup.facts import command_line
from aup.facts.address import parse_address
from aup.facts.claims import is_absent
from aup.facts.connections import probe_connections
from aup.facts.image import read_image
from aup.facts.injected import injected_images
from aup.facts.json_value import text_of, type_of
from aup.facts.model import (
    Container,
    ContainerKind,
    Image,
    KubeletConnection,
    Port,
    Problem,
    Surroundings,
    Workload,
)
from aup.facts.open_ports import TCP
from aup.facts.placement import REGION_LABELS, read_placement
from aup.facts.resources import read_resources, scratch_volumes
from aup.facts.security import container_security, is_host_process, pod_security
from aup.facts.volumes import (
    Volumes,
    connections,
    each_volume,
    host_paths,
    remote_sources,
    volume_images,
)
from aup.facts.windows import windows_ground
from aup.facts.wire import workload as wire
from aup.facts.wire.shape import MAX_PROBLEMS, too_many

MAX_IMAGES = 256
"""Containers of one pod, and images that it mounts. Honest pods have dozens at the most; each image
is read and looked up, and thousands of them would keep all other requests waiting."""
MAX_ENTRIES = 1024
"""Ports, volumes, capabilities, sysctls, hosts that the kubelet connects to, and values of the
required node affinity, of one pod."""
MAX_REGIONS = 64
"""Regions that one pod names: each is judged for each image."""

Strings = Mapping[str, str]
Problems = tuple[Problem, ...]


class Said(TypedDict, total=False):
    """What is known of a workload beside its template; see `Workload`."""

    continues: bool
    budget_settled: bool


def read_pod(
    template: wire.PodTemplateSpec | None,
    prefix: str,
    namespace: str,
    surroundings: Surroundings,
    *,
    at: str = "",
    **said: Unpack[Said],
) -> tuple[Workload, Problems]:
    """Read the pod, or the pod template, under ``prefix``: empty, or a path that ends with a dot.

    ``at`` is the path of the spec where it is not ``<prefix>spec``.
    """
    path = at or f"{prefix}spec"
    spec, excess = _bounded((template and template.spec) or wire.PodSpec(), path)
    labels, annotations, selector, misfits = _texts(template, spec, prefix, path)
    volumes = tuple(each_volume(spec.volumes, path))
    workload = Workload(
        namespace=namespace,
        path=path,
        containers=tuple(_containers(spec, path)),
        volume_images=tuple(volume_images(volumes)),
        injected_images=tuple(_injected(annotations, prefix)),
        placement=read_placement(spec, selector, path, namespace, surroundings),
        labels=labels,
        labels_path=f"{prefix}metadata.labels",
        annotations=annotations,
        annotations_path=f"{prefix}metadata.annotations",
        host_network=bool(spec.host_network),
        host_pid=bool(spec.host_pid),
        host_ipc=bool(spec.host_ipc),
        host_users=spec.host_users,
        os=(spec.os.name or "") if spec.os else "",
        windows=windows_ground(spec, selector, path),
        pod_host_process=is_host_process(spec.security_context),
        security=pod_security(spec.security_context, path),
        host_paths=tuple(host_paths(volumes)),
        connections=tuple(islice(_connected(spec, volumes, path), MAX_ENTRIES + 1)),
        remote_sources=tuple(remote_sources(volumes)),
        resources=read_resources(spec.resources, f"{path}.resources"),
        scratch=tuple(scratch_volumes(spec.volumes, path)),
        **said,
    )
    return workload, (*excess, *misfits, *_left_out(workload))


def _texts(
    template: wire.PodTemplateSpec | None, spec: wire.PodSpec, prefix: str, path: str
) -> tuple[Strings, Strings, Strings, Problems]:
    """Return labels, annotations and node selector, and what in them is no text."""
    metadata = (template and template.metadata) or wire.Metadata()
    labels, bad_labels = _strings(metadata.labels, f"{prefix}metadata.labels")
    annotations, bad_notes = _strings(metadata.annotations, f"{prefix}metadata.annotations")
    selector, bad_selector = _strings(spec.node_selector, f"{path}.nodeSelector")
    return labels, annotations, selector, (*bad_labels, *bad_notes, *bad_selector)


def lists(spec: wire.PodSpec) -> tuple[tuple[ContainerKind, list[wire.Container | None]], ...]:
    """Return the three lists of containers that a pod has."""
    return (
        (ContainerKind.CONTAINER, spec.containers or []),
        (ContainerKind.INIT, spec.init_containers or []),
        (ContainerKind.EPHEMERAL, spec.ephemeral_containers or []),
    )


def _bounded(spec: wire.PodSpec, path: str) -> tuple[wire.PodSpec, Problems]:
    """Return a spec, and nothing of it where it holds more than is looked at."""
    excess = tuple(_excess(spec, path))
    return (wire.PodSpec() if excess else spec), excess


def _excess(spec: wire.PodSpec, path: str) -> Iterator[Problem]:
    """Yield what there is more of than is looked at: of such a pod nothing else is read."""
    volumes = spec.volumes or ()
    security = spec.security_context
    counts = (
        *_counted(spec),
        ("images as volumes", len([v for v in volumes if v and v.image]), MAX_IMAGES),
        ("volumes", len(volumes), MAX_ENTRIES),
        ("sysctls", len(security.sysctls or ()) if security else 0, MAX_ENTRIES),
        *(_selected(spec.affinity) if spec.affinity else ()),
    )
    for what, count, most in counts:
        if count > most:
            yield too_many(path, most, what)


def _counted(spec: wire.PodSpec) -> tuple[tuple[str, int, int], ...]:
    """Return how many containers, ports and capabilities there are, and may be."""
    containers = ports = capabilities = 0
    for _, found in lists(spec):
        containers += len(found)
        for container in found:
            if container is None:
                continue
            ports += len(container.ports or ())
            security = container.security_context
            if security and security.capabilities:
                capabilities += len(security.capabilities.add or ())
                capabilities += len(security.capabilities.drop or ())
    return (
        ("containers", containers, MAX_IMAGES),
        ("ports", ports, MAX_ENTRIES),
        ("capabilities", capabilities, MAX_ENTRIES),
    )


def _selected(affinity: wire.Affinity) -> tuple[tuple[str, int, int], ...]:
    """Return how many values and regions the required node affinity names, and may name."""
    required = affinity.node_affinity.required if affinity.node_affinity else None
    terms = (required.node_selector_terms if required else ()) or ()
    requirements = [
        r for t in terms if t for r in (*(t.match_expressions or ()), *(t.match_fields or ())) if r
    ]
    regions = {v for r in requirements if r.key in REGION_LABELS for v in r.values or ()}
    values = sum(len(r.values or ()) for r in requirements)
    return (
        ("values of node affinity", values, MAX_ENTRIES),
        ("regions", len(regions), MAX_REGIONS),
    )


def _containers(spec: wire.PodSpec, path: str) -> Iterator[Container]:
    """Yield the containers of all three lists."""
    host_network = bool(spec.host_network)
    for kind, containers in lists(spec):
        for i, container in enumerate(containers):
            found = container or wire.Container()
            yield read_container(found, kind, f"{path}.{kind}[{i}]", host_network=host_network)


def read_container(
    found: wire.Container, kind: ContainerKind, path: str, *, host_network: bool = False
) -> Container:
    """Read the container at ``path``."""
    security = found.security_context
    return Container(
        kind=kind,
        name=found.name or "",
        path=path,
        image=read_image(found.image, f"{path}.image") if found.image else None,
        ports=tuple(_ports(found.ports, path, host_network=host_network)) if found.ports else (),
        privileged=bool(security and security.privileged),
        host_process=is_host_process(security),
        security=container_security(security, path),
        resources=read_resources(found.resources, f"{path}.resources"),
        command=command_line.words(found.command),
        args=command_line.words(found.args),
        executed=command_line.executed(found, path),
    )


def _ports(
    ports: Iterable[wire.ContainerPort | None], path: str, *, host_network: bool
) -> Iterator[Port]:
    """Yield ports; in the node's network each is a port of the node, written out or not."""
    for i, port in enumerate(ports):
        found = port or wire.ContainerPort()
        number = found.container_port or 0
        host_port = found.host_port or (number if host_network else 0)
        opened = Port(number, host_port, f"{path}.ports[{i}]", tcp=found.protocol in TCP)
        if host_port and not is_absent(found.host_ip):
            parsed = parse_address(found.host_ip)
            opened = replace(opened, host_ip=parsed.text, host_address=parsed.address)
        yield opened


def _connected(spec: wire.PodSpec, volumes: Volumes, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that the kubelet connects to for a pod."""
    yield from _probed(spec, path)
    yield from connections(volumes)


def _left_out(workload: Workload) -> Problems:
    """Return that there are more hosts, or images in annotations, than are looked at."""
    problems: Problems = ()
    if len(workload.connections) > MAX_ENTRIES:
        problems += (too_many(workload.path, MAX_ENTRIES, "hosts of probes and volumes"),)
    if len(workload.injected_images) > MAX_IMAGES:
        problems += (too_many(workload.annotations_path, MAX_IMAGES, "images"),)
    return problems


def _probed(spec: wire.PodSpec, path: str) -> Iterator[KubeletConnection]:
    """Yield the hosts that probes and hooks of all containers name."""
    for kind, containers in lists(spec):
        for i, container in enumerate(containers):
            if container is not None:
                yield from probe_connections(container, f"{path}.{kind}[{i}]")


def _injected(annotations: Strings, prefix: str) -> Iterator[Image]:
    """Yield the images that annotations name, as many as are looked at and one more."""
    if annotations:
        found = injected_images(annotations, f"{prefix}metadata.annotations")
        yield from islice(found, MAX_IMAGES + 1)


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
