"""What we count against what the API server's own quota counts, of many made-up objects.

Objects come from a seeded source, so that a failure comes again. Those that the server refuses as
invalid are left out; enough of them must stay.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from aup.budget.manifests import amounts
from aup.budget.measure import asked, measure, resource_of
from aup.budget.usage import Amounts
from aup.facts.quantity import parse, render, total
from support.controlplane import ControlPlane
from support.waiting import until

Manifest = dict[str, Any]

PODS = (
    *("cpu", "memory", "ephemeral-storage", "pods", "count/pods"),
    *("requests.cpu", "requests.memory", "requests.ephemeral-storage"),
    *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
    *("requests.example.com/gpu", "requests.example.com/fpga"),
    *("hugepages-2Mi", "requests.hugepages-2Mi", "requests.hugepages-1Gi"),
)
CLAIMS = (
    *("persistentvolumeclaims", "count/persistentvolumeclaims", "requests.storage"),
    "gold.storageclass.storage.k8s.io/requests.storage",
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims",
    "silver.storageclass.storage.k8s.io/requests.storage",
)
SERVICES = ("services", "count/services", "services.loadbalancers", "services.nodeports")
DEVICES = (
    "count/resourceclaims.resource.k8s.io",
    "fast.deviceclass.resource.k8s.io/devices",
    "slow.deviceclass.resource.k8s.io/devices",
)
COUNTS = (
    *("configmaps", "count/configmaps", "secrets", "count/secrets", "resourcequotas"),
    *("replicationcontrollers", "count/deployments.apps", "count/cronjobs.batch"),
    "count/roles.rbac.authorization.k8s.io",
)


def seeded(number: int) -> random.Random:
    """Return a source that gives the same each time."""
    return random.Random(number)  # noqa: S311 - nothing is kept secret by it


def created(cluster: ControlPlane, namespace: str, *objects: Manifest) -> int:
    """Create objects at once; return how many the server took."""
    whole = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    answer = cluster.kubectl(
        *("create", "--namespace", namespace, "-o", "name", "-f", "-"),
        input=json.dumps(whole),
        check=False,
    )
    return len(answer.stdout.splitlines())


def thing(kind: str, name: str, version: str = "v1", **fields: Any) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def quota(name: str, keys: tuple[str, ...]) -> Manifest:
    return thing("ResourceQuota", name, spec={"hard": dict.fromkeys(keys, "1P")})


def stored(cluster: ControlPlane, namespace: str, group: str, resource: str) -> list[bytes]:
    """Return the objects of a kind as the server gives them."""
    name = f"{resource}.{group}" if group else resource
    found = cluster.kubectl("get", name, "--namespace", namespace, "-o", "json").stdout
    return [json.dumps(item).encode() for item in json.loads(found)["items"]]


def ours(cluster: ControlPlane, namespace: str, keys: tuple[str, ...]) -> Amounts:
    """Return what all stored objects take together, under some keys."""
    taken: defaultdict[str, list[Decimal]] = defaultdict(list)
    for group, resource in sorted({resource_of(key) for key in keys}):
        for raw in stored(cluster, namespace, group, resource):
            measured = measure(group, resource, raw)
            # What a request would have been charged is what is seen of its object later.
            assert asked(group, resource, "", "CREATE", raw, b"null")[0] == measured
            for key, amount in measured.amounts:
                taken[key].append(amount)
    return {key: total(taken[key]) for key in keys}


def agree(cluster: ControlPlane, namespace: str, name: str, keys: tuple[str, ...]) -> Amounts:
    """Wait until the server's sums are ours."""

    def difference() -> dict[str, tuple[Decimal, Decimal]]:
        found = cluster.kubectl("get", "quota", name, "-n", namespace, "-o", "json").stdout
        theirs = amounts(json.loads(found)["status"].get("used", {}))
        mine = ours(cluster, namespace, keys)
        return {k: (mine[k], theirs.get(k, Decimal(-1))) for k in keys if mine[k] != theirs.get(k)}

    last: dict[str, Any] = {}

    def settled() -> bool:
        last.clear()
        last.update(difference())
        return not last

    try:
        until("both count the same", settled, seconds=20)
    except TimeoutError:
        assert last == {}, "ours and the server's"
    return ours(cluster, namespace, keys)


