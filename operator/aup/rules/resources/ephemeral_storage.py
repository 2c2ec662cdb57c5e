"""Resources: what pods write to the node has an end.

resources/ephemeral-storage
    Fields read   resources of containers and initContainers; volumes[].emptyDir
    Allowed       any, unless `resources.requireEphemeralStorage`: then a limit of ephemeral-storage
                  in each container, and a sizeLimit of each emptyDir, in memory or on the disk
    Serves        "no disproportionate use of resources" (asergo/1.6): a full disk of a node evicts
                  the pods of others
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.terms import ResourceTerms
from aup.rules.base import Rule, Violation
from aup.rules.resources.said import amount, containers, limited

_RESOURCE = "ephemeral-storage"


def ephemeral_storage(workload: Workload, terms: ResourceTerms) -> Iterator[Violation]:
    """Yield each container and each volume that may fill its node."""
    if not terms.require_ephemeral_storage or workload.partial:
        return
    for container in containers(workload):
        if amount(limited(container.resources, _RESOURCE)) is None:
            yield Violation(
                path=f"{container.path}.resources.limits",
                value="",
                detail="says no ephemeral-storage, so the container may fill the disk of its node",
                remedy="set a limit of ephemeral-storage",
                key=(container.name,),
                image=container.image_name,
            )
    for volume in workload.scratch:
        if not amount(volume.size):
            where = "memory" if volume.in_memory else "disk"
            yield Violation(
                path=volume.path,
                value="",
                detail=f"has no sizeLimit, so it may fill the {where} of its node",
                remedy="set its sizeLimit",
                key=("emptyDir", where),
            )


RULE = Rule(
    id="resources/ephemeral-storage",
    title="What pods write to the node has an end",
    reads=Workload,
    terms=lambda terms: terms.resources,
    check=ephemeral_storage,
    blind=(
        "How soon the kubelet notices that a limit was passed: it looks now and then, and evicts. "
        "Volumes of drivers that keep data on the node (`csi` inline, hostPath)."
    ),
)
