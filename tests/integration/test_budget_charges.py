"""What a ledger is charged, object by object, on a real API server: all that a budget may name.

Each row is made through the webhook, and the ledger shows afterwards what it takes. Then the budget
is lowered to what is used, and each row is refused for the keys that it takes.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest

from aup.budget.keys import split
from aup.facts.quantity import add, parse, subtract
from support.guard import ours
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.waiting import until

Manifest = dict[str, Any]
Amounts = Mapping[str, Decimal]

NS: Final = "acme-prod"
QUICK: Final = {"apiRequestSeconds": 5, "marginSeconds": 15}
DB, CACHE = "registry.example/vendor/db", "registry.example/vendor/cache"
OVERRIDES: Final = {
    "resources": {
        "weights": [
            {"key": "gpu", "resources": {"nvidia.com/gpu": "1", "nvidia.com/mig-1g.10gb": "1/7"}}
        ],
        "fences": {"count/leases.coordination.k8s.io": "1"},
    },
    "network": {"nodePorts": "Allowed"},
}
GOLD: Final = "gold.storageclass.storage.k8s.io"
FAST: Final = "fast.deviceclass.resource.k8s.io/devices"
CLAIMS: Final = "count/resourceclaims.resource.k8s.io"
OURS: Final = ("emptydir.memory", "emptydir.ephemeral-storage", "addresses")
HARD: Final = dict.fromkeys(
    (
        *("pods", "count/pods", "requests.cpu", "requests.memory", "limits.memory"),
        *("requests.ephemeral-storage", "requests.hugepages-2Mi", "requests.example.com/fpga"),
        *("gpu", *OURS, "services", "services.loadbalancers", "services.nodeports"),
        *("persistentvolumeclaims", "requests.storage", f"{GOLD}/requests.storage"),
        *(f"{GOLD}/persistentvolumeclaims", FAST, CLAIMS, "count/configmaps"),
    ),
    "1Ti",
)
BUDGET: Final[Manifest] = {
    "hard": HARD,
    "namespaceCeilings": {NS: {"requests.cpu": "1k"}},
    "scoped": [{"name": "batch", "scopes": ["Terminating"], "hard": {"pods": "100"}}],
}


class Row(NamedTuple):
    """An object and what it takes, by key of the ledger."""

    title: str
    obj: Manifest
    takes: Mapping[str, str]


class Change(NamedTuple):
    """A command about an object that stands, and what it takes or gives back."""

    title: str
    command: tuple[str, ...]
    takes: Mapping[str, str]
    more: tuple[str, ...] = ()
    """The same once more, for what there is no room."""


def thing(kind: str, version: str = "v1", **fields: Any) -> Manifest:
    return {"apiVersion": version, "kind": kind, **fields}


def box(
    cpu: str = "10m", name: str = "c", image: str = "docker.io/library/nginx:1.29", **more: str
) -> Manifest:
    """Return a container that asks for cpu, a little memory and what has other names."""
    named = {key.replace("__", ".").replace("_", "-"): value for key, value in more.items()}
    resources = {
        "requests": {"cpu": cpu, "memory": "1Mi"} | named,
        "limits": {"memory": "1Mi"} | named,
    }
    return {"name": name, "image": image, "resources": resources}


def device(name: str, number: str) -> Manifest:
    """Return a container with devices."""
    found = box()
    for side in found["resources"].values():
        side[name] = number
    return found


def pod(*containers: Manifest, **spec: Any) -> Manifest:
    return thing("Pod", spec={"containers": list(containers or [box()]), **spec})


def volume(**source: str) -> Manifest:
    """Return a pod with a volume of its own."""
    return pod(volumes=[{"name": "v", "emptyDir": source}])


def claim(size: str) -> Manifest:
    resources = {"requests": {"storage": size}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": resources, "storageClassName": "gold"}
    return thing("PersistentVolumeClaim", spec=spec)


def service(kind: str, ports: int) -> Manifest:
    listed = [{"name": f"p{i}", "port": 80 + i} for i in range(ports)]
    return thing("Service", spec={"type": kind, "ports": listed})


def devices(**how: Any) -> Manifest:
    requests = [{"name": "r", "exactly": {"deviceClassName": "fast", **how}}]
    return thing("ResourceClaim", "resource.k8s.io/v1", spec={"devices": {"requests": requests}})


SIDECAR = {**box("50m", "s"), "restartPolicy": "Always"}
ROWS: Final = (
    Row("a pod", pod(), {"pods": "1", "count/pods": "1", "requests.cpu": "10m"}),
    Row("its memory", pod(), {"requests.memory": "1Mi", "limits.memory": "1Mi"}),
    Row("in its namespace", pod(), {f"namespace/{NS}:requests.cpu": "10m"}),
    Row("of a scope", pod(activeDeadlineSeconds=60), {"scope/batch:pods": "1"}),
    Row("a sidecar runs beside", pod(initContainers=[SIDECAR]), {"requests.cpu": "60m"}),
    Row("others run before", pod(initContainers=[box("400m", "i")]), {"requests.cpu": "400m"}),
    Row("overhead", pod(runtimeClassName="measured"), {"requests.cpu": "40m"}),
    Row(
        "the pod as a whole",
        pod(resources={"requests": {"cpu": "300m", "memory": "8Mi"}, "limits": {"memory": "9Mi"}}),
        {"requests.cpu": "300m", "limits.memory": "9Mi"},
    ),
    Row("its disk", pod(box(ephemeral_storage="2Gi")), {"requests.ephemeral-storage": "2Gi"}),
    Row("a volume in memory", volume(medium="Memory", sizeLimit="3Mi"), {OURS[0]: "3Mi"}),
    Row("a volume on the node", volume(sizeLimit="5Gi"), {OURS[1]: "5Gi"}),
    Row("large pages", pod(device("hugepages-2Mi", "4Mi")), {"requests.hugepages-2Mi": "4Mi"}),
    Row("a device", pod(device("example.com/fpga", "2")), {"requests.example.com/fpga": "2"}),
    Row("a GPU", pod(device("nvidia.com/gpu", "1")), {"gpu@7": "7"}),
    Row("slices of one", pod(device("nvidia.com/mig-1g.10gb", "3")), {"gpu@7": "3"}),
    Row(
        "a volume claim",
        claim("5Gi"),
        {
            "requests.storage": "5Gi",
            "persistentvolumeclaims": "1",
            f"{GOLD}/requests.storage": "5Gi",
            f"{GOLD}/persistentvolumeclaims": "1",
        },
    ),
    Row(
        "a load balancer",
        service("LoadBalancer", 2),
        {"services.loadbalancers": "1", "services.nodeports": "2", "addresses": "1"},
    ),
    Row("a node port", service("NodePort", 1), {"services.nodeports": "1", "services": "1"}),
    Row("devices by claim", devices(count=3), {FAST: "3", CLAIMS: "1"}),
    Row("all there are", devices(allocationMode="All"), {FAST: "32"}),
    Row("a product's cores", pod(box("1500m", image=f"{DB}:1")), {"license/vendor-db.cores": "2"}),
    Row("its instances", pod(box(image=f"{CACHE}:1")), {"license/vendor-cache.instances": "1"}),
)


def named(kind: str, name: str, change: Manifest, *options: str) -> tuple[str, ...]:
    """Return the patch of an object."""
    return ("patch", kind, name, "-n", NS, "--type=strategic", "-p", json.dumps(change), *options)


def resized(cpu: str) -> tuple[str, ...]:
    spec = {"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]}
    return named("pod", "row-0", {"spec": spec}, "--subresource=resize")


def expanded(size: str) -> tuple[str, ...]:
    return named("pvc", "grows", {"spec": {"resources": {"requests": {"storage": size}}}})


def deadline(seconds: int) -> tuple[str, ...]:
    return named("pod", "row-1", {"spec": {"activeDeadlineSeconds": seconds}})


DELETED = ("delete", "pod", "row-2", "-n", NS, "--wait=false", "--grace-period=1")
CHANGES: Final = (
    Change("a resize", resized("210m"), {"requests.cpu": "200m"}, resized("220m")),
    Change("an expansion", expanded("9Gi"), {"requests.storage": "8Gi"}, expanded("10Gi")),
    Change("into a scope", deadline(60), {"scope/batch:pods": "1"}),
    # Who is past the grace exists; who has ended is an object and nothing more.
    Change("a deletion", DELETED, {"requests.cpu": "0", "pods": "0"}),
    Change(
        "an end",
        named("pod", "row-3", {"status": {"phase": "Succeeded"}}, "--subresource=status"),
        {"requests.cpu": "-10m", "pods": "-1", "count/pods": "0", "scope/batch:pods": "-1"},
    ),
)


def provider() -> tuple[Manifest, ...]:
    """Return what the provider writes of licences."""
    items = [
        {"repository": DB, "product": "vendor-db"},
        {"repository": CACHE, "product": "vendor-cache"},
    ]
    rights = {
        name: {
            "tenant": "acme",
            "product": f"vendor-{name}",
            "metric": metric,
            "quantity": quantity,
            "validFrom": "2026-01-01",
            "validUntil": "2027-12-31",
            "proof": {"reference": "PO-4711", "sha256": "0" * 64},
        }
        for name, metric, quantity in (("db", "Cores", 2), ("cache", "Instances", 1))
    }
    return (
        ours("SoftwareCatalog", "default", spec={"items": items}),
        *(ours("LicenseEntitlement", f"acme-{n}", spec=spec) for n, spec in rights.items()),
    )


def platform() -> tuple[Manifest, ...]:
    """Return what the cluster has: a class of storage with a volume, and one of runtimes."""
    overhead = {"podFixed": {"cpu": "30m"}}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Gi"},
        "storageClassName": "gold",
        "claimRef": {"name": "grows", "namespace": NS},
        "csi": {"driver": "x", "volumeHandle": "x"},
    }
    gold = {"provisioner": "x", "allowVolumeExpansion": True}
    return (
        thing("StorageClass", "storage.k8s.io/v1", metadata={"name": "gold"}, **gold),
        thing("PersistentVolume", metadata={"name": "v"}, spec=spec),
        thing(
            "RuntimeClass",
            "node.k8s.io/v1",
            metadata={"name": "measured"},
            handler="measured",
            overhead=overhead,
        ),
    )


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with two replicas and one tenant whose budget is open."""
    values = {"budgets": {"protocol": "escrow", **QUICK}, "policy": {"overrides": OVERRIDES}}
    with installed(values) as installation:
        installation.cluster.nodes(1, {})
        provide(installation, *platform(), *provider(), tenant("acme", budget=BUDGET))
        until("the ledger", lambda: not create(installation, pod(), "first"))
        installation.cluster.kubectl("delete", "pod", "first", "-n", NS, "--force")
        yield installation


