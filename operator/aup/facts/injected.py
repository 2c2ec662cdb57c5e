"""Images of containers that a platform's webhooks add to a pod: named in its annotations.

Those webhooks come before ours, so the Pod shows the container itself. Its template shows it here,
and so does a file.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from aup.facts.cni.go_json import UnreadableJSONError, all_of, objects, read_json
from aup.facts.image import read_image
from aup.facts.model import Image

_VERSIONS: Final[Mapping[str, str]] = {
    "config.linkerd.io/proxy-image": "config.linkerd.io/proxy-version",
    "config.linkerd.io/init-image": "config.linkerd.io/init-image-version",
    "config.linkerd.io/debug-image": "config.linkerd.io/debug-image-version",
    "dapr.io/sidecar-image": "",
    "secrets-webhook.security.bank-vaults.io/image": "",
    "sidecar.istio.io/proxyImage": "",
    "sidecar.skywalking.apache.org/initcontainer.Image": "",
    "vault.hashicorp.com/agent-image": "",
    "vault.security.banzaicloud.io/vault-env-image": "",
    "vault.security.banzaicloud.io/vault-image": "",
}
"""Annotations that name an image, each with the one that gives its tag apart; empty: none."""

_FAMILY: Final = "-lib.custom-image"
"""End of Datadog's keys: ``admission.datadoghq.com/java-lib.custom-image``, and by container."""

_LISTS: Final = frozenset({"hooks.kubevirt.io/hookSidecars"})
"""Annotations with JSON: a list of containers, each with its image."""

_SHORT: Final = frozenset({"sidecar.istio.io/proxyImage"})
"""Where a name without a slash is one of the platform's own registry."""


def injected_images(annotations: Mapping[str, str], path: str) -> Iterator[Image]:
    """Yield the images that the annotations at ``path`` name; an empty value names none."""
    for key, text in annotations.items():
        if key in _LISTS:
            yield from _listed(text, f'{path}["{key}"]')
            continue
        version_key = _VERSIONS.get(key)
        if version_key is None and not key.endswith(_FAMILY):
            continue
        if not text or (key in _SHORT and "/" not in text):
            continue
        image = read_image(text, f'{path}["{key}"]')
        version = annotations.get(version_key) if version_key else None
        if version and not image.problem:
            full = read_image(f"{image.repository}:{version}", image.path)
            image = image if full.problem else replace(full, text=text)
        yield image


def _listed(text: str, path: str) -> Iterator[Image]:
    """Yield the images of containers in JSON; what cannot be read makes no pod."""
    try:
        found = objects([read_json(text)])
    except UnreadableJSONError:
        return
    for image in all_of(found, "image"):
        if isinstance(image, str) and image:
            yield read_image(image, path)
