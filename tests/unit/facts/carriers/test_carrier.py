"""Kinds that carry pods: whole templates, parts of pods, single containers, single images."""

import json
from typing import Any

import pytest

from aup.facts.carriers.carrier import MAX_PARTS, Carrier, Reference, is_settled
from aup.facts.model import (
    Container,
    ContainerKind,
    Facts,
    Offline,
    Placement,
    Problem,
    SecurityContext,
    Subject,
    Workload,
)
from aup.facts.wire.shape import WHOLE

SUBJECT = Subject("example.com", "Thing", "acme-prod", "web")
LEFT_OPEN: frozenset[str] = frozenset()


def facts(carrier: Carrier, obj: Any) -> Facts:
    return carrier.read(json.dumps(obj).encode(), SUBJECT, Offline())


def read(carrier: Carrier, obj: Any) -> tuple[Workload, ...]:
    found = facts(carrier, obj)
    assert found.problems == ()
    return found.workloads


def names(workload: Workload) -> list[tuple[str, str]]:
    return [(image.path, image.repository) for image in workload.images]


TEMPLATE = {
    "metadata": {
        "labels": {"app": "web"},
        "annotations": {"dapr.io/sidecar-image": "reg.example/d"},
    },
    "spec": {
        "hostNetwork": True,
        "containers": [{"name": "web", "image": "reg.example/web"}],
        "volumes": [{"hostPath": {"path": "/etc"}}],
    },
}


def test_a_whole_template_is_read_as_that_of_a_deployment_is() -> None:
    (workload,) = read(Carrier(templates=("spec.template",)), {"spec": {"template": TEMPLATE}})
    assert (workload.path, workload.partial) == ("spec.template.spec", False)
    assert workload.labels == {"app": "web"}
    assert workload.host_network
    assert workload.placement == Placement(None, "spec.template.spec.nodeSelector")
    assert [p.path for p in workload.host_paths] == ["spec.template.spec.volumes[0].hostPath.path"]
    assert names(workload) == [
        ("spec.template.spec.containers[0].image", "reg.example/web"),
        ('spec.template.metadata.annotations["dapr.io/sidecar-image"]', "reg.example/d"),
    ]


def test_each_template_of_many_keeps_its_path() -> None:
    carrier = Carrier(templates=("spec.roles.*.template", "spec.jobs[].template"))
    roles = {"Worker": {"template": TEMPLATE}, "a.b": {"template": TEMPLATE}, "none": None}
    found = read(carrier, {"spec": {"roles": roles, "jobs": [None, {"template": TEMPLATE}]}})
    assert [workload.path for workload in found] == [
        "spec.roles.Worker.template.spec",
        'spec.roles["a.b"].template.spec',
        "spec.jobs[1].template.spec",
    ]


def test_an_object_may_be_a_template_itself() -> None:
    (workload,) = read(Carrier(templates=("",)), TEMPLATE)
    assert (workload.path, workload.labels_path) == ("spec", "metadata.labels")


def test_a_fragment_confines_nothing_unless_it_says_so() -> None:
    carrier = Carrier(fragments=("spec.podTemplate",))
    (left_open,) = read(carrier, {"spec": {"podTemplate": TEMPLATE}})
    assert left_open.partial
    assert left_open.placement == Placement(LEFT_OPEN, "spec.podTemplate.spec.nodeSelector")
    selector = {"topology.kubernetes.io/region": "eu-north-1"}
    (confined,) = read(
        carrier, {"spec": {"podTemplate": {"spec": {"nodeSelector": selector, "hostPID": True}}}}
    )
    assert confined.placement.regions == frozenset({"eu-north-1"})


@pytest.mark.parametrize(
    "nothing", [{}, {"spec": {}}, {"spec": {"dnsPolicy": "Default"}}, "text", 7]
)
def test_a_fragment_that_says_nothing_is_no_pod(nothing: Any) -> None:
    assert read(Carrier(fragments=("spec.podTemplate",)), {"spec": {"podTemplate": nothing}}) == ()


def test_fields_of_a_pod_spec_are_read_where_they_stand() -> None:
    part = {"hostIPC": True, "initContainers": [{"image": "reg.example/i"}], "entrypoint": "main"}
    (workload,) = read(Carrier(specs=("spec.templates[]",)), {"spec": {"templates": [part, {}]}})
    assert (workload.path, workload.partial, workload.host_ipc) == ("spec.templates[0]", True, True)
    assert names(workload) == [("spec.templates[0].initContainers[0].image", "reg.example/i")]


def test_containers_and_images_that_stand_by_themselves_are_one_part_of_a_pod() -> None:
    carrier = Carrier(containers=("spec.step", "spec.sidecars[]"), images=("spec.image",))
    obj = {
        "spec": {
            "step": {
                "name": "s",
                "image": "reg.example/s",
                "securityContext": {"privileged": True},
            },
            "sidecars": [{"image": "reg.example/x"}],
            "image": "reg.example/i",
        }
    }
    (workload,) = read(carrier, obj)
    assert (workload.partial, workload.placement) == (True, Placement(LEFT_OPEN, "spec"))
    assert names(workload) == [
        ("spec.step.image", "reg.example/s"),
        ("spec.sidecars[0].image", "reg.example/x"),
        ("spec.image", "reg.example/i"),
    ]
    step = workload.containers[0]
    assert step == Container(
        kind=ContainerKind.CONTAINER,
        name="s",
        path="spec.step",
        image=step.image,
        privileged=True,
        security=SecurityContext("spec.step.securityContext"),
    )


