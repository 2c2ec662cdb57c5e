"""Which requests the API server asks the webhook about: each at most once, on a real API server."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from support.controlplane import ControlPlane
from support.corpus import CASES, documents
from support.installation import Installation, installed
from support.provision import provide, tenant
from support.reviews import pod
from support.waiting import until

NS = "acme-prod"
ALICE = ("alice", ("tenants:acme", "system:authenticated"))
ADMIN = ("admin", ("system:masters",))
NODE = ("system:node:node-1", ("system:nodes", "system:masters"))
PLATFORM = (
    "system:serviceaccount:kube-system:agent",
    ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
)
PROVISIONER = (
    "system:serviceaccount:free:provisioner",
    ("system:serviceaccounts", "system:serviceaccounts:free", "system:authenticated"),
)
"""Of storage, in a namespace that nobody has called the platform's."""
JOINING = ("system:bootstrap:abcdef", ("system:bootstrappers", "system:authenticated"))
"""A node that has nothing yet but the token of kubeadm."""
BINDER = ("system:serviceaccount:kube-system:persistent-volume-binder", PLATFORM[1])
CONTROLLERS = ("system:kube-controller-manager", ("system:authenticated",))
STAFF = ("one@asergo.example", ("asergo:support", "system:authenticated"))


def crd(group: str, plural: str, kind: str, *, scope: str = "Namespaced") -> dict[str, Any]:
    """Return a definition that takes anything."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v7",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": anything},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # Groups of Kubernetes are protected: a definition there says who approved of it.
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"},
        },
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [version],
        },
    }


SIG = "policy.networking.k8s.io"
CRDS = (
    crd("example.org", "widgets", "Widget"),
    crd("example.org", "clusterwidgets", "ClusterWidget", scope="Cluster"),
    # Of a group that is judged, in a version that nobody has heard of.
    crd("argoproj.io", "rollouts", "Rollout"),
    crd("argoproj.io", "applications", "Application"),
    crd("crd.projectcalico.org", "bgppeers", "BGPPeer", scope="Cluster"),
    crd("cilium.io", "ciliumendpoints", "CiliumEndpoint"),
    crd(SIG, "clusternetworkpolicies", "ClusterNetworkPolicy", scope="Cluster"),
)


def prepare(cluster: ControlPlane) -> None:
    """Define the kinds of other projects before the webhook is there."""
    items = {"apiVersion": "v1", "kind": "List", "items": list(CRDS)}
    cluster.kubectl("create", "-f", "-", input=json.dumps(items))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with one tenant, in whose namespace stand a few objects."""
    overrides = {
        "security": {"staffGroups": ["asergo:support"]},
        "rules": [{"id": "host/port", "enforcement": "Audit"}],
    }
    with installed({"policy": {"overrides": overrides}}, before=prepare) as installation:
        cluster = installation.cluster
        cluster.nodes(1, {"topology.kubernetes.io/region": "eu-north-1"})
        provide(installation, tenant("acme", groups=["tenants:acme"]))
        cluster.create_namespace("free")
        everything = ("create", "clusterrolebinding", "alice", "--clusterrole=anything")
        cluster.kubectl("create", "clusterrole", "anything", "--verb=*", *ANYTHING)
        cluster.kubectl(*everything, "--group=system:authenticated")
        for obj in STANDING:
            cluster.kubectl("create", "-n", NS, "-f", "-", input=json.dumps(obj))
        # Its ReplicaSet meets the webhook, too, and is not to be counted as anybody's request.
        cluster.kubectl("rollout", "status", "deployment/web", "-n", NS, "--timeout=60s")
        until("rules of the advice", lambda: "example.org" in advised(cluster))
        yield installation


def advised(cluster: ControlPlane) -> str:
    """Return the groups about which the API server asks for advice."""
    path = '{.webhooks[?(@.name=="advice.aup.asergo.com")].rules[*].apiGroups}'
    command = ("get", "validatingwebhookconfiguration", "aup-operator", "-o", f"jsonpath={path}")
    return cluster.kubectl(*command).stdout


