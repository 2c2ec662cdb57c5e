"""`unclaimedNamespaces: Deny`: nothing runs where nobody is held to anything."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from aup.kube.resource import WORKLOADS
from support.controlplane import ControlPlane
from support.guard import Manifest, refusal
from support.release import Release, install
from support.waiting import until

POD: Manifest = {"containers": [{"name": "web", "image": "registry.example/web:1"}]}
TEMPLATE: Manifest = {"metadata": {"labels": {"app": "web"}}, "spec": POD}
SELECTOR: Manifest = {"matchLabels": {"app": "web"}}
JOB: Manifest = {"template": {"spec": POD | {"restartPolicy": "Never"}}}
SPECS: dict[str, Manifest] = {
    "Pod": {"spec": POD},
    "PodTemplate": {"template": TEMPLATE},
    "ReplicationController": {"spec": {"selector": {"app": "web"}, "template": TEMPLATE}},
    "Deployment": {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "ReplicaSet": {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "StatefulSet": {
        "spec": {"serviceName": "web", "selector": SELECTOR, "template": TEMPLATE},
    },
    "DaemonSet": {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "Job": {"spec": JOB},
    "CronJob": {"spec": {"schedule": "@daily", "jobTemplate": {"spec": JOB}}},
}
URL = "https://127.0.0.1:1/validate"
"""Where nobody listens."""


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    """Install the chart so on a control plane of its own."""
    with ControlPlane() as cluster:
        cluster.create_namespace("before")
        cluster.kubectl("create", "-n", "before", "-f", "-", input=json.dumps(manifest("Pod")))
        release = install(cluster, {"unclaimedNamespaces": "Deny", "webhook": {"url": URL}})
        cluster.create_namespace("free")
        until("the policy", lambda: refused(release, "free", manifest("Pod")))
        yield release


def manifest(kind: str) -> Manifest:
    """Return a workload of a kind."""
    resource = next(r for r in WORKLOADS if r.kind == kind)
    return resource.manifest("web") | SPECS[kind]


def refused(release: Release, namespace: str, obj: Any, user: str | None = None) -> str:
    """Return with which words an object is refused in a namespace; empty when it may be created."""
    done = release.cluster.kubectl(
        *("create", "--dry-run=server", "-n", namespace, "-f", "-"),
        input=json.dumps(obj),
        as_user=user,
        as_groups=["system:masters"] if user else (),
        check=False,
    )
    policy, words = refusal(done)
    assert policy in {"", "aup-operator-unclaimed"}
    return words if policy else ""


@pytest.mark.parametrize("kind", SPECS)
def test_nothing_runs_in_a_namespace_of_nobodys(release: Release, kind: str) -> None:
    """Every kind that carries a pod, in the words of a denial."""
    assert refused(release, "free", manifest(kind)) == (
        "violates 1 rule of the Acceptable Use Policy: [tenancy/unclaimed-namespace] "
        "metadata.namespace free belongs to no tenant, so nothing may run in it; use a namespace "
        "of yours, or ask the provider to claim this one for you"
    )


def test_whatever_a_pod_can_be_made_of_is_in_the_table() -> None:
    """The kinds above are those that the operator knows to carry pods."""
    assert SPECS.keys() == {resource.kind for resource in WORKLOADS}


def test_controllers_are_no_way_around(release: Release) -> None:
    """They make every pod of every tenant."""
    maker = "system:serviceaccount:kube-system:replicaset-controller"
    assert refused(release, "free", manifest("Pod"), maker)


def test_whoever_makes_a_namespace_cannot_run_in_it(release: Release) -> None:
    """A label that looks like a stamp is refused by the guard, and a claim stamps nothing yet."""
    name = f"mine-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    assert refused(release, name, manifest("Pod"))


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "aup-system"])
def test_the_platform_runs(release: Release, namespace: str) -> None:
    """Its namespaces are listed, and nobody claims them."""
    assert refused(release, namespace, manifest("Pod")) == ""


def test_what_runs_there_may_be_changed_and_go(release: Release) -> None:
    """A provider who turns this on must still be able to clean up."""
    cluster = release.cluster
    cluster.kubectl("label", "pod", "web", "-n", "before", "a=b")
    cluster.kubectl("delete", "pod", "web", "-n", "before", "--wait=false")


def test_other_objects_are_nobodys_business(release: Release) -> None:
    """Only what runs is refused."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    assert refused(release, "free", config) == ""


def test_a_claimed_namespace_is_open_as_soon_as_it_is_stamped(release: Release) -> None:
    """And closed when the stamp goes."""
    name = f"acme-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    assert refused(release, name, manifest("Pod"))
    release.stamp(name, tenant="acme")
    until("the stamp", lambda: not refused(release, name, manifest("Pod")))
    release.stamp(name, tenant=None)
    until("its end", lambda: refused(release, name, manifest("Pod")))
