"""PersistentVolumes: what of a node they are, and where the node connects to for them."""

from typing import Any

import pytest

from aup.facts.extract import extract
from aup.facts.model import Facts, Operation, Purpose, Subject
from aup.facts.persistent_volume import MAX_HOSTS
from support.corpus import as_json
from support.world import Cluster

ANNOTATION = "volume.beta.kubernetes.io/mount-options"


def read(
    spec: Any, options: Any = None, operation: Operation = Operation.CREATE, **more: Any
) -> Facts:
    metadata = {"annotations": {ANNOTATION: options}} if options is not None else {}
    subject = Subject("", "PersistentVolume", "", "x", operation=operation)
    obj = {"kind": "PersistentVolume", "metadata": metadata, "spec": spec, **more}
    return extract(as_json(obj), subject, Cluster())


def found(spec: Any, options: Any = None) -> list[str]:
    """Return path and text of all that is read."""
    facts = read(spec, options)
    assert facts.problems == ()
    (part,) = facts.workloads
    assert part.partial
    assert all(path.persistent for path in part.host_paths)
    assert {host.purpose for host in part.connections} <= {Purpose.PERSISTENT, Purpose.CREDENTIALS}
    return [
        *(f"{path.path}={path.canonical}" for path in part.host_paths),
        *(
            f"{host.path}={host.text}{f' of {host.namespace.owner}' if host.namespace else ''}"
            for host in part.connections
        ),
    ]


@pytest.mark.parametrize("spec", [None, {}, {"csi": None}, {"mountOptions": None}])
def test_nothing_is_read_of_a_volume_that_says_nothing(spec: Any) -> None:
    assert found(spec) == []


@pytest.mark.parametrize("name", ["hostPath", "local"])
def test_files_of_the_node_are_compared_as_the_kernel_walks_them(name: str) -> None:
    assert found({name: {"path": "/srv/../etc//x"}}) == [f"spec.{name}.path=/etc/x"]


@pytest.mark.parametrize(
    ("driver", "attribute"),
    [
        ("nfs.csi.k8s.io", "server"),
        ("nfs.csi.k8s.io", "SERVER"),
        ("smb.csi.k8s.io", "source"),
        ("efs.csi.aws.com", "mounttargetip"),
        ("fsx.csi.aws.com", "dnsname"),
        ("filestore.csi.storage.gke.io", "ip"),
        ("azurelustre.csi.azure.com", "mgs-ip-address"),
        ("who.knows.example", "server"),
    ],
)
def test_a_driver_is_told_its_host_by_an_attribute(driver: str, attribute: str) -> None:
    csi = {"driver": driver, "volumeAttributes": {attribute: "//n.example/a", "share": "/x"}}
    at = f'spec.csi.volumeAttributes["{attribute}"]'
    assert found({"csi": csi}) == [f"{at}=//n.example/a"]


@pytest.mark.parametrize(
    ("driver", "attribute"),
    [("efs.csi.aws.com", "server"), ("who.knows.example", "source"), ("ebs.csi.aws.com", "ip")],
)
def test_an_attribute_of_another_driver_is_none_of_this_one(driver: str, attribute: str) -> None:
    assert found({"csi": {"driver": driver, "volumeAttributes": {attribute: "n"}}}) == []


def test_a_secret_is_read_by_the_node_wherever_it_lies() -> None:
    """Without a namespace it is one of the claim's own."""
    refs = {
        name: {"name": "s", "namespace": namespace}
        for name, namespace in (
            ("nodePublishSecretRef", "acme-prod"),
            ("nodeStageSecretRef", "beta-prod"),
            ("controllerPublishSecretRef", "kube-system"),
            ("controllerExpandSecretRef", ""),
        )
    }
    assert found({"csi": {"driver": "x", **refs, "nodeExpandSecretRef": {"name": "s"}}}) == [
        "spec.csi.controllerPublishSecretRef.namespace=kube-system of None",
        "spec.csi.nodePublishSecretRef.namespace=acme-prod of acme",
        "spec.csi.nodeStageSecretRef.namespace=beta-prod of beta",
    ]
    assert found({"azureFile": {"secretName": "s", "secretNamespace": "beta-prod"}}) == [
        "spec.azureFile.secretNamespace=beta-prod of beta"
    ]
    for source in ("iscsi", "rbd", "cephfs", "scaleIO", "flexVolume", "storageos"):
        named = {source: {"secretRef": {"name": "s", "namespace": "beta-prod"}}}
        assert found(named) == [f"spec.{source}.secretRef.namespace=beta-prod of beta"]
    assert read({"csi": {"nodePublishSecretRef": ["beta-prod"]}}).problems


def test_mount_options_lead_elsewhere_wherever_they_stand() -> None:
    csi = {"driver": "x", "volumeAttributes": {"MountOptions": "ro,ip=192.0.2.1"}}
    spec = {"csi": csi, "mountOptions": ["ro", "Addr= 192.0.2.2,mounthost=a", "addrs=b"]}
    assert found(spec, "mountaddr=192.0.2.3") == [
        'spec.csi.volumeAttributes["MountOptions"]=192.0.2.1',
        "spec.mountOptions[1]=192.0.2.2",
        "spec.mountOptions[1]=a",
        f'metadata.annotations["{ANNOTATION}"]=192.0.2.3',
    ]


@pytest.mark.parametrize("spec", ["x", [1], {"hostPath": "/"}, {"csi": []}, {"mountOptions": "a"}])
def test_what_is_no_volume_is_a_problem(spec: Any) -> None:
    assert read(spec).problems


def test_only_so_many_hosts_are_looked_at() -> None:
    facts = read({"cephfs": {"monitors": ["192.0.2.1"] * (MAX_HOSTS + 1)}})
    assert len(facts.workloads[0].connections) == MAX_HOSTS
    assert [problem.detail for problem in facts.problems] == [f"has more than {MAX_HOSTS} hosts"]


def test_an_update_says_all_that_the_volume_says() -> None:
    """One of the platform's is not a tenant's to give to a claim; its status changes nothing."""
    update = Operation.UPDATE
    spec = {"hostPath": {"path": "/"}, "nfs": {"server": "a"}}
    (before,) = read(spec, operation=update).workloads
    (same,) = read(spec, operation=update, status={"phase": "Bound"}).workloads
    (given,) = read(spec | {"claimRef": {"name": "x"}}, operation=update).workloads
    for part, equal in ((same, True), (given, False)):
        assert (part.host_paths == before.host_paths) is equal
        assert (part.connections == before.connections) is equal