ANYTHING = tuple(
    f"--resource={resource}"
    for resource in (
        "pods,pods/exec,pods/eviction,pods/status,pods/binding,configmaps,namespaces",
        "deployments.apps,deployments.apps/scale,endpointslices.discovery.k8s.io",
        "widgets.example.org,clusterwidgets.example.org",
        "clusternetworkpolicies.policy.networking.k8s.io",
        "rollouts.argoproj.io,applications.argoproj.io,bgppeers.crd.projectcalico.org",
        "ciliumendpoints.cilium.io,supportaccessgrants.aup.asergo.com,leases.coordination.k8s.io",
        "persistentvolumes,persistentvolumes/status,certificatesigningrequests.certificates.k8s.io",
    )
)


def named(obj: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    """Return an object with another name."""
    return obj | {"metadata": {"name": name}} | more


def custom(api: str, kind: str, name: str, **spec: Any) -> dict[str, Any]:
    """Return an object of another project's kind."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": pod()["spec"]}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE},
}
WIDGET = custom("example.org/v7", "Widget", "standing", size=1)
STANDING = (named(pod(), "standing"), DEPLOYMENT, WIDGET)


def volume(name: str, annotations: dict[str, str] | None = None, **source: Any) -> dict[str, Any]:
    """Return a volume of the cluster."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": annotations or {}},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "fast",
            **source,
        },
    }


DISK: dict[str, Any] = {
    "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1", "volumeAttributes": {"a": "b"}}
}
SHARE: dict[str, Any] = {
    "csi": {
        "driver": "nfs.csi.k8s.io",
        "volumeHandle": "n",
        "volumeAttributes": {"Server": "n.example"},
    }
}
OF_NODE: dict[str, Any] = {"hostPath": {"path": "/opt/local-path-provisioner/pvc-1"}}


def sealed(namespace: str) -> dict[str, Any]:
    """Return a disk that is mounted with a Secret of a namespace."""
    reference = {"name": "key", "namespace": namespace}
    return {"csi": {"driver": "rbd", "volumeHandle": "x", "nodeStageSecretRef": reference}}


MADE = {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}
STORE = ("create", "-f", "-")
BOUND = (
    '{"spec":{"claimRef":{"kind":"PersistentVolumeClaim","namespace":"acme-prod","name":"data"}}}'
)
PHASE = '{"status":{"phase":"Available"}}'
ELSEWHERE = (
    '{"metadata":{"annotations":{"volume.beta.kubernetes.io/mount-options":"addr=203.0.113.9"}}}'
)
LEASE = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"}}
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
PEER = custom("crd.projectcalico.org/v7", "BGPPeer", "p", peerIP="203.0.113.9")
POLICY = custom(f"{SIG}/v7", "ClusterNetworkPolicy", "c", tier="Baseline")
GRANT = custom(
    "aup.asergo.com/v1alpha1",
    "SupportAccessGrant",
    "g",
    users=["one@asergo.example"],
    reason="TICKET-81",
    expiresAt="2036-01-01T00:00:00Z",
)
EVICTION = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "standing"}}
BINDING = {
    "apiVersion": "v1",
    "kind": "Binding",
    "metadata": {"name": "standing"},
    "target": {"apiVersion": "v1", "kind": "Node", "name": "node-1"},
}
SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "s"},
    "addressType": "IPv4",
    "endpoints": [],
}
CREATE = ("create", "-n", NS, "-f", "-", "--dry-run=server")
FINALIZER = '{"metadata":{"finalizers":["example.org/x"]}}'
LABEL = '{"metadata":{"labels":{"x":"y"}}}'
READY = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
POD = f"/api/v1/namespaces/{NS}/pods/standing"


def patch(target: str, change: str, *options: str) -> tuple[str, ...]:
    """Return the command that changes an object."""
    kind, name = target.split("/")
    return ("patch", kind, name, "-n", NS, "--type=merge", "-p", change, *options)


REPORT = patch("pod/standing", READY, "--subresource=status")


def signing(signer: str, usage: str = "server auth") -> dict[str, Any]:
    """Return a request for a certificate in a name that is not acme's."""
    (request,) = documents(CASES / "network/hostname/denied/certificate-signing-request.yaml")
    spec = request["spec"] | {
        "signerName": signer,
        "usages": ["digital signature", usage],
    }
    return named(request, "csr", spec=spec)


KUBELET = signing("kubernetes.io/kube-apiserver-client-kubelet", "client auth")
FOR_SERVERS = signing("clusterissuers.cert-manager.io/letsencrypt")


