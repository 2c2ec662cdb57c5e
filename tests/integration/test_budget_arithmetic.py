"""The arithmetic of budgets against the API server's own: text, keys, pods, defaults."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from aup.budget.keys import is_quota_key
from aup.budget.manifests import amounts, is_settled, manifests
from aup.budget.planner import Allowance
from aup.budget.usage import Defaults, Pod, use
from aup.facts.quantity import parse, render
from aup.policy.revision import due, read_revision
from support.controlplane import ControlPlane
from support.waiting import until
from support.world import load_world

VALUES = [
    *("0", "0.001", "0.5", "1", "1.5", "999", "1000", "1023", "1024", "1025", "1500", "2000"),
    *("2048", "1048576", "1000000", "1234567", "171798691840", "4000000000"),
    *("4611686018427387904", "9223372036854775807", "1152921504606846976", "1000000000000000000"),
]
"""None finer than a thousandth: the server rounds every quota up to that, and we share out no less.
"""
KEYS = [
    *("cpu", "memory", "pods", "requests.cpu", "limits.memory", "requests.ephemeral-storage"),
    *("services.loadbalancers", "persistentvolumeclaims", "requests.storage", "count/pods"),
    *("count/deployments.apps", "requests.nvidia.com/gpu", "hugepages-2Mi"),
    *("requests.hugepages-2Mi", "gold.storageclass.storage.k8s.io/requests.storage"),
    "gpu.deviceclass.resource.k8s.io/devices",
    *("request.cpu", "cores", "count/", "addresses", "emptydir.memory"),
]


def quota(name: str, hard: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name},
        "spec": {"hard": hard},
    }


def read(cluster: ControlPlane, namespace: str, *args: str) -> Any:
    return json.loads(cluster.kubectl("get", *args, "--namespace", namespace, "-o", "json").stdout)


def hard(cluster: ControlPlane, namespace: str, name: str) -> dict[str, str]:
    """Return what admission goes by."""
    found = read(cluster, namespace, "resourcequota", name)
    limits: dict[str, str] = found.get("status", {}).get("hard", {})
    return limits


def create(cluster: ControlPlane, namespace: str, *objects: dict[str, Any]) -> None:
    whole = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    cluster.kubectl("apply", "--namespace", namespace, "-f", "-", input=json.dumps(whole))


def pod(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": spec,
    }


def container(name: str, resources: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "nginx", "resources": resources or {}, **fields}


def asks(cpu: str, memory: str = "64Mi", **more: str) -> dict[str, Any]:
    extended = {key.replace("_", "-"): text for key, text in more.items()}
    requests = {"cpu": cpu, "memory": memory, **extended}
    return {"requests": requests, "limits": {"cpu": "8", "memory": "8Gi", **extended}}


PODS = [
    pod("plain", containers=[container("a", asks("250m")), container("b", asks("1"))]),
    pod("init", containers=[container("a", asks("1"))], initContainers=[container("i", asks("3"))]),
    pod(
        "sidecars",
        containers=[container("a", asks("1"))],
        initContainers=[
            container("before", asks("500m"), restartPolicy="Always"),
            container("setup", asks("4")),
            container("after", asks("2"), restartPolicy="Always"),
        ],
    ),
    pod(
        "limits-only",
        containers=[container("a", {"limits": {"cpu": "500m", "memory": "128Mi"}})],
    ),
    pod("storage", containers=[container("a", asks("1m", ephemeral_storage="2Gi"))]),
    pod(
        "whole",
        containers=[container("a", asks("100m")), container("b", asks("100m"))],
        resources={"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"cpu": "9"}},
    ),
    pod("overhead", containers=[container("a", asks("1"))], runtimeClassName="heavy"),
]


@pytest.mark.parametrize("binary", [False, True])
def test_the_text_that_we_write_is_the_text_that_is_stored(
    cluster: ControlPlane, namespace: str, *, binary: bool
) -> None:
    """Else every look at a quota would find a difference that is none."""
    key = "requests.memory" if binary else "requests.cpu"
    texts = [render(Decimal(value), binary=binary) for value in VALUES]
    create(cluster, namespace, *(quota(f"q{i}", {key: text}) for i, text in enumerate(texts)))
    stored = {
        item["metadata"]["name"]: item["spec"]["hard"][key]
        for item in read(cluster, namespace, "resourcequotas")["items"]
    }
    assert [stored[f"q{i}"] for i in range(len(texts))] == texts


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_one_of_a_quota_when_the_server_says_so(
    cluster: ControlPlane, namespace: str, key: str
) -> None:
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "--namespace", namespace, "-f", "-"),
        input=json.dumps(quota("q", {key: "1"})),
        check=False,
    )
    assert (answer.returncode == 0) is is_quota_key(key), answer.stderr


@pytest.mark.parametrize("key", ["nvidia.com/gpu", "limits.nvidia.com/gpu"])
def test_a_key_under_which_the_server_counts_nothing_is_none_of_ours(
    cluster: ControlPlane, namespace: str, key: str
) -> None:
    """The server takes it, and admits whatever is asked for: a budget that only looks like one."""
    assert not is_quota_key(key)
    create(cluster, namespace, quota("q", {key: "1"}))
    until("the quota counts", lambda: hard(cluster, namespace, "q"))
    gpus = {"nvidia.com/gpu": "2"}
    create(
        cluster,
        namespace,
        pod("p", containers=[container("a", {"requests": gpus, "limits": gpus})]),
    )
    assert read(cluster, namespace, "pod", "p")["kind"] == "Pod"


@pytest.mark.parametrize("text", ["1K", "1 Gi", "NaN", "1_000", "--1", "1e3Mi", "-1", "1e", ""])
def test_what_we_refuse_to_read_the_server_refuses_too(
    cluster: ControlPlane, namespace: str, text: str
) -> None:
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "--namespace", namespace, "-f", "-"),
        input=json.dumps(quota("q", {"requests.cpu": text})),
        check=False,
    )
    assert answer.returncode != 0
    with pytest.raises(ValueError, match=r"quantity|negative"):
        parse(text)


def test_pods_use_what_the_server_charges(cluster: ControlPlane, namespace: str) -> None:
    """Sidecars, init containers, overhead, pod-level resources, limits alone."""
    heavy = {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "heavy"},
        "handler": "heavy",
        "overhead": {"podFixed": {"cpu": "250m", "memory": "64Mi"}},
    }
    keys = (
        *("cpu", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"),
        *("requests.ephemeral-storage", "limits.ephemeral-storage", "pods", "count/pods"),
    )
    create(cluster, namespace, heavy, quota("all", dict.fromkeys(keys, "1T")))
    until("the quota counts", lambda: hard(cluster, namespace, "all"))
    create(cluster, namespace, *PODS)

    stored = read(cluster, namespace, "pods")["items"]
    ours = use([msgspec.convert(item, Pod) for item in stored])

    def charged() -> bool:
        used = read(cluster, namespace, "resourcequota", "all")["status"]["used"]
        return amounts(used) == {key: ours.get(key, Decimal(0)) for key in keys}

    assert len(stored) == len(PODS)
    until(f"the server charges {ours}", charged, seconds=20)


def test_an_allowance_admits_pods_that_say_nothing(cluster: ControlPlane, namespace: str) -> None:
    """A quota on cpu refuses them; the limit range beside it fills in what they leave out."""
    allowance = Allowance(
        hard={"requests.cpu": Decimal(1), "limits.memory": Decimal(2**30)},
        defaults=Defaults(
            {"cpu": Decimal("0.01"), "memory": Decimal(2**25)}, {"memory": Decimal(2**28)}
        ),
    )
    create(cluster, namespace, *manifests(namespace, allowance))
    until("the quota counts", lambda: is_settled(allowance, hard(cluster, namespace, "aup-budget")))
    create(cluster, namespace, pod("silent", containers=[container("a")]))

    (stored,) = read(cluster, namespace, "pods")["items"]
    assert stored["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "10m", "memory": "32Mi"},
        "limits": {"memory": "256Mi"},
    }


def test_a_recorded_edition_survives_the_server(cluster: ControlPlane, namespace: str) -> None:
    """The server stores the data of a ControllerRevision as it came."""
    records = due((), load_world().in_force)
    create(cluster, namespace, *(record.manifest(namespace) for record in records))
    stored = read(cluster, namespace, "controllerrevisions")["items"]
    found = [read_revision(item) for item in stored]
    assert len(found) == len(records)
    assert all(record in found for record in records)
