"""Images that annotations name for containers of the platform's webhooks."""

import pytest

from aup.facts.injected import injected_images
from aup.facts.model import Image

AT = "spec.template.metadata.annotations"


def found(**annotations: str) -> list[Image]:
    return list(injected_images(annotations, AT))


@pytest.mark.parametrize(
    "key",
    [
        "dapr.io/sidecar-image",
        "secrets-webhook.security.bank-vaults.io/image",
        "sidecar.istio.io/proxyImage",
        "sidecar.skywalking.apache.org/initcontainer.Image",
        "vault.hashicorp.com/agent-image",
        "vault.security.banzaicloud.io/vault-env-image",
        "vault.security.banzaicloud.io/vault-image",
        "config.linkerd.io/proxy-image",
        "config.linkerd.io/init-image",
        "config.linkerd.io/debug-image",
        "admission.datadoghq.com/java-lib.custom-image",
        "admission.datadoghq.com/app.python-lib.custom-image",
    ],
)
def test_an_image_stands_at_its_annotation(key: str) -> None:
    text = "reg.example/tool:1"
    assert found(**{key: text}) == [Image(text, f'{AT}["{key}"]', "reg.example/tool", "1")]
    assert found(**{key: ""}) == []


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("config.linkerd.io/proxy-image", "config.linkerd.io/proxy-version"),
        ("config.linkerd.io/init-image", "config.linkerd.io/init-image-version"),
        ("config.linkerd.io/debug-image", "config.linkerd.io/debug-image-version"),
    ],
)
def test_a_version_may_stand_apart(image: str, version: str) -> None:
    annotations = {version: "edge-24", image: "reg.example/linkerd"}
    (read,) = found(**annotations)
    assert (read.text, read.repository, read.tag) == (
        "reg.example/linkerd",
        "reg.example/linkerd",
        "edge-24",
    )
    (unread,) = found(**(annotations | {version: "no tag"}))
    assert unread.tag == "latest"
    assert found(**{version: "edge-24"}) == []


def test_a_short_name_for_istio_is_the_platforms_own() -> None:
    assert found(**{"sidecar.istio.io/proxyImage": "proxyv2"}) == []
    assert found(**{"dapr.io/sidecar-image": "daprd"})[0].repository == "docker.io/library/daprd"


def test_what_cannot_be_read_is_kept_with_its_problem() -> None:
    (image,) = found(**{"dapr.io/sidecar-image": "no image"})
    assert (image.text, image.problem) == ("no image", "it holds a space or a line break")


def test_other_annotations_name_none() -> None:
    assert (
        found(**{"dapr.io/app-image": "x", "config.linkerd.io/proxy-version": "1", "image": "x"})
        == []
    )


HOOKS = "hooks.kubevirt.io/hookSidecars"


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ('[{"image": "reg.example/a:1"}, {"Image": "reg.example/b:2"}]', ["a", "b"]),
        ('[{"image": "reg.example/a:1", "image": "reg.example/b:2"}]', ["a", "b"]),
        ('[{"configMap": {"name": "hook"}}, {"image": ""}, {"image": null}, null]', []),
        ('{"image": "reg.example/a:1"}', ["a"]),
        ('[{"image": ', []),
        ("", []),
    ],
)
def test_a_list_of_containers_names_the_image_of_each(text: str, images: list[str]) -> None:
    """All that a reader of the annotation may take: Go reads any case, and the last of two."""
    read = found(**{HOOKS: text})
    assert [image.repository for image in read] == [f"reg.example/{name}" for name in images]
    assert all(image.path == f'{AT}["{HOOKS}"]' for image in read)