class Row(NamedTuple):
    """A request and how often the webhook is asked about it."""

    title: str
    who: tuple[str, tuple[str, ...]]
    command: tuple[str, ...]
    times: int
    obj: Any = None


ROWS = (
    Row("a pod", ALICE, CREATE, 1, named(pod(), "new")),
    Row("a pod by a controller", PLATFORM, CREATE, 1, named(pod(), "new")),
    Row("a pod of nobody's", ALICE, ("create", "-n", "free", "-f", "-"), 0, named(pod(), "new")),
    Row("a label of a pod", ALICE, patch("pod/standing", LABEL), 1),
    Row("a finalizer of a pod", ALICE, patch("pod/standing", FINALIZER), 0),
    Row("status by the kubelet", NODE, REPORT, 0),
    # A lost node and its pods are reported while nobody of ours answers, too.
    Row("status by the platform", PLATFORM, REPORT, 0),
    Row("status by a controller", CONTROLLERS, REPORT, 0),
    Row("status by a person", ALICE, REPORT, 1),
    # kubectl exec would ask twice: by WebSocket, and by SPDY when that fails.
    Row("a shell", ALICE, ("create", "--raw", f"{POD}/exec?command=true", "-f", "-"), 1, {}),
    Row("an eviction", ALICE, ("create", "--raw", f"{POD}/eviction", "-f", "-"), 0, EVICTION),
    Row("a binding", ADMIN, ("create", "--raw", f"{POD}/binding", "-f", "-"), 1, BINDING),
    Row("a scale", ALICE, ("scale", "-n", NS, "deployment", "web", "--replicas=0"), 1),
    Row("by an autoscaler", PLATFORM, ("scale", "-n", NS, "deployment", "web", "--replicas=0"), 0),
    Row("a config map", ALICE, CREATE, 0, CONFIG),
    Row("a lease", ALICE, CREATE, 0, LEASE),
    Row("a grant", ALICE, CREATE, 1, GRANT),
    Row("where pods are, by the platform", PLATFORM, CREATE, 0, SLICE),
    Row("the same by a tenant", ALICE, CREATE, 1, SLICE),
    Row("a kind that nobody knows", ALICE, CREATE, 1, custom("example.org/v7", "Widget", "new")),
    Row("what its controller notes", ALICE, patch("widget/standing", FINALIZER), 0),
    Row("a known kind", ALICE, CREATE, 1, custom("argoproj.io/v7", "Rollout", "r")),
    Row("an unknown one beside it", ALICE, CREATE, 1, custom("argoproj.io/v7", "Application", "a")),
    Row("a report", PLATFORM, CREATE, 0, custom("cilium.io/v7", "CiliumEndpoint", "e")),
    Row("a forged report", ALICE, CREATE, 1, custom("cilium.io/v7", "CiliumEndpoint", "e")),
    Row("outside, by a tenant", ALICE, CREATE, 1, PEER),
    Row("outside, by the provider", ADMIN, CREATE, 0, PEER),
    Row("outside, by the platform", PLATFORM, CREATE, 0, PEER),
    Row("a policy of the cluster", ALICE, CREATE, 1, POLICY),
    Row("the same by the platform", PLATFORM, CREATE, 0, POLICY),
    Row("outside, unknown", ALICE, CREATE, 0, custom("example.org/v7", "ClusterWidget", "w")),
    Row("a label of the namespace", ALICE, ("label", "namespace", NS, "x=y"), 0),
    Row("an annotation of it", ALICE, ("annotate", "namespace", NS, "x=y"), 1),
    Row("a label beside it", ALICE, ("label", "namespace", NS, "y=z"), 0),
    Row("the same by the provider", ADMIN, ("annotate", "namespace", NS, "z=y"), 0),
    # A volume's life: made by a driver's provisioner, bound by the control plane, attached.
    Row("a disk, by its provisioner", PROVISIONER, STORE, 0, volume("disk", MADE, **DISK)),
    Row("its claim, by the control plane", BINDER, patch("pv/disk", BOUND), 0),
    Row("its phase", BINDER, patch("pv/disk", PHASE, "--subresource=status"), 0),
    Row("its finalizer", PROVISIONER, patch("pv/disk", FINALIZER), 0),
    Row("its label", PROVISIONER, patch("pv/disk", LABEL), 0),
    Row("its size", PROVISIONER, patch("pv/disk", '{"spec":{"capacity":{"storage":"2Gi"}}}'), 0),
    Row("a disk, by a tenant", ALICE, STORE, 0, volume("own", MADE, **DISK)),
    Row("with the secret of its driver", PROVISIONER, CREATE, 0, volume("m", **sealed("free"))),
    Row("with another's", PROVISIONER, CREATE, 1, volume("m", **sealed("acme-prod"))),
    Row("with another's, by a tenant", ALICE, CREATE, 1, volume("m", **sealed("free"))),
    Row("mount options of a disk", ALICE, CREATE, 0, volume("m", mountOptions=["noatime"], **DISK)),
    Row("those of a share", ALICE, CREATE, 1, volume("m", mountOptions=["a", "ADDR = x"], **DISK)),
    Row("a path, by its provisioner", PROVISIONER, STORE, 1, volume("path", **OF_NODE)),
    Row("its claim", BINDER, patch("pv/path", BOUND), 0),
    Row("its finalizer, too", PROVISIONER, patch("pv/path", FINALIZER), 0),
    Row("a path, by a provisioner of the platform", PLATFORM, CREATE, 0, volume("p", **OF_NODE)),
    Row("a path, by the provider", ADMIN, CREATE, 0, volume("p", **OF_NODE)),
    Row("a path, by a tenant", ALICE, CREATE, 1, volume("p", MADE, **OF_NODE)),
    Row("a share, by a tenant", ALICE, CREATE, 1, volume("s", MADE, **SHARE)),
    Row("phase, by a tenant", ALICE, patch("pv/path", PHASE, "--subresource=status"), 0),
    Row("beside it", ALICE, patch("pv/path", ELSEWHERE, "--subresource=status"), 1),
    # No outage keeps a node from joining: what it hands in with its token asks nobody.
    Row("a kubelet's first request", JOINING, CREATE, 0, KUBELET),
    Row("the same by a provider's machine", PROVISIONER, CREATE, 0, KUBELET),
    Row("its request as a server", NODE, CREATE, 0, signing("kubernetes.io/kubelet-serving")),
    Row("a request of the platform's", PLATFORM, CREATE, 0, FOR_SERVERS),
    Row("a request of the provider's", ADMIN, CREATE, 0, FOR_SERVERS),
    Row("a request of nobody's", PROVISIONER, CREATE, 1, FOR_SERVERS),
    Row("a request of a tenant's", ALICE, CREATE, 1, FOR_SERVERS),
    Row("a deletion", ALICE, ("delete", "widget", "standing", "-n", NS, "--wait=false"), 0),
)


