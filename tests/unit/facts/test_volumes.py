"""Volumes: what of the node is mounted, which images, and which storage is named directly."""

from typing import Any

import pytest

from aup.facts.model import HostPath, Workload
from support.workloads import read


def mounting(*volumes: Any) -> Workload:
    (workload,) = read(("", "Pod"), {"volumes": list(volumes)}).workloads
    return workload


def test_a_path_of_the_node_is_read_as_written_and_as_it_is_walked() -> None:
    found = mounting({"name": "a", "emptyDir": {}}, {"hostPath": {"path": "//var/./run"}})
    at = "spec.volumes[1].hostPath.path"
    assert found.host_paths == (HostPath("//var/./run", at, "/var/run"),)


@pytest.mark.parametrize(
    ("source", "text"),
    [({}, ""), ({"path": None}, ""), ({"path": 7}, "7"), ({"path": ["/etc"]}, "")],
)
def test_a_path_that_is_none_is_a_path_of_the_node_all_the_same(source: Any, text: str) -> None:
    (found,) = mounting({"hostPath": source}).host_paths
    assert (found.text, found.path) == (text, "spec.volumes[0].hostPath.path")


def test_the_disk_of_a_virtual_machine_may_be_a_path_of_the_node() -> None:
    (found,) = mounting({"hostDisk": {"path": "/data/disk.img"}}).host_paths
    assert found == HostPath("/data/disk.img", "spec.volumes[0].hostDisk.path", "/data/disk.img")


def test_an_image_is_mounted_under_its_name() -> None:
    (image,) = mounting(None, {"image": {"reference": "reg.example/model:1"}}).volume_images
    assert (image.repository, image.path) == (
        "reg.example/model",
        "spec.volumes[1].image.reference",
    )


@pytest.mark.parametrize(
    "source",
    [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "iscsi",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    ],
)
def test_storage_that_is_named_directly_is_noted(source: str) -> None:
    found = mounting({source: {}}, {source: None})
    assert found.remote_sources == (f"spec.volumes[0].{source}",)


@pytest.mark.parametrize(
    "source",
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "hostPath",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ],
)
def test_volumes_of_the_cluster_itself_are_not(source: str) -> None:
    assert mounting({source: {}}).remote_sources == ()
