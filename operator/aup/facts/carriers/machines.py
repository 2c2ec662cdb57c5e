"""Virtual machines, whose disks come as images: KubeVirt and its importer.

The importer fetches an image itself: no pod shows what it is, so that these objects are the only
place where it can be judged.
"""

from typing import Final

from aup.facts.carriers.carrier import Carrier, Reference

_REGISTRY: Final = "source.registry.url"


def _imported(at: str) -> Reference:
    """Return the image of a disk that is imported, by the source at a path."""
    return Reference(f"{at}.{_REGISTRY}", scheme="docker://")


def _machine(at: str) -> Carrier:
    """Return a virtual machine whose template is at a path; empty for the object itself."""
    spec = f"{at}.spec" if at else "spec"
    return Carrier(
        fragments=(at,),
        images=(
            f"{spec}.volumes[].containerDisk.image",
            f"{spec}.domain.firmware.kernelBoot.container.image",
        ),
    )


def _with_disks(at: str) -> Carrier:
    """Return what makes a virtual machine and its disks, by the spec at a path."""
    machine = _machine(f"{at}.template")
    disks = _imported(f"{at}.dataVolumeTemplates[].spec")
    return Carrier(fragments=machine.fragments, images=(*machine.images, disks))


MACHINES: Final[dict[tuple[str, str], Carrier]] = {
    ("kubevirt.io", "VirtualMachine"): _with_disks("spec"),
    ("kubevirt.io", "VirtualMachineInstance"): _machine(""),
    ("kubevirt.io", "VirtualMachineInstanceReplicaSet"): _machine("spec.template"),
    ("pool.kubevirt.io", "VirtualMachinePool"): _with_disks("spec.virtualMachineTemplate.spec"),
    ("cdi.kubevirt.io", "DataVolume"): Carrier(images=(_imported("spec"),)),
    ("cdi.kubevirt.io", "DataImportCron"): Carrier(images=(_imported("spec.template.spec"),)),
    ("cdi.kubevirt.io", "VolumeImportSource"): Carrier(images=(_imported("spec"),)),
}
