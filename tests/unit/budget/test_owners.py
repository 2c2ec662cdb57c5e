"""Who made an object."""

from typing import Any

import msgspec
import pytest

from aup.budget.owners import owner_of
from aup.budget.wire import Owned


def of(*owners: dict[str, Any], template: str | None = None) -> str:
    labels = {"pod-template-hash": template} if template else {}
    return owner_of(msgspec.convert({"labels": labels, "ownerReferences": owners}, Owned))


def controller(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "controller": True}


@pytest.mark.parametrize(
    ("owner", "template", "expected"),
    [
        pytest.param(("ReplicaSet", "web-5d4f8c"), "5d4f8c", "Deployment/web", id="deployment"),
        pytest.param(("ReplicaSet", "web-5d4f8c"), None, "ReplicaSet/web-5d4f8c", id="bare-set"),
        pytest.param(("ReplicaSet", "web"), "web", "ReplicaSet/web", id="name-is-no-suffix"),
        pytest.param(("StatefulSet", "db"), None, "StatefulSet/db", id="stateful-set"),
        pytest.param(("Job", "nightly-29"), "29", "Job/nightly-29", id="job-with-a-label-of-ours"),
    ],
)
def test_the_controller_is_named(
    owner: tuple[str, str], template: str | None, expected: str
) -> None:
    assert of(controller(*owner), template=template) == expected


def test_who_only_keeps_an_object_alive_is_not_its_controller() -> None:
    keeper = {"kind": "ConfigMap", "name": "keeper"}
    assert of(keeper) == ""
    assert of(keeper, controller("Job", "a")) == "Job/a"


def test_nobody_owns_what_has_no_owner() -> None:
    assert of() == owner_of(None) == owner_of(Owned()) == ""