def asked(installation: Installation) -> Counter[str]:
    """Return how many requests the API server has sent to each of our webhooks so far.

    By its own count: ours holds the controller's question whether a replica answers, too. Whoever
    else makes it ask is counted as well, and is to be found: an outage would stop him.
    """
    metrics = installation.cluster.admin.kubectl("get", "--raw", "/metrics").stdout
    ours = r'request_total\{[^}]*name="(\w+)\.aup\.asergo\.com"[^}]*\} (\S+)$'
    found = re.findall("^apiserver_admission_webhook_" + ours, metrics, re.MULTILINE)
    times: Counter[str] = Counter()
    for name, count in found:
        times[name] += int(float(count))
    return times


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_a_request_meets_one_webhook_or_none(installation: Installation, row: Row) -> None:
    """In the order of the table: some rows look at what earlier ones did."""
    before = asked(installation)
    user, groups = row.who
    done = installation.cluster.kubectl(
        *row.command,
        input=None if row.obj is None else json.dumps(row.obj),
        as_user=user,
        as_groups=groups,
        check=False,
    )
    met = asked(installation) - before
    assert met.total() == row.times, (met, done.stderr)


@pytest.mark.parametrize(
    ("who", "refused"), [(ALICE, True), (PROVISIONER, False)], ids=["a tenant", "nobody"]
)
def test_a_certificate_outside_of_namespaces_is_its_writers(
    installation: Installation, who: tuple[str, tuple[str, ...]], *, refused: bool
) -> None:
    """Its names are held to what the tenant of the writer is held to; nobody's pass."""
    user, groups = who
    done = installation.cluster.kubectl(
        *CREATE, input=json.dumps(FOR_SERVERS), as_user=user, as_groups=groups, check=False
    )
    found = "spec.request.commonName[0] login.beta.example is not verified for acme"
    assert (found in done.stderr) is refused
    assert ("(server dry run)" in done.stdout) is not refused


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (("sh", "-c", "nmap -sV 203.0.113.9"), True),
        (("grep", "nmap", "/etc/services"), False),
    ],
)
def test_what_is_run_in_a_pod_is_looked_at(
    installation: Installation, command: tuple[str, ...], *, refused: bool
) -> None:
    """Its words come to the webhook as they were asked for, whether or not there is a kubelet."""
    user, groups = ALICE
    words = urlencode([("command", word) for word in command])
    done = installation.cluster.kubectl(
        *("create", "--raw", f"{POD}/exec?{words}", "-f", "-"),
        input="{}",
        as_user=user,
        as_groups=groups,
        check=False,
    )
    found = "[security/tools, clause 1.3] command[2] nmap is for tests of security"
    assert (found in done.stderr) is refused


