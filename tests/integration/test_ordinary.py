"""The ordinary manifests are real: an API server without anything of ours accepts each of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.controlplane import ControlPlane
from support.corpus import CASES, documents

ORDINARY = CASES / "ordinary"
CUSTOM = ORDINARY / "custom"
"""Kinds of other projects: an API server knows those alone whose definitions are installed."""
FILES = sorted(ORDINARY.rglob("*.yaml"))
BUILT_IN = [path for path in FILES if CUSTOM not in path.parents]
NAMESPACE = "acme-prod"
"""Where the manifests live; rewritten, since other tests may claim the real one."""
POD_CARRIERS = {
    *("Pod", "PodTemplate", "ReplicationController", "ReplicaSet", "Deployment"),
    *("StatefulSet", "DaemonSet", "Job", "CronJob"),
}
EXPOSURES = {"Service", "Endpoints", "EndpointSlice", "Ingress", "Gateway"}

Kinds = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def namespace(cluster: ControlPlane) -> str:
    """Return one namespace for all: a dry run leaves nothing in it."""
    cluster.install_gateway_api()
    cluster.create_namespace("ordinary")
    return "ordinary"


@pytest.fixture(scope="module")
def served(cluster: ControlPlane, namespace: str) -> Kinds:
    """Return what the server serves, as (apiVersion, kind), with the Gateway API installed."""
    assert namespace
    groups = json.loads(cluster.get("/apis"))["groups"]
    versions = [version["groupVersion"] for group in groups for version in group["versions"]]
    return frozenset(
        (version, resource["kind"])
        for version in ["v1", *versions]
        for resource in json.loads(cluster.get(_discovery(version)))["resources"]
    )


def _discovery(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def dry_run(cluster: ControlPlane, namespace: str, text: str) -> list[str]:
    """Apply manifests without effect, strictly, so that a misspelt field is found; say which."""
    answer = cluster.kubectl(
        *("apply", "--dry-run=server", "--validate=strict", "--namespace", namespace, "-f", "-"),
        input=text.replace(NAMESPACE, namespace),
    )
    return [line for line in answer.stdout.splitlines() if "(server dry run)" in line]


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.relative_to(ORDINARY).as_posix())
def test_a_real_api_server_accepts_it(cluster: ControlPlane, namespace: str, path: Path) -> None:
    """As the file stands, in the spelling that people use."""
    accepted = dry_run(cluster, namespace, path.read_text())
    assert len(accepted) == len(documents(path)), accepted


def test_a_real_api_server_accepts_what_it_knows_of_other_projects(
    cluster: ControlPlane, namespace: str, served: Kinds
) -> None:
    """Kinds that this server has no definition of are out of its reach, and left out."""
    objects = [obj for path in sorted(CUSTOM.glob("*.yaml")) for obj in documents(path)]
    known = [obj for obj in objects if _type_of(obj) in served]
    assert known
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": known})
    assert len(dry_run(cluster, namespace, text)) == len(known)


def _type_of(obj: dict[str, Any]) -> tuple[str, str]:
    return str(obj["apiVersion"]), str(obj["kind"])


def test_every_kind_that_is_judged_is_among_them() -> None:
    """A kind without an ordinary manifest could be refused without anybody noticing."""
    kinds = {obj["kind"] for path in FILES for obj in documents(path)}
    assert kinds >= POD_CARRIERS | EXPOSURES
