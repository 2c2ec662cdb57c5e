"""What rules read of the volumes of a pod.

Field names are Kubernetes' own; docstrings there. Of sources that rules judge by single values, or
by being there at all, the values are claims (see shape.py).
"""

from typing import Any

from msgspec import field

from aup.facts.wire.shape import Wire

Source = dict[str, Any]
"""A source of a volume as it was written: its values are claims."""


class ImageVolume(Wire, frozen=True):
    """An image that is mounted as a volume."""

    reference: str | None = None


class ClaimVolume(Wire, frozen=True):
    """PersistentVolumeClaimVolumeSource."""

    claim_name: str | None = None


class CSIVolume(Wire, frozen=True):
    """CSIVolumeSource."""

    driver: str | None = None
    volume_attributes: Source | None = None


class FlexVolume(Wire, frozen=True):
    """FlexVolumeSource."""

    driver: str | None = None
    options: Source | None = None


class Volume(Wire, frozen=True):
    """A volume of a pod.

    The sources that are not here (``configMap``, ``downwardAPI``, ``ephemeral``, ``projected``,
    ``secret``) hold nothing that any rule asks about.
    """

    image: ImageVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    csi: CSIVolume | None = None
    flex_volume: FlexVolume | None = None
    empty_dir: Source | None = None
    host_path: Source | None = None
    host_disk: Source | None = None
    """KubeVirt's way to say ``hostPath``."""
    aws_elastic_block_store: Source | None = None
    azure_disk: Source | None = None
    azure_file: Source | None = None
    cephfs: Source | None = None
    cinder: Source | None = None
    fc: Source | None = None
    flocker: Source | None = None
    gce_persistent_disk: Source | None = None
    git_repo: Source | None = None
    glusterfs: Source | None = None
    iscsi: Source | None = None
    nfs: Source | None = None
    photon_persistent_disk: Source | None = None
    portworx_volume: Source | None = None
    quobyte: Source | None = None
    rbd: Source | None = None
    scale_io: Source | None = field(default=None, name="scaleIO")
    storageos: Source | None = None
    vsphere_volume: Source | None = None


class PersistentSource(Volume, frozen=True):
    """PersistentVolumeSource and what stands beside it in PersistentVolumeSpec.

    Its sources have the names that they have in a pod; ``local`` is one of its own.
    """

    local: Source | None = None
    mount_options: list[Any] | None = None
    """Which drivers hand to the program that mounts."""
