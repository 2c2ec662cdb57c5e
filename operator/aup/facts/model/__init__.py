"""What the Acceptable Use Policy speaks of: workloads, images, placement, exposure, access.

Facts are frozen and closed. A rule looks nothing up: what it needs beyond the object (which node
lies in which region, whose pod has an address) was put into the facts when they were extracted.
"""

from aup.facts.model.access import Access, Door
from aup.facts.model.binding import Binding
from aup.facts.model.claim import (
    ClaimSource,
    IPAddress,
    IPNetwork,
    NamespaceReference,
)
from aup.facts.model.exposure import (
    AddressClaim,
    Attachment,
    Capture,
    ClusterAddress,
    EndpointTarget,
    Exposure,
    NamedClaim,
    NodePort,
    OpenPort,
    Passage,
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
from aup.facts.model.names import (
    ExternalName,
    HostnameClaim,
    Loan,
    ParentGateway,
)
from aup.facts.model.resources import Resources, Scratch
from aup.facts.model.security import (
    HostPath,
    KubeletConnection,
    Purpose,
    SecurityContext,
    SELinux,
)
from aup.facts.model.subject import Operation, Problem, Subject, Writer
from aup.facts.model.surroundings import Offline, Surroundings
from aup.facts.model.workload import (
    CommandLine,
    Container,
    ContainerKind,
    Execution,
    Ground,
    Placement,
    Port,
    RegionGround,
    Runs,
    WindowsGround,
    Workload,
)

__all__ = [
    "Access",
    "AddressClaim",
    "Attachment",
    "Binding",
    "Capture",
    "ClaimSource",
    "ClusterAddress",
    "CommandLine",
    "Container",
    "ContainerKind",
    "Door",
    "EndpointTarget",
    "Execution",
    "Exposure",
    "ExternalName",
    "Facts",
    "Ground",
    "HostPath",
    "HostnameClaim",
    "IPAddress",
    "IPNetwork",
    "Image",
    "KubeletConnection",
    "Loan",
    "Marking",
    "Markings",
    "NamedClaim",
    "NamespaceReference",
    "NodePort",
    "Offline",
    "OpenPort",
    "Operation",
    "ParentGateway",
    "Passage",
    "Placement",
    "PlatformSetting",
    "Plugin",
    "PluginSort",
    "Port",
    "Problem",
    "Purpose",
    "Reach",
    "RegionGround",
    "Resources",
    "Runs",
    "SELinux",
    "Scratch",
    "SecurityContext",
    "SharingClaim",
    "Subject",
    "Surroundings",
    "Topic",
    "UnknownAnnotation",
    "WindowsGround",
    "Workload",
    "Writer",
]
