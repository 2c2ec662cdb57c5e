"""The guard of what the operator puts into tenants' namespaces: budgets and quarantine policies."""

import json
import secrets
import time
from typing import Any

import pytest

from support.guard import Manifest, grant, refusal
from support.release import Release

CLOSED: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
MANAGED = {"aup.asergo.com/managed": "true"}


def network_policy(name: str, labels: dict[str, str] | None = None) -> Manifest:
    """Return a NetworkPolicy."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": CLOSED,
    }


def quota(name: str, labels: dict[str, str] | None = None, pods: str = "5") -> Manifest:
    """Return a ResourceQuota."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"hard": {"pods": pods}},
    }


def limits(name: str, labels: dict[str, str] | None = None) -> Manifest:
    """Return a LimitRange."""
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]},
    }


OURS = [
    network_policy("aup-quarantine", MANAGED),
    quota("aup-budget", MANAGED),
    limits("aup-defaults", MANAGED),
]
each_of_ours = pytest.mark.parametrize("manifest", OURS, ids=lambda m: m["metadata"]["name"])


@pytest.fixture(scope="module")
def acme(release: Release) -> str:
    """Give tests a namespace of acme with what the operator puts there.

    Anna is its admin, and was given quotas and limits as well; Carl administers the cluster.
    """
    name = f"acme-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    release.stamp(name)
    for manifest in OURS:
        release.controller.kubectl("create", "-n", name, "-f", "-", input=json.dumps(manifest))
    verbs = "get,list,watch,create,update,patch,delete,deletecollection"
    release.cluster.kubectl(
        *("create", "role", "quotas", "-n", name, f"--verb={verbs}"),
        "--resource=resourcequotas,resourcequotas/status,limitranges",
    )
    release.cluster.kubectl(
        "create", "rolebinding", "quotas", "-n", name, "--role=quotas", "--user=anna"
    )
    grant(release.cluster, "anna", "admin", name)
    grant(release.cluster, "carl", "cluster-admin")
    return name


PLURALS = {
    "NetworkPolicy": "networkpolicies",
    "ResourceQuota": "resourcequotas",
    "LimitRange": "limitranges",
}
ANSWER = (
    "{} {} in namespace {} is for the operator only: its name, or its label aup.asergo.com/managed,"
    " marks what the provider sets through Tenants and Quarantines"
)


def words(manifest: Manifest, namespace: str) -> tuple[str, str]:
    """Return the guard's answer to whoever touches an object."""
    name = manifest["metadata"]["name"]
    return "aup-operator-managed", ANSWER.format(PLURALS[manifest["kind"]], name, namespace)


@pytest.mark.parametrize("user", ["anna", "carl", None], ids=["tenant", "cluster-admin", "root"])
@each_of_ours
@pytest.mark.parametrize(
    "command",
    [
        ["delete"],
        ["label", "aup.asergo.com/managed-"],
        ["label", "--overwrite", "aup.asergo.com/managed=false"],
        ["annotate", "note=text"],
    ],
    ids=["delete", "unlabel", "relabel", "annotate"],
)
def test_nobody_touches_what_the_operator_put_there(
    release: Release, acme: str, manifest: Manifest, user: str | None, command: list[str]
) -> None:
    """Not the tenant's admin, and no administrator by mistake."""
    verb, *rest = command
    done = release.cluster.kubectl(
        *(verb, manifest["kind"], manifest["metadata"]["name"], *rest, "-n", acme),
        as_user=user,
        check=False,
    )
    assert refusal(done) == words(manifest, acme)


@pytest.mark.parametrize(
    ("manifest", "patch"),
    [
        (OURS[0], {"spec": {"podSelector": {"matchLabels": {"never": "here"}}}}),
        (OURS[1], {"spec": {"hard": {"pods": "500"}}}),
        (OURS[2], {"spec": {"limits": []}}),
    ],
    ids=["policy", "quota", "limits"],
)
def test_nobody_changes_what_it_says(
    release: Release, acme: str, manifest: Manifest, patch: dict[str, Any]
) -> None:
    """Raising one's budget is an edit of the Tenant, by the provider."""
    done = release.cluster.kubectl(
        *("patch", manifest["kind"], manifest["metadata"]["name"], "-n", acme, "--type=merge"),
        *("-p", json.dumps(patch)),
        as_user="anna",
        check=False,
    )
    assert refusal(done) == words(manifest, acme)


