"""What the Acceptable Use Policy speaks of: workloads, images, placement, exposure, access.

Facts are frozen and closed. A rule looks nothing up: what it needs beyond the object (which node
lies in which region, whose pod has an address) was put into the facts when they were extracted.
"""

from aup.facts.model.access import Access
from aup.facts.model.exposure import (
    AddressClaim,
    Attachment,
    Capture,
    ClaimSource,
    ClusterAddress,
    EndpointTarget,
    Exposure,
    ExternalName,
    HostnameClaim,
    IPAddress,
    IPNetwork,
    Loan,
    NamedClaim,
    NamespaceReference,
    NodePort,
    ParentGateway,
    PlatformSetting,
    Plugin,
    PluginSort,
    Reach,
    SharingClaim,
    Topic,
    UnknownAnnotation,
)
from aup.facts.model.facts import Facts
from aup.facts.model.image import Image
from aup.facts.model.markings import Marking, Markings
from aup.facts.model.subject import Operation, Problem, Subject, Writer
from aup.facts.model.surroundings import Offline, Surroundings
from aup.facts.model.workload import (
    Container,
    ContainerKind,
    Ground,
    Placement,
    Port,
    RegionGround,
    Workload,
)

__all__ = [
    "Access",
    "AddressClaim",
    "Attachment",
    "Capture",
    "ClaimSource",
    "ClusterAddress",
    "Container",
    "ContainerKind",
    "EndpointTarget",
    "Exposure",
    "ExternalName",
    "Facts",
    "Ground",
    "HostnameClaim",
    "IPAddress",
    "IPNetwork",
    "Image",
    "Loan",
    "Marking",
    "Markings",
    "NamedClaim",
    "NamespaceReference",
    "NodePort",
    "Offline",
    "Operation",
    "ParentGateway",
    "Placement",
    "PlatformSetting",
    "Plugin",
    "PluginSort",
    "Port",
    "Problem",
    "Reach",
    "RegionGround",
    "SharingClaim",
    "Subject",
    "Surroundings",
    "Topic",
    "UnknownAnnotation",
    "Workload",
    "Writer",
]