def test_staff_come_in_by_a_grant_from_the_moment_on_that_it_is_there(
    installation: Installation,
) -> None:
    """And no longer than it is there; they cannot write it themselves."""
    cluster = installation.cluster
    user, groups = STAFF

    def enter() -> str:
        command = ("create", "--raw", f"{POD}/exec?command=true", "-f", "-")
        return cluster.kubectl(
            *command, input="{}", as_user=user, as_groups=groups, check=False
        ).stderr

    refused = "[security/staff-access"
    assert refused in enter()
    own = cluster.kubectl(
        *CREATE, input=json.dumps(GRANT), as_user=user, as_groups=groups, check=False
    )
    assert refused in own.stderr
    cluster.kubectl(
        *("create", "-n", NS, "-f", "-"),
        input=json.dumps(GRANT),
        as_user="alice",
        as_groups=ALICE[1],
    )
    until("the grant", lambda: refused not in enter())
    cluster.kubectl(
        "delete", "supportaccessgrant", "g", "-n", NS, as_user="alice", as_groups=ALICE[1]
    )
    until("its end", lambda: refused in enter())


def test_what_is_only_recorded_stands_in_the_audit_log(installation: Installation) -> None:
    """And is told to nobody else: neither refused nor warned of."""
    cluster, client = installation.cluster, installation.release.admission
    account = "aup-system:aup-operator-admission"  # whose requests the audit log of tests holds
    cluster.kubectl(
        *("create", "rolebinding", "account", "-n", NS, "--clusterrole=anything"),
        f"--serviceaccount={account}",
    )
    container = {**pod()["spec"]["containers"][0], "ports": [{"containerPort": 80, "hostPort": 80}]}
    recorded = named(pod(containers=[container]), "recorded")
    done = client.kubectl(*CREATE, input=json.dumps(recorded))
    assert done.stderr == ""

    def noted() -> list[str]:
        lines = map(json.loads, (cluster.folder / "audit.log").read_text().splitlines())
        key = "workloads.aup.asergo.com/findings"
        return [line["annotations"][key] for line in lines if key in line.get("annotations", {})]

    until("the audit log", noted)
    assert noted() == ["host/port=Audit,license/unknown=Review"]


def test_what_looks_like_a_pod_in_an_unknown_kind_is_warned_of(installation: Installation) -> None:
    """And admitted, whatever is in it."""
    guess = custom(
        "example.org/v7", "Widget", "guess", template={"spec": pod(hostPID=True)["spec"]}
    )
    done = installation.cluster.kubectl(
        *CREATE, input=json.dumps(guess), as_user="alice", as_groups=ALICE[1]
    )
    assert "Warning: would violate [host/namespaces" in done.stderr


def test_advice_follows_the_kinds_that_the_cluster_serves(installation: Installation) -> None:
    """Kubernetes' own, and groups about which there is nothing to say, are not asked about."""
    cluster = installation.cluster
    assert "networking.k8s.io" not in json.loads(advised(cluster))
    assert '"apps"' not in advised(cluster)
    cluster.kubectl("create", "-f", "-", input=json.dumps(crd("late.example.org", "days", "Day")))
    until("advice about a new group", lambda: '"late.example.org"' in advised(cluster), 60)
    cluster.kubectl("delete", "crd", "days.late.example.org")
    until("no advice about it", lambda: '"late.example.org"' not in advised(cluster), 60)
