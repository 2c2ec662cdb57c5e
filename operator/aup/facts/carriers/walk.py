"""Kinds that nobody has described to us: what in them looks like pods and images.

A guess, so it only ever warns. An object with a list ``containers``, in which one has an image, is
taken for a part of a pod; a text under ``image`` or ``imageName`` for an image where it reads as
one and says more than a word: ``redis`` may be anything, ``redis:8`` and ``ghcr.io/acme/web`` not.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from aup.facts.carriers.carrier import (
    is_settled,
    loose_parts,
    part_of_pod,
    says_anything,
    weight,
)
from aup.facts.image import read_image
from aup.facts.model import Facts, Image, Subject, Surroundings, Workload

MAX_BYTES: Final = 512 * 1024
"""Of an object; what is longer is a store of something else, and dear to decode."""
MAX_DEPTH: Final = 16
MAX_VISITED: Final = 8192
"""Objects and lists that are looked at."""
MAX_FOUND: Final = 64
"""Parts of pods, with their containers and what else rules look at one by one, and images."""

_NAMES: Final = ("image", "imageName")
_PASSED_OVER: Final = frozenset({"metadata", "status"})
"""What speaks about the object, not about what it wants."""
_LISTS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})

KNOWN_GROUPS: Final = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
        "aup.asergo.com",
    }
)
"""Groups with a dot that are known, and hold no pods but those that are read by kind."""


def is_custom(group: str) -> bool:
    """Tell whether kinds of a group may be anybody's: a definition's group has a dot."""
    return "." in group and group not in KNOWN_GROUPS


def walk(raw: bytes, subject: Subject, surroundings: Surroundings) -> Facts:
    """Read what looks like pods and images; an object that cannot be read, or is huge, has none."""
    if len(raw) > MAX_BYTES:
        return Facts(subject)
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Facts(subject)
    if not isinstance(value, dict):
        return Facts(subject)
    pods: list[Workload] = []
    images: list[Image] = []
    left = MAX_FOUND
    for path, found in _objects({k: v for k, v in value.items() if k not in _PASSED_OVER}):
        if _runs_containers(found):
            part = part_of_pod(found, path, subject, surroundings)
            left -= weight(part)
            if says_anything(part):
                pods.append(part)
        for image in _images(found, path):
            images.append(image)
            left -= 1
        if left <= 0:
            break
    if images:
        pods.append(loose_parts((), tuple(images), subject))
    return Facts(subject, tuple(pods), advisory=True) if pods else Facts(subject)


def _objects(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and value of each object, outer ones and earlier ones first."""
    left = MAX_VISITED
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, found, depth = waiting.pop()
        if isinstance(found, dict):
            yield path, found
        if depth < MAX_DEPTH:
            below = list(islice(_below(found, path), left))
            left -= len(below)
            waiting.extend((at, item, depth + 1) for at, item in reversed(below))


def _below(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the objects and lists in an object or a list, but for what was read with it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list) and not _is_read(value, key):
                yield _step(path, key), item
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, dict | list):
                yield f"{path}[{i}]", item


def _step(path: str, key: str) -> str:
    """Return the path of a field."""
    if not key.isidentifier():
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _is_read(value: dict[str, Any], key: str) -> bool:
    """Tell whether a field was read with the part of a pod that it stands in."""
    return key in _LISTS and _runs_containers(value)


def _runs_containers(value: dict[str, Any]) -> bool:
    """Tell whether an object has the looks of a pod spec.

    The patterns of other policy engines have them too, but for their images: ``!*:latest``.
    """
    containers = value.get("containers")
    return isinstance(containers, list) and any(
        isinstance(c, dict) and _is_image(c.get("image")) for c in containers[:MAX_FOUND]
    )


def _is_image(text: Any) -> bool:
    """Tell whether a value is an image by now and can be read as one."""
    return isinstance(text, str) and is_settled(text) and not read_image(text, "").problem


def _images(value: dict[str, Any], path: str) -> Iterator[Image]:
    """Yield the images that the fields of an object seem to name."""
    for name in _NAMES:
        text = value.get(name)
        if isinstance(text, str) and is_settled(text) and _says_more_than_a_word(text):
            image = read_image(text, _step(path, name))
            if not image.problem:
                yield image


def _says_more_than_a_word(text: str) -> bool:
    """Tell whether a reference has a tag, a digest or a registry."""
    first, slash, _ = text.partition("/")
    return ":" in text or "@" in text or bool(slash and "." in first)
