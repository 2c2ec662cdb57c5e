"""How kinds of other projects carry pods: the paths at which each keeps templates or images.

What is read here is early word: the pods that come of it are judged when they are made, after all
that mutates them, and that judgement counts. So nothing is refused for being written in an unusual
way, and what a project fills in later (``$(params.image)``, ``{{inputs.image}}``) is left to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from msgspec.structs import replace

from aup.facts.image import read_image
from aup.facts.model import (
    Container,
    ContainerKind,
    Facts,
    Image,
    Placement,
    SecurityContext,
    Subject,
    Surroundings,
    Workload,
)
from aup.facts.pod import read_container, read_pod
from aup.facts.wire import workload as wire
from aup.facts.wire.shape import WHOLE, fit, too_many
from aup.facts.wire.tree import Tree, read_tree

MAX_PARTS: Final = 512
"""Templates, containers, images and whatever else rules look at one by one in an object. An honest
workflow has dozens of steps; all are judged by every rule that reads workloads."""

_FILLED_IN: Final = ("$(", "${", "{{")
"""Beginnings of what a project replaces before it makes a pod."""

_LEFT_OPEN: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """An image that is not written as the image of a container is."""

    path: str
    scheme: str = ""
    """What stands before the image: ``docker://``; others are not read."""
    of_kind: str = ""
    """The path leads to objects of several kinds, of which this one names an image."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a kind keeps pods. A path leads to one place or, with ``[]`` and ``*``, to many."""

    templates: tuple[str, ...] = ()
    """Pod templates that are used as they are."""
    fragments: tuple[str, ...] = ()
    """Pod templates that the project completes."""
    specs: tuple[str, ...] = ()
    """Objects with some of the fields of a pod spec, under the same names."""
    containers: tuple[str, ...] = ()
    """Containers that stand by themselves."""
    images: tuple[str | Reference, ...] = ()

    def read(self, raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
        """Read an object of the kind."""
        tree = read_tree(raw)
        unreadable = tree.problems
        parts: list[Workload] = []
        left = MAX_PARTS
        for part in self._parts(tree, subject, surroundings):
            left -= weight(part)
            if left < 0:
                excess = too_many(WHOLE, MAX_PARTS, "pod templates, containers, images and volumes")
                return Facts(subject, problems=(*unreadable, excess))
            if not part.partial or says_anything(part):
                parts.append(part)
        problems = unreadable or tuple(problem for problem in tree.problems if problem.hides)
        if parts and (labels := _labels(tree)):
            # What the object declares is said once, not of each of its parts.
            parts[0] = replace(parts[0], maker_labels=labels)
        return Facts(subject, tuple(parts), problems=problems)

    def _parts(
        self, tree: Tree, subject: Subject, surroundings: Surroundings
    ) -> Iterator[Workload]:
        """Yield all parts of pods; last what stands by itself."""
        yield from self._workloads(tree, subject, surroundings)
        yield loose_parts(
            tuple(islice(self._loose_containers(tree), MAX_PARTS)),
            tuple(islice(self._loose_images(tree), MAX_PARTS)),
            subject,
        )

    def _workloads(
        self, tree: Tree, subject: Subject, surroundings: Surroundings
    ) -> Iterator[Workload]:
        """Yield the pods that are read with their metadata or their spec."""
        for path in self.templates:
            for at, value in tree.each(path):
                template, _ = fit(value, wire.PodTemplateSpec)
                yield carried(template, at, subject, surroundings)
        for path in self.fragments:
            for at, value in tree.each(path):
                template, _ = fit(value, wire.PodTemplateSpec)
                yield as_part(carried(template, at, subject, surroundings))
        for path in self.specs:
            for at, value in tree.each(path):
                yield part_of_pod(value, at, subject, surroundings)

    def _loose_containers(self, tree: Tree) -> Iterator[Container]:
        """Yield the containers that stand by themselves."""
        for path in self.containers:
            for at, value in tree.each(path):
                found, _ = fit(value, wire.Container)
                yield _settled(read_container(found, ContainerKind.CONTAINER, at))

    def _loose_images(self, tree: Tree) -> Iterator[Image]:
        """Yield the images that stand by themselves."""
        for named in self.images:
            reference = Reference(named) if isinstance(named, str) else named
            for at, value in tree.each(reference.path):
                yield from _referred(reference, at, value)


def _labels(tree: Tree) -> dict[str, str]:
    """Return the labels of the object itself."""
    labels = tree.one("metadata.labels")
    if not isinstance(labels, dict):
        return {}
    return {key: value for key, value in labels.items() if isinstance(value, str)}


def part_of_pod(value: Any, path: str, subject: Subject, surroundings: Surroundings) -> Workload:
    """Return the part of a pod that an object with some fields of a pod spec is."""
    spec, _ = fit(value, wire.PodSpec)
    template = wire.PodTemplateSpec(spec=spec)
    return as_part(carried(template, path, subject, surroundings, spec_at=path))


def carried(
    template: wire.PodTemplateSpec,
    path: str,
    subject: Subject,
    surroundings: Surroundings,
    *,
    spec_at: str = "",
) -> Workload:
    """Read a template; what cannot be read of it is nobody's problem before there are pods."""
    prefix = f"{path}." if path else ""
    workload, _ = read_pod(template, prefix, subject.namespace, surroundings, at=spec_at)
    return replace(
        workload,
        containers=tuple(_settled(container) for container in workload.containers),
        volume_images=tuple(i for i in workload.volume_images if is_settled(i.text)),
        injected_images=tuple(i for i in workload.injected_images if is_settled(i.text)),
    )


def weight(workload: Workload) -> int:
    """Return how much there is to judge about a part of a pod: one at least."""
    return 1 + sum(
        map(
            len,
            (
                workload.containers,
                workload.volume_images,
                workload.injected_images,
                workload.host_paths,
                workload.connections,
                workload.remote_sources,
                workload.placement.grounds,
                workload.security.sysctls,
                *(container.ports for container in workload.containers),
                *(container.security.added for container in workload.containers),
            ),
        )
    )


def says_anything(workload: Workload) -> bool:
    """Tell whether a part of a pod has anything that a rule might ask about."""
    return any(
        (
            workload.containers,
            workload.images,
            workload.labels,
            workload.annotations,
            workload.host_network or workload.host_pid or workload.host_ipc,
            workload.pod_host_process,
            workload.host_paths,
            workload.connections,
            workload.security != SecurityContext(workload.security.path),
        )
    )


def as_part(workload: Workload) -> Workload:
    """Return a workload as a part of a pod: where it is silent, the rest may speak."""
    placement = workload.placement
    if placement.regions is None:
        placement = Placement(_LEFT_OPEN, placement.path)
    return replace(workload, partial=True, placement=placement)


def loose_parts(
    containers: tuple[Container, ...], images: tuple[Image, ...], subject: Subject
) -> Workload:
    """Return what stands by itself as the part of a pod that it will be."""
    return Workload(
        namespace=subject.namespace,
        path="spec",
        containers=containers,
        volume_images=images,
        placement=Placement(_LEFT_OPEN, "spec"),
        partial=True,
    )


def _settled(container: Container) -> Container:
    """Return a container without an image that is filled in later."""
    image = container.image
    return container if image is None or is_settled(image.text) else replace(container, image=None)


def _referred(reference: Reference, path: str, value: Any) -> Iterator[Image]:
    """Yield the image that is referred to at a path."""
    if reference.of_kind:
        if not isinstance(value, dict) or value.get("kind") != reference.of_kind:
            return
        path, value = f"{path}.name", value.get("name")
    if isinstance(value, str) and value.startswith(reference.scheme):
        text = value.removeprefix(reference.scheme)
        if is_settled(text):
            yield read_image(text, path)


def is_settled(text: str) -> bool:
    """Tell whether a text is an image by now, and not something that is filled in later."""
    return not text.isspace() and text != "" and not any(mark in text for mark in _FILLED_IN)
