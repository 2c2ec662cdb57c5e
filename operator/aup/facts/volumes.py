"""Volumes of a pod: what of the node is mounted, from where, and which kinds there are."""

from collections.abc import Iterable, Iterator, Mapping

from aup.facts.connections import volume_connections
from aup.facts.image import read_image
from aup.facts.json_value import text_of
from aup.facts.model import HostPath, Image, KubeletConnection
from aup.facts.node_names import file_path
from aup.facts.wire.volume import PersistentSource, Source, Volume

Volumes = Iterable[tuple[str, Volume]]
"""Path and volume, such as ``spec.volumes[0]``."""

_REMOTE: Mapping[str, str] = {
    "aws_elastic_block_store": "awsElasticBlockStore",
    "azure_disk": "azureDisk",
    "azure_file": "azureFile",
    "cephfs": "cephfs",
    "cinder": "cinder",
    "fc": "fc",
    "flex_volume": "flexVolume",
    "flocker": "flocker",
    "gce_persistent_disk": "gcePersistentDisk",
    "git_repo": "gitRepo",
    "glusterfs": "glusterfs",
    "iscsi": "iscsi",
    "nfs": "nfs",
    "photon_persistent_disk": "photonPersistentDisk",
    "portworx_volume": "portworxVolume",
    "quobyte": "quobyte",
    "rbd": "rbd",
    "scale_io": "scaleIO",
    "storageos": "storageos",
    "vsphere_volume": "vsphereVolume",
}
"""Sources beside ``hostPath`` that the Pod Security Standards leave to PersistentVolumes."""

_NOTHING = Volume()
"""A volume of a kind that nobody asks about, as nearly all are."""


def each_volume(volumes: Iterable[Volume | None] | None, path: str) -> Iterator[tuple[str, Volume]]:
    """Yield the volumes of the pod spec at ``path``."""
    for i, volume in enumerate(volumes or ()):
        if volume is not None and not _is_plain(volume):
            yield f"{path}.volumes[{i}]", volume


def _is_plain(volume: Volume) -> bool:
    """Whether there is nothing in it but room on the node, or what nobody asks about."""
    if volume.empty_dir is None:
        return volume == _NOTHING
    return volume == Volume(empty_dir=volume.empty_dir)


def volume_images(volumes: Volumes) -> Iterator[Image]:
    """Yield images that are mounted as volumes."""
    for path, volume in volumes:
        if volume.image and volume.image.reference:
            yield read_image(volume.image.reference, f"{path}.image.reference")


def host_paths(volumes: Volumes) -> Iterator[HostPath]:
    """Yield the paths of the node that are mounted."""
    for path, volume in volumes:
        if volume.host_path is not None:
            yield _host_path(volume.host_path, f"{path}.hostPath.path")
        if volume.host_disk is not None:
            yield _host_path(volume.host_disk, f"{path}.hostDisk.path")


def connections(volumes: Volumes) -> Iterator[KubeletConnection]:
    """Yield the hosts that volumes are mounted from."""
    for path, volume in volumes:
        yield from volume_connections(volume, path)


def remote_sources(volumes: Volumes) -> Iterator[str]:
    """Yield the paths of the sources that name storage by themselves."""
    for path, volume in volumes:
        for attribute, name in _REMOTE.items():
            if getattr(volume, attribute) is not None:
                yield f"{path}.{name}"


def persistent_host_paths(source: PersistentSource, path: str) -> Iterator[HostPath]:
    """Yield the paths of the node that a PersistentVolume with its spec at ``path`` is."""
    for name, found in (("hostPath", source.host_path), ("local", source.local)):
        if found is not None:
            yield _host_path(found, f"{path}.{name}.path")


def _host_path(source: Source, path: str) -> HostPath:
    """Return a path of the node as written, and as the kernel would walk it."""
    text = text_of(source.get("path"))
    return HostPath(text, path, file_path(text))