def test_an_image_may_be_written_as_an_address() -> None:
    carrier = Carrier(images=(Reference("spec.url", scheme="docker://"),))
    (workload,) = read(carrier, {"spec": {"url": "docker://reg.example/disk:1"}})
    (image,) = workload.images
    assert (image.text, image.path) == ("reg.example/disk:1", "spec.url")
    for other in ("http://reg.example/disk", "reg.example/disk:1", "", None, 7, ["docker://x"]):
        assert read(carrier, {"spec": {"url": other}}) == ()


def test_a_reference_of_another_kind_is_no_image() -> None:
    carrier = Carrier(images=(Reference("spec.from", of_kind="DockerImage"),))
    (workload,) = read(
        carrier, {"spec": {"from": {"kind": "DockerImage", "name": "reg.example/b"}}}
    )
    assert names(workload) == [("spec.from.name", "reg.example/b")]
    for other in (
        {"kind": "ImageStreamTag", "name": "b"},
        {"name": "b"},
        {"kind": "DockerImage"},
        "b",
    ):
        assert read(carrier, {"spec": {"from": other}}) == ()


@pytest.mark.parametrize(
    "text",
    ["", " ", "\t", "$(params.image)", "reg.example/$(tag)", "{{inputs.image}}:1", "${IMAGE}"],
)
def test_what_is_filled_in_later_is_no_image_yet(text: str) -> None:
    assert not is_settled(text)
    spec = {"containers": [{"image": text}], "volumes": [{"image": {"reference": text}}]}
    metadata = {"annotations": {"dapr.io/sidecar-image": text}}
    carrier = Carrier(templates=("spec.template",), images=("spec.image",))
    obj = {"spec": {"template": {"metadata": metadata, "spec": spec}, "image": text}}
    (workload,) = read(carrier, obj)
    assert workload.images == ()
    assert len(workload.containers) == 1


def test_an_image_that_no_kubelet_takes_is_kept_with_its_problem() -> None:
    (workload,) = read(Carrier(images=("spec.image",)), {"spec": {"image": "Reg/App:1:2"}})
    assert workload.images[0].problem


def test_what_is_of_another_type_is_left_out_and_no_problem() -> None:
    """The project itself may write a parameter there; its pods are judged."""
    spec = {
        "hostNetwork": "{{inputs.host}}",
        "securityContext": {"runAsUser": "$(params.user)"},
        "containers": [{"image": 7}, {"image": "reg.example/web", "ports": "$(params.ports)"}],
    }
    (workload,) = read(
        Carrier(templates=("spec.template",)), {"spec": {"template": {"spec": spec}}}
    )
    assert names(workload) == [("spec.template.spec.containers[1].image", "reg.example/web")]
    templates: tuple[Any, ...] = ("text", 7, [], True)
    for template in templates:
        assert (
            names(read(Carrier(templates=("spec.template",)), {"spec": {"template": template}})[0])
            == []
        )
    others: tuple[Any, ...] = ("text", 7, [], None)
    for other in others:
        assert read(Carrier(templates=("spec.template",)), {"spec": other}) == ()


def heavy(what: str, count: int) -> Any:
    """Return an object with so much of something that rules look at one by one."""
    specs: dict[str, Any] = {
        "containers": {"containers": [{"image": "x"}] * (count // 4)},
        "volumes": {"volumes": [{"hostPath": {"path": "/"}}] * (count // 4)},
        "ports": {"containers": [{"ports": [{"containerPort": 1}] * (count // 4)}]},
        "sysctls": {"securityContext": {"sysctls": [{"name": "x"}] * (count // 4)}},
    }
    if what in specs:
        return {"spec": [{"template": {"spec": specs[what]}}] * 4}
    whole: dict[str, Any] = {
        "templates": {"spec": [{"template": {}}] * count},
        "fragments": {"parts": [{}] * count},
        "steps": {"steps": [{"image": "x"}] * count},
        "images": {"images": ["x"] * count},
    }
    return whole[what]


@pytest.mark.parametrize(
    "what",
    ["templates", "fragments", "steps", "images", "containers", "volumes", "ports", "sysctls"],
)
def test_an_object_with_more_than_is_looked_at_is_refused(what: str) -> None:
    carrier = Carrier(
        templates=("spec[].template",),
        specs=("parts[]",),
        containers=("steps[]",),
        images=("images[]",),
    )
    excess = Problem(
        WHOLE,
        "",
        f"has more than {MAX_PARTS} pod templates, containers, images and volumes",
        hides=True,
        remedy="spread them over several objects",
    )
    assert facts(carrier, heavy(what, MAX_PARTS + 4)) == Facts(SUBJECT, problems=(excess,))
    assert facts(carrier, heavy(what, MAX_PARTS - 32)).problems == ()


def test_a_list_that_is_longer_than_anybody_writes_is_refused() -> None:
    (problem,) = facts(Carrier(images=("images[]",)), {"images": [None] * 40_000}).problems
    assert (problem.path, problem.detail) == (
        "object",
        "has more than 32768 entries and fields to look at",
    )


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    (problem,) = Carrier(templates=("spec.template",)).read(raw, SUBJECT, Offline()).problems
    assert problem.path == WHOLE
