"""The table of carriers: for every path of every kind, what stands there is found."""

import json
from typing import Any

import pytest

from aup.facts.carriers import CARRIERS
from aup.facts.carriers.carrier import Carrier, Reference
from aup.facts.carriers.walk import is_custom
from aup.facts.extract import extract
from aup.facts.model import Offline, Subject, Workload
from support.corpus import resolve


def planted(path: str, value: Any) -> Any:
    """Return an object in which a value stands where a path leads to."""
    steps = path.replace("[]", ".[]").split(".") if path else []
    for step in reversed(steps):
        value = [value] if step == "[]" else {"Key" if step == "*" else step: value}
    return value


def found(kind: tuple[str, str], obj: Any) -> tuple[Workload, ...]:
    """Return what is read of an object, through the door that all kinds come in by."""
    subject = Subject(kind[0], kind[1], "acme-prod", "web")
    facts = extract(json.dumps(obj).encode(), subject, Offline())
    assert not facts.advisory
    return facts.workloads


def images_of(kind: tuple[str, str], obj: Any) -> set[str]:
    """Return the images that are found, each seen to stand where it is said to stand."""
    images = [image for workload in found(kind, obj) for image in workload.images]
    for image in images:
        assert image.text in str(resolve(obj, image.path))
    return {image.text for image in images}


def places(carrier: Carrier) -> list[tuple[str, Any]]:
    """Return what each path of a carrier should find, as it would be written there."""
    spec = {
        "containers": [{"image": "reg.example/c:1"}],
        "initContainers": [{"image": "reg.example/c:1"}],
    }
    templates = [(path, {"spec": spec}) for path in (*carrier.templates, *carrier.fragments)]
    return [
        *templates,
        *((path, spec) for path in carrier.specs),
        *((path, {"image": "reg.example/c:1"}) for path in carrier.containers),
        *(written(image) for image in carrier.images),
    ]


def written(image: str | Reference) -> tuple[str, Any]:
    """Return the path of an image and how it is written there."""
    if isinstance(image, str):
        return image, "reg.example/c:1"
    if image.of_kind:
        return image.path, {"kind": image.of_kind, "name": "reg.example/c:1"}
    return image.path, f"{image.scheme}reg.example/c:1"


ROWS = [
    pytest.param(kind, path, value, id=f"{kind[1]}.{kind[0]}-{path}")
    for kind, carrier in CARRIERS.items()
    for path, value in places(carrier)
]


@pytest.mark.parametrize(("kind", "path", "value"), ROWS)
def test_an_image_is_found_wherever_a_kind_keeps_one(
    kind: tuple[str, str], path: str, value: Any
) -> None:
    assert images_of(kind, planted(path, value)) == {"reg.example/c:1"}


@pytest.mark.parametrize("kind", CARRIERS, ids="/".join)
def test_a_carrier_has_a_place_and_is_a_kind_of_another_project(kind: tuple[str, str]) -> None:
    assert places(CARRIERS[kind])
    assert is_custom(kind[0])


@pytest.mark.parametrize("kind", CARRIERS, ids="/".join)
@pytest.mark.parametrize("obj", [{}, {"spec": None}, {"spec": {}}, {"spec": []}, {"spec": "x"}])
def test_an_object_without_pods_carries_none(kind: tuple[str, str], obj: Any) -> None:
    assert [image for workload in found(kind, obj) for image in workload.images] == []