def create(installation: Installation, obj: Manifest, name: str, *options: str) -> str:
    """Create an object; return why not, empty when it was admitted."""
    whole = json.dumps({**obj, "metadata": {"name": name}})
    command = ("create", "-n", NS, "-f", "-", *options)
    done = installation.cluster.kubectl(*command, input=whole, check=False)
    return done.stderr if done.returncode else ""


def status(installation: Installation) -> dict[str, Any]:
    """Return the ledger of the tenant."""
    done = installation.cluster.kubectl("get", "budgetledger", "acme", "-o", "json")
    return dict(json.loads(done.stdout).get("status", {}))


def used(installation: Installation) -> Amounts:
    """Return what the ledger says is used."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for count in status(installation).get("counts", {}).values():
        for key, amount in count.get("used", {}).items():
            found[key] = add(found[key], parse(amount))
    return found


def read(amount: str) -> Decimal:
    """Read an amount that may be taken or given back."""
    return -parse(amount[1:]) if amount.startswith("-") else parse(amount)


def shown(installation: Installation, before: Amounts, takes: Mapping[str, str]) -> bool:
    """Wait until the ledger shows what was taken, no more and no less."""
    expected = {key: read(amount) for key, amount in takes.items()}
    last: dict[str, Decimal] = {}

    def equal() -> bool:
        now = used(installation)
        last.update({key: subtract(now[key], before[key]) for key in expected})
        return last == expected

    try:
        # What is given back is counted every ten seconds.
        return until("the ledger shows it", equal)
    except TimeoutError:
        assert last == expected
        raise


@pytest.mark.parametrize("row", list(enumerate(ROWS)), ids=lambda row: row[1].title)
def test_an_object_is_charged(installation: Installation, row: tuple[int, Row]) -> None:
    number, (_, obj, takes) = row
    before = used(installation)
    assert create(installation, obj, f"row-{number}") == ""
    assert shown(installation, before, takes)


def test_what_is_bound_takes_the_same(installation: Installation) -> None:
    """A claim that may grow, and a pod on a node whose kubelet is gone: it outlives its grace."""
    bind = f"/api/v1/namespaces/{NS}/pods/row-2/binding"
    target = {"metadata": {"name": "row-2"}, "target": {"kind": "Node", "name": "node-1"}}
    binding = json.dumps({"apiVersion": "v1", "kind": "Binding", **target})
    installation.cluster.kubectl("create", "--raw", bind, "-f", "-", input=binding)
    assert create(installation, claim("1Gi"), "grows") == ""
    phase = ("get", "pvc", "grows", "-n", NS, "-o", "jsonpath={.status.phase}")
    until("the claim is bound", lambda: installation.cluster.kubectl(*phase).stdout == "Bound")
    until("the ledger", lambda: used(installation)["persistentvolumeclaims"] == 2)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.title)
def test_a_change_is_charged(installation: Installation, change: Change) -> None:
    """In the order of the table."""
    before = used(installation)
    installation.cluster.kubectl(*change.command)
    assert shown(installation, before, change.takes)


def test_when_all_is_used_each_object_is_refused_for_what_it_takes(
    installation: Installation,
) -> None:
    """A budget may be lowered to what is used; entitlements were as many from the start."""
    now = used(installation)
    cluster = installation.cluster
    phases = ("get", "pods", "-n", NS, "-o", "jsonpath={.items[*].status.phase}")
    pending = cluster.kubectl(*phases).stdout.split().count("Pending")
    assert now["pods"] == now["count/pods"] - 1 == pending

    def least(prefix: str, hard: Mapping[str, str]) -> Mapping[str, str]:
        keys = {key: f"{prefix}{key}@7" if key == "gpu" else f"{prefix}{key}" for key in hard}
        parts = {key: now[at] / split(at).parts for key, at in keys.items()}
        return {
            key: str(part.to_integral_value()) if "cpu" not in key else str(part)
            for key, part in parts.items()
        }

    lowered = {
        "hard": {**least("", HARD), "gpu": "1.4"},
        "namespaceCeilings": {NS: least(f"namespace/{NS}:", {"requests.cpu": ""})},
        "scoped": [{**BUDGET["scoped"][0], "hard": least("scope/batch:", {"pods": ""})}],
    }
    cluster.kubectl(
        "patch", "tenant", "acme", "--type=merge", "-p", json.dumps({"spec": {"budget": lowered}})
    )
    until("the lower budget", lambda: status(installation)["hard"]["requests.cpu"] != "1Ti")
    until("all of it is used", lambda: create(installation, pod(), "late", "--dry-run=server"))
    silent = {}
    for number, (title, obj, takes) in enumerate(ROWS):
        said = create(installation, obj, f"again-{number}", "--dry-run=server")
        missing = [key for key in takes if f"of {split(key).key} is more than the" not in said]
        if missing:
            silent[title] = missing, said
    assert silent == {}
    for change in CHANGES:
        if change.more:
            done = cluster.kubectl(*change.more, check=False)
            assert "is more than the" in done.stderr, change.title


def test_what_no_ledger_counts_the_native_quota_does(installation: Installation) -> None:
    """Other objects of the budget, of which none is left, and what the policy fences."""
    lease = thing("Lease", "coordination.k8s.io/v1", spec={})
    assert "exceeded quota: aup-budget" in create(installation, thing("ConfigMap"), "late")
    assert create(installation, lease, "one") == ""
    assert "exceeded quota: aup-budget" in create(installation, lease, "two")