@pytest.mark.parametrize("plural", ["networkpolicies", "resourcequotas", "limitranges"])
def test_a_collection_is_not_deleted_over_them(release: Release, acme: str, plural: str) -> None:
    """A deletion of a collection names no object; the guard looks at each."""
    group = "/apis/networking.k8s.io/v1" if plural == "networkpolicies" else "/api/v1"
    done = release.cluster.kubectl(
        *("delete", "--raw", f"{group}/namespaces/{acme}/{plural}"), as_user="anna", check=False
    )
    assert refusal(done)[0] == "aup-operator-managed"
    assert release.cluster.kubectl("get", plural, "-n", acme, "-o", "name").stdout


def test_nobody_writes_the_status_of_a_quota(release: Release, acme: str) -> None:
    """Admission decides by status.hard; the quota controller does write it."""
    done = release.cluster.kubectl(
        *("patch", "resourcequota", "aup-budget", "-n", acme, "--subresource=status"),
        *("--type=merge", "-p", '{"status":{"hard":{"pods":"500"}}}'),
        as_user="anna",
        check=False,
    )
    assert refusal(done) == words(OURS[1], acme)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        hard = release.cluster.kubectl(
            "get", "resourcequota", "aup-budget", "-n", acme, "-o", "jsonpath={.status.hard.pods}"
        ).stdout
        if hard:
            break
        time.sleep(0.2)
    assert hard == "5"


def test_pods_are_counted_while_the_guard_is_on(release: Release) -> None:
    """The API server itself writes status.used, as system:apiserver."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "counted"},
        "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}]},
    }
    # Straight to a pod: the webhook is not there in this test, so the namespace is not claimed.
    name = f"plain-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    release.controller.kubectl("create", "-n", name, "-f", "-", input=json.dumps(OURS[1]))
    status = ("get", "resourcequota", "aup-budget", "-n", name, "-o")
    while not release.cluster.kubectl(*status, "jsonpath={.status.hard.pods}").stdout:
        time.sleep(0.1)
    release.cluster.kubectl("create", "-n", name, "-f", "-", input=json.dumps(pod))
    used = release.cluster.kubectl(*status, "jsonpath={.status.used.pods}").stdout
    assert used == "1"


@pytest.mark.parametrize(
    "manifest",
    [
        network_policy("aup-quarantine"),
        network_policy("mine", MANAGED),
        network_policy("mine", {"aup.asergo.com/managed": "false"}),
        quota("aup-budget"),
        quota("mine", MANAGED),
        limits("aup-defaults"),
        limits("mine", MANAGED),
    ],
    ids=lambda m: f"{m['metadata']['name']} {m['kind']} {m['metadata']['labels']}",
)
def test_nobody_is_there_first(release: Release, manifest: Manifest) -> None:
    """Neither by name nor by label, in a namespace that no tenant has claimed yet either."""
    done = release.cluster.kubectl(
        *("create", "--dry-run=server", "-n", "default", "-f", "-"),
        input=json.dumps(manifest),
        check=False,
    )
    assert refusal(done) == words(manifest, "default")


def test_nobody_labels_their_own_as_the_operators(release: Release, acme: str) -> None:
    """A forged label would have the operator prune it, or skip it."""
    release.cluster.kubectl(
        "create", "-n", acme, "-f", "-", input=json.dumps(network_policy("web")), as_user="anna"
    )
    done = release.cluster.kubectl(
        *("label", "networkpolicy", "web", "-n", acme, "aup.asergo.com/managed=true"),
        as_user="anna",
        check=False,
    )
    assert refusal(done) == words(network_policy("web"), acme)
    release.cluster.kubectl("delete", "networkpolicy", "web", "-n", acme, as_user="anna")


def test_a_namespace_takes_them_along(release: Release) -> None:
    """The namespace controller may delete them once the namespace goes."""
    name = f"going-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    release.stamp(name)
    for manifest in OURS:
        release.controller.kubectl("create", "-n", name, "-f", "-", input=json.dumps(manifest))
    release.cluster.kubectl("delete", "namespace", name, "--timeout=60s")


def test_the_operator_changes_and_deletes_them(release: Release) -> None:
    """It passes, or a budget could never be raised."""
    name = f"acme-{secrets.token_hex(3)}"
    release.cluster.create_namespace(name)
    for _ in range(2):
        for manifest in OURS:
            release.controller.kubectl(
                *("apply", "--server-side", "-n", name, "-f", "-"), input=json.dumps(manifest)
            )
    for manifest in OURS:
        release.controller.kubectl(
            "delete", manifest["kind"], manifest["metadata"]["name"], "-n", name
        )