class Pods:
    """Makes pods up."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __call__(self, name: str) -> Manifest:
        chance = self._chance
        spec: Manifest = {
            "containers": [self._container(f"c{i}") for i in range(chance.randint(1, 3))],
            "initContainers": [
                self._container(f"i{i}", sidecar=chance.random() < 0.5)
                for i in range(chance.randint(0, 3))
            ],
        }
        if chance.random() < 0.3:
            spec["resources"] = self._resources(whole=True)
        if chance.random() < 0.3:
            spec["runtimeClassName"] = "measured"
        if chance.random() < 0.2:
            spec["activeDeadlineSeconds"] = 600
        return thing("Pod", name, spec=spec)

    def _container(self, name: str, *, sidecar: bool = False) -> Manifest:
        made = {"name": name, "image": "nginx", "resources": self._resources()}
        return made | ({"restartPolicy": "Always"} if sidecar else {})

    def _resources(self, *, whole: bool = False) -> Manifest:
        chance = self._chance
        factor = 20 if whole else 1
        requests: dict[str, str] = {}
        limits: dict[str, str] = {}
        for resource, unit in (("cpu", "m"), ("memory", "Mi"), ("ephemeral-storage", "M")):
            if whole and resource == "ephemeral-storage":
                continue
            asks = factor * chance.choice([1, 7, 250, 1500])
            # A quota on cpu refuses containers that leave it out: its limit must be there.
            limits[resource] = f"{asks * chance.choice([1, 3])}{unit}"
            if chance.random() < 0.7:
                requests[resource] = f"{asks}{unit}"
        if not whole and chance.random() < 0.3:
            limits["example.com/gpu"] = str(chance.randint(1, 4))
        if not whole and chance.random() < 0.2:
            limits["example.com/fpga"] = "1"
        if chance.random() < 0.2:
            limits["hugepages-2Mi"] = f"{factor * chance.choice([2, 4])}Mi"
        return {"requests": requests, "limits": limits}


def test_pods(cluster: ControlPlane, namespace: str) -> None:
    """Effective requests and limits, overhead, pod-level resources, ends and half-done resizes."""
    overhead = {"podFixed": {"cpu": "30m", "memory": "5Mi"}}
    created(
        cluster,
        namespace,
        thing("RuntimeClass", "measured", "node.k8s.io/v1", handler="measured", overhead=overhead),
        quota("pods", PODS),
    )
    pods = Pods(seeded(7))
    made = [pods(f"p{number}") for number in range(120)]
    assert created(cluster, namespace, *made) >= 60
    taken = agree(cluster, namespace, "pods", PODS)
    assert all(taken[key] for key in PODS if not key.endswith("1Gi")), taken

    names = cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").stdout.split()
    for name, phase in zip(names[:6], ("Succeeded", "Failed") * 3, strict=True):
        _patch_status(cluster, namespace, name, {"phase": phase})
    half_done(cluster, namespace, names[6])
    agree(cluster, namespace, "pods", PODS)


def half_done(cluster: ControlPlane, namespace: str, name: str) -> None:
    """Shrink a pod while its node still grants what it had."""
    found = json.loads(cluster.kubectl("get", name, "-n", namespace, "-o", "json").stdout)
    first = found["spec"]["containers"][0]
    had = {"requests": {"cpu": "6", "memory": "1Gi"}, "limits": {"cpu": "7", "memory": "2Gi"}}
    state = {"name": first["name"], "image": "nginx", "imageID": "", "ready": False}
    status = {**state, "restartCount": 0, "resources": had, "allocatedResources": had["requests"]}
    _patch_status(cluster, namespace, name, {"phase": "Running", "containerStatuses": [status]})


def _patch_status(cluster: ControlPlane, namespace: str, name: str, status: Manifest) -> None:
    patch = json.dumps({"status": status})
    cluster.kubectl("patch", name, "-n", namespace, "--subresource=status", "-p", patch)


def test_volume_claims(cluster: ControlPlane, namespace: str) -> None:
    """By class, and as they grow."""
    chance = seeded(11)

    def claim(name: str, size: str, **more: Any) -> Manifest:
        resources = {"requests": {"storage": size}}
        spec = {"accessModes": ["ReadWriteOnce"], "resources": resources, **more}
        return thing("PersistentVolumeClaim", name, spec=spec)

    classes = ("gold", "silver", "")
    claims = [
        claim(
            f"v{number}", chance.choice(["1", "5Gi", "1500M", "7.5Gi", "0.1Ti"]), storageClassName=c
        )
        for number, c in enumerate(classes * 5)
    ]
    expandable = thing(
        "StorageClass", "gold", "storage.k8s.io/v1", provisioner="x", allowVolumeExpansion=True
    )
    grows = claim("grows", "1Gi", storageClassName="gold", volumeName=namespace)
    volume = thing(
        "PersistentVolume",
        namespace,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "storageClassName": "gold",
            "claimRef": {"name": "grows", "namespace": namespace},
            "csi": {"driver": "x", "volumeHandle": "x"},
        },
    )
    created(cluster, namespace, expandable, volume, quota("claims", CLAIMS))
    assert created(cluster, namespace, *claims, grows) == len(claims) + 1
    before = agree(cluster, namespace, "claims", CLAIMS)

    name = "persistentvolumeclaim/grows"
    phase = ("get", name, "-n", namespace, "-o", "jsonpath={.status.phase}")
    until("the claim is bound", lambda: cluster.kubectl(*phase).stdout == "Bound")
    bigger = json.dumps({"spec": {"resources": {"requests": {"storage": "9Gi"}}}})
    cluster.kubectl("patch", name, "-n", namespace, "-p", bigger)
    after = agree(cluster, namespace, "claims", CLAIMS)
    assert after["requests.storage"] - before["requests.storage"] == 8 * 2**30
    _patch_status(cluster, namespace, name, {"allocatedResources": {"storage": "12Gi"}})
    assert agree(cluster, namespace, "claims", CLAIMS)["requests.storage"] == (
        after["requests.storage"] + 3 * 2**30
    )


def test_services(cluster: ControlPlane, namespace: str) -> None:
    """Node ports that are to be allocated count like those that are named."""
    chance = seeded(13)
    services = []
    for number in range(30):
        spec: Manifest = {
            "type": chance.choice(["ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer"]),
            "ports": [
                {"name": f"p{i}", "port": 80 + i, "protocol": chance.choice(["TCP", "UDP"])}
                for i in range(chance.randint(1, 4))
            ],
        }
        if spec["type"] == "LoadBalancer" and chance.random() < 0.5:
            spec["allocateLoadBalancerNodePorts"] = False
            if chance.random() < 0.5:
                # Of the part of the range that nothing is allocated from while there are other
                # ports: the first 86 of 2,768 (KEP-3668).
                spec["ports"][0]["nodePort"] = 30050 + number
        services.append(thing("Service", f"s{number}", spec=spec))
    named = {"type": "ExternalName", "externalName": "example.com"}
    services.append(thing("Service", "named", spec=named))
    created(cluster, namespace, quota("services", SERVICES))
    assert created(cluster, namespace, *services) == len(services)
    taken = agree(cluster, namespace, "services", SERVICES)
    assert all(taken[key] for key in SERVICES)


def test_device_claims(cluster: ControlPlane, namespace: str) -> None:
    """Exact counts, all there are, and the worst of what may be chosen."""
    version = "resource.k8s.io/v1"
    served = cluster.kubectl("api-resources", "--api-group=resource.k8s.io", check=False).stdout
    if f"{version} " not in served:
        pytest.skip("this Kubernetes does not serve device claims yet")
    chance = seeded(17)

    def exact() -> Manifest:
        found: Manifest = {"deviceClassName": chance.choice(["fast", "slow"])}
        if chance.random() < 0.3:
            return found | {"allocationMode": "All"}
        return found | {"allocationMode": "ExactCount", "count": chance.randint(1, 5)}

    claims = []
    for number in range(25):
        requests: list[Manifest] = []
        for index in range(chance.randint(1, 3)):
            choices = [{"name": f"s{i}", **exact()} for i in range(chance.randint(1, 3))]
            body = {"exactly": exact()} if chance.random() < 0.5 else {"firstAvailable": choices}
            requests.append({"name": f"r{index}", **body})
        spec = {"devices": {"requests": requests}}
        claims.append(thing("ResourceClaim", f"d{number}", version, spec=spec))
    created(cluster, namespace, quota("devices", DEVICES))
    assert created(cluster, namespace, *claims) == len(claims)
    taken = agree(cluster, namespace, "devices", DEVICES)
    assert all(taken[key] for key in DEVICES)


def test_counts(cluster: ControlPlane, namespace: str) -> None:
    """Objects that the cluster made itself count too."""
    template = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [{"name": "a", "image": "nginx"}]},
    }
    made = [
        *(thing("ConfigMap", f"c{i}") for i in range(4)),
        *(thing("Secret", f"s{i}") for i in range(3)),
        thing("ReplicationController", "r", spec={"replicas": 0, "template": template}),
        thing(
            "Deployment",
            "d",
            "apps/v1",
            spec={"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": template},
        ),
        thing("Role", "r", "rbac.authorization.k8s.io/v1"),
    ]
    created(cluster, namespace, quota("counts", COUNTS))
    until(
        "the root certificates are there",
        lambda: stored(cluster, namespace, "", "configmaps"),
    )
    assert created(cluster, namespace, *made) == len(made)
    taken = agree(cluster, namespace, "counts", COUNTS)
    assert taken["count/configmaps"] > 4


def texts(chance: random.Random) -> Iterator[str]:
    """Make up what looks like a quantity, mostly."""
    signs = ("", "", "", "", "+", "-")
    suffixes = (
        *("", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"),
        *("e3", "E3", "e-3", "E+2", "e0", "e18", "K", "i", "e", "E-", "mi", "kk", "e3Mi", " ", "_"),
    )
    while True:
        whole = "".join(chance.choices("0123456789", k=chance.choice([0, 1, 1, 2, 3, 7, 16, 19])))
        part = "".join(chance.choices("0123456789", k=chance.choice([0, 1, 2, 3, 9, 12])))
        point = chance.choice(["", "", "."])
        yield (
            chance.choice(signs) + whole + (point + part if point else "") + chance.choice(suffixes)
        )


def reading(text: str) -> Decimal | None:
    """Return what we read; ``None``: refused."""
    try:
        return parse(text)
    except ValueError:
        return None


def is_beyond(text: str) -> bool:
    """Tell whether we refuse a quantity for its size alone, which the server takes."""
    try:
        parse(text)
    except ValueError as error:
        return "larger" in str(error)
    return False


def test_quantities_read_as_the_server_reads_them(cluster: ControlPlane, namespace: str) -> None:
    """Several hundred sizes of volumes in one Pod come back in canonical form."""
    source = texts(seeded(23))
    found = list(dict.fromkeys(next(source) for _ in range(3000)))
    found = [text for text in found if reading(text) is not None]
    assert len(found) > 800
    volumes = [{"name": f"v{i}", "emptyDir": {"sizeLimit": t}} for i, t in enumerate(found)]
    pod = thing("Pod", "p", spec={"containers": [{"name": "a", "image": "x"}], "volumes": volumes})
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "-n", namespace, "-o", "json", "-f", "-"),
        input=json.dumps(pod),
    )
    theirs = [
        volume["emptyDir"]["sizeLimit"]
        for volume in json.loads(answer.stdout)["spec"]["volumes"]
        if "emptyDir" in volume
    ]
    differences = {
        text: (reading(text), canonical)
        for text, canonical in zip(found, theirs, strict=True)
        if reading(text) != reading(canonical)
    }
    assert differences == {}
    rewritten = {
        text: (render(parse(text), binary=text.endswith("i")), canonical)
        for text, canonical in zip(found, theirs, strict=True)
        # Some texts it gives back as they came, exponents stay exponents, and what does not
        # divide by 1024 has two canonical forms.
        if text != canonical and not {"e", "E"} & set(text[:-1] + canonical[:-1])
        if not text.endswith("i") or parse(text) % 1024 == 0
    }
    assert len(rewritten) > 100
    assert {t: pair for t, pair in rewritten.items() if pair[0] != pair[1]} == {}


def test_quantities_are_refused_as_the_server_refuses_them(
    cluster: ControlPlane, namespace: str
) -> None:
    """Neither more nor less: what only one of both takes would count as two amounts."""
    source = texts(seeded(29))
    found = [t for t in dict.fromkeys(next(source) for _ in range(400)) if t == t.strip()]
    found = [text for text in found if not is_beyond(text)][:150]
    quotas = [
        thing("ResourceQuota", f"q{i}", spec={"hard": {"requests.cpu": text}})
        for i, text in enumerate(found)
    ]
    answer = cluster.kubectl(
        *("create", "--dry-run=server", "--validate=false", "-n", namespace, "-o", "name"),
        *("-f", "-"),
        input=json.dumps({"apiVersion": "v1", "kind": "List", "items": quotas}),
        check=False,
    )
    taken = {line.rpartition("/q")[2] for line in answer.stdout.splitlines()}
    theirs = {text for i, text in enumerate(found) if str(i) in taken}
    mine = {text for text in found if reading(text) is not None}
    assert mine - theirs == set()
    assert theirs - mine == set()
    assert 40 < len(mine) < len(found) - 20
