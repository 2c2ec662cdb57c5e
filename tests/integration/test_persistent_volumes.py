"""Volumes of the cluster on a real API server: whose are refused, and that nobody waits for us."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from support.installation import Installation, installed
from support.provision import provide, tenant
from support.reviews import pod

REFUSED = 'admission webhook "volumes.aup.asergo.com" denied the request: violates'
ALICE = ("alice", ("tenants:acme", "system:authenticated"))
OPERATOR = (
    "system:serviceaccount:acme-prod:operator",
    ("system:serviceaccounts", "system:serviceaccounts:acme-prod", "system:authenticated"),
)
"""A program of the tenant's."""
PROVISIONER = (
    "system:serviceaccount:local-path-storage:local-path-provisioner-service-account",
    ("system:serviceaccounts", "system:serviceaccounts:local-path-storage", "system:authenticated"),
)
"""A program of the platform's, in a namespace that nobody has called so."""
BINDER = ("system:serviceaccount:kube-system:persistent-volume-binder", ("system:authenticated",))
Who = tuple[str, tuple[str, ...]]
CREATE = ("create", "-f", "-")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Run the product with one tenant; whoever asks may write volumes and Nodes."""
    with installed(replicas=1) as running:
        cluster = running.cluster
        provide(running, tenant("acme", groups=["tenants:acme"]))
        cluster.create_namespace("local-path-storage")
        cluster.kubectl(
            *("create", "clusterrole", "anything", "--verb=*"),
            "--resource=pods,persistentvolumes,persistentvolumes/status,nodes,nodes/status",
        )
        cluster.kubectl(
            *("create", "clusterrolebinding", "anything", "--clusterrole=anything"),
            "--group=system:authenticated",
        )
        yield running


def volume(name: str, **source: Any) -> dict[str, Any]:
    """Return a volume of the cluster, as a provisioner would write it."""
    made = {"pv.kubernetes.io/provisioned-by": "rancher.io/local-path"}
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "x",
    }
    metadata = {"name": name, "annotations": made}
    head = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata}
    return {**head, "spec": {**spec, **source}}


def send(
    installation: Installation, who: Who, *command: str, obj: Any = None
) -> subprocess.CompletedProcess[str]:
    """Ask the API server as somebody."""
    return installation.cluster.kubectl(
        *command,
        input=None if obj is None else json.dumps(obj),
        as_user=who[0],
        as_groups=who[1],
        check=False,
    )


def claimed(name: str) -> tuple[str, ...]:
    """Return the command that gives a volume to a claim of the tenant's."""
    claim = {"kind": "PersistentVolumeClaim", "namespace": "acme-prod", "name": "data"}
    change = json.dumps({"spec": {"claimRef": claim}})
    return ("patch", "pv", name, "--type=merge", "-p", change)


SOURCES: tuple[dict[str, Any], ...] = (
    {"hostPath": {"path": "/"}},
    {"nfs": {"server": "203.0.113.9", "path": "/export"}},
    {
        "csi": {
            "driver": "nfs.csi.k8s.io",
            "volumeHandle": "x",
            "volumeAttributes": {"server": "203.0.113.9", "share": "/export"},
        }
    },
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: next(iter(source)))
@pytest.mark.parametrize("who", [ALICE, OPERATOR], ids=["person", "program"])
def test_a_tenants_is_refused_whatever_it_says_of_its_provisioner(
    installation: Installation, who: Who, source: dict[str, Any]
) -> None:
    assert REFUSED in send(installation, who, *CREATE, obj=volume("tenant", **source)).stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: next(iter(source)))
def test_a_provisioners_is_admitted_wherever_it_runs(
    installation: Installation, source: dict[str, Any]
) -> None:
    command = (*CREATE, "--dry-run=server")
    done = send(installation, PROVISIONER, *command, obj=volume("made", **source))
    assert (done.returncode, done.stderr) == (0, "")


def test_what_costs_the_api_server_too_much_to_look_through_is_asked_about(
    installation: Installation,
) -> None:
    """An expression that exceeds its budget would let the volume pass: nobody waits for us."""
    csi = {"driver": "x", "volumeHandle": "x"}
    options = [*["a"] * 450_000, "addr=203.0.113.9"]
    done = send(installation, ALICE, *CREATE, obj=volume("long", csi=csi, mountOptions=options))
    assert REFUSED in done.stderr


def test_a_volume_of_the_platforms_is_not_a_tenants_to_give_to_a_claim(
    installation: Installation,
) -> None:
    made = send(installation, PROVISIONER, *CREATE, obj=volume("given", **SOURCES[0]))
    assert made.returncode == 0, made.stderr
    assert REFUSED in send(installation, ALICE, *claimed("given")).stderr
    assert send(installation, BINDER, *claimed("given")).returncode == 0


def test_mount_options_come_by_the_status_as_well(installation: Installation) -> None:
    """The API server keeps the annotations of such a request; so its subresources are asked about.

    The volume is a disk of its own, which nobody is asked about when it is made.
    """
    disk = {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}
    made = send(installation, ALICE, *CREATE, obj=volume("disk", **disk))
    assert made.returncode == 0, made.stderr

    def options(text: str) -> subprocess.CompletedProcess[str]:
        change = {"metadata": {"annotations": {"volume.beta.kubernetes.io/mount-options": text}}}
        command = ("patch", "pv", "disk", "--subresource=status", "--type=merge")
        return send(installation, ALICE, *command, "-p", json.dumps(change))

    assert REFUSED in options("addr=203.0.113.9").stderr
    assert options("noatime").returncode == 0
    stored = installation.cluster.kubectl("get", "pv", "disk", "-o", "json").stdout
    assert "noatime" in json.loads(stored)["metadata"]["annotations"].values()


def test_whoever_writes_the_status_of_a_node_writes_its_annotations_and_labels(
    installation: Installation,
) -> None:
    """To hold them, each report of each kubelet would be translated; Nodes are not asked about."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
    installation.cluster.kubectl(*CREATE, input=json.dumps(node))
    said = {"annotations": {"kube-router.io/peer.ips": "203.0.113.9"}, "labels": {"egress": "x"}}
    command = ("patch", "node", "node-1", "--subresource=status", "--type=merge")
    done = send(installation, ALICE, *command, "-p", json.dumps({"metadata": said}))
    assert done.returncode == 0, done.stderr
    stored = json.loads(installation.cluster.kubectl("get", "node", "node-1", "-o", "json").stdout)
    for field, entries in said.items():
        assert entries.items() <= stored["metadata"][field].items()


def test_while_nobody_answers_no_provisioner_waits(installation: Installation) -> None:
    """A pod of the tenant's waits meanwhile. Its volume does not: the API server counts those."""
    for role in installation.admission:
        role.process.kill()
    waits = send(installation, ALICE, "create", "-n", "acme-prod", "-f", "-", obj=pod())
    assert "failed calling webhook" in waits.stderr
    for who, name in ((PROVISIONER, "late"), (ALICE, "late-tenant")):
        done = send(installation, who, *CREATE, obj=volume(name, **SOURCES[0]))
        assert done.returncode == 0, done.stderr
    metrics = installation.cluster.admin.kubectl("get", "--raw", "/metrics").stdout
    counted = r'fail_open_count\{name="volumes\.aup\.asergo\.com",type="validating"\} (\S+)$'
    assert re.findall("^apiserver_admission_webhook_" + counted, metrics, re.MULTILINE) == ["2"]
