"""Exposure: how an object is reached, and what of the provider's network it asks for.

A *claim* is about the object itself: it wants to answer under an address or a name. Peers and
destinations are no claims.
"""

from enum import StrEnum

import msgspec

from aup.facts.model.claim import ClaimSource, IPAddress, IPNetwork, NamespaceReference
from aup.facts.model.names import ExternalName, HostnameClaim, Loan
from aup.facts.model.subject import Writer


class AddressClaim(msgspec.Struct, frozen=True):
    """An address that an object claims for itself."""

    text: str
    """As written."""
    path: str
    source: ClaimSource
    address: IPAddress | None
    """Canonical, IPv4-mapped IPv6 unwrapped; ``None`` when unreadable or opaque."""
    problem: str = ""
    """Why it cannot be read (``is not an IP address``); empty when it can."""
    opaque: bool = False
    """A provider's name for an address (``NamedAddress``), which admission cannot resolve."""
    networks: tuple[IPNetwork, ...] = ()
    """All that is claimed, where it is a network or a range and not one address."""
    prefix: str = ""
    """Of the annotation, where only a controller that was given this prefix reads it."""
    reading: str = ""
    """How the text comes to mean the address, where it does not say it: ``holds``."""
    inside: bool = False
    """Whether an address out of the range of the cluster's pods will do as well."""


class ClusterAddress(msgspec.Struct, frozen=True):
    """An address that a Service has inside the cluster (``clusterIP``)."""

    text: str
    path: str
    address: IPAddress | None
    problem: str = ""


class EndpointTarget(msgspec.Struct, frozen=True):
    """An address that a Service sends traffic to."""

    text: str
    path: str
    address: IPAddress | None
    problem: str = ""
    owner: str | None = None
    """Tenant whose running pod has this address now; ``None`` when nobody's pod has it."""
    ownership_known: bool = True
    """Whether pods could be looked up: not in the offline check."""
    outward: bool = False
    """Whether it may lie on the internet, as what a proxy is meant to reach there does."""


class Topic(StrEnum):
    """What a name that an object asks for stands for."""

    POOL = "pool"
    """A pool of addresses (network/pool)."""
    CLASS = "class"
    """A class of load balancers (network/load-balancer-class)."""


class NamedClaim(msgspec.Struct, frozen=True):
    """Something of the provider's network that an object asks for by name."""

    text: str
    path: str
    topic: Topic
    problem: str = ""
    networks: tuple[IPNetwork, ...] = ()
    """Where the name is a network itself (Calico's pools by CIDR)."""


class Reach(StrEnum):
    """What a setting of the platform's network would do."""

    ROUTING = "routing"
    """Change how traffic of others, or of the node, is routed (network/assigned-address)."""
    SPOOFING = "spoofing"
    """Send under addresses that are not the pod's own (host/anti-spoofing)."""
    REPORT = "report"
    """Say in a status what the platform alone knows (network/status-writer)."""
    NAMES = "names"
    """Answer for hostnames that nobody can tell beforehand (network/hostname)."""
    POLICY = "policy"
    """Say what traffic of others passes (network/policy-subject)."""


class PlatformSetting(msgspec.Struct, frozen=True):
    """A setting that is the platform's to make and not a tenant's."""

    text: str
    path: str
    source: ClaimSource
    reach: Reach
    detail: str
    """Completes ``<path> <text>``: ``chooses an interface of the node``."""
    networks: tuple[IPNetwork, ...] = ()
    """Where the setting is about addresses; one that is about the tenant's own may be allowed."""
    key: str = ""
    """Of the annotation or label, where it is one: the provider may let tenants have it."""
    instead: str = ""
    """What to do, where it is something else than to leave it out."""
    says: tuple[str, ...] = ()
    """Digest of all that the object says, where any change of it is a new violation."""


class Capture(msgspec.Struct, frozen=True):
    """Traffic of pods or Services that an object takes into its own hands, or decides about."""

    what: str
    """What it does, for example ``sends out the traffic of``; the namespaces follow."""
    namespaces: NamespaceReference
    label: str = "kubernetes.io/metadata.name"
    """Under which a selector there finds the name of a namespace."""
    reach: Reach = Reach.ROUTING
    """Which rule it concerns."""
    says: tuple[str, ...] = ()
    """Digests of the selection and of what the object says beside it, where any change of that is a
    new violation."""


class Passage(msgspec.Struct, frozen=True):
    """Traffic that a policy of the whole cluster lets pass, before others are heard."""

    text: str
    """What it does, as written: ``Accept``, ``Allow``, ``Pass``."""
    path: str
    final: bool
    """Whether nobody else is heard any more, NetworkPolicies least of all."""
    delivers: bool
    """Whether mail could leave pods by it: at port 25, to hosts, and before the operator closes
    that."""
    networks: tuple[IPNetwork, ...] = ()
    """Where to, where it delivers; empty: anywhere."""
    says: tuple[str, ...] = ()
    """Digests of what it says, and of all without which it would end less: where any of that
    changes it is a new violation."""
    says_of_mail: tuple[str, ...] = ()
    """The same of what lets mail out."""


class Attachment(msgspec.Struct, frozen=True):
    """A further network that a pod or a machine is plugged into."""

    text: str
    path: str
    network: str = ""
    """Namespace and name of its definition, ``acme-prod/cameras``: what resource ids may list."""
    namespace: NamespaceReference | None = None
    """``None`` where it cannot be read."""
    problem: str = ""


class PluginSort(StrEnum):
    """Who runs what an object configures."""

    CNI = "cni"
    """A plugin of the container network: root on the node."""
    DRIVER = "driver"
    """A driver of network devices (dynamic resource allocation)."""


class Plugin(msgspec.Struct, frozen=True):
    """A program on the node that an object chooses and configures."""

    text: str
    path: str
    sort: PluginSort
    detail: str
    """Completes ``<path> <text>``: ``puts pods on a network of the node``."""
    says: tuple[str, ...] = ()
    """Digest of how it is configured: what stood before excuses no other configuration."""


class SharingClaim(msgspec.Struct, frozen=True):
    """A key by which Services share one address."""

    text: str
    path: str
    with_namespaces: tuple[NamespaceReference, ...] = ()
    """Namespaces that may share it; empty: the Service's own alone."""


class NodePort(msgspec.Struct, frozen=True):
    """A port that a Service opens on every node."""

    number: int
    """0 where the API server has not chosen one yet."""
    path: str
    balanced: bool = False
    """Given to a Service of type LoadBalancer beside its address."""


class OpenPort(msgspec.Struct, frozen=True):
    """A TCP port under which connections are taken, or at which they arrive in a pod."""

    number: int
    path: str


class UnknownAnnotation(msgspec.Struct, frozen=True):
    """An annotation whose key looks like a load balancer's and that nobody knows."""

    key: str
    text: str
    path: str


class Exposure(msgspec.Struct, frozen=True):
    """How an object is reached from outside."""

    namespace: str
    addresses: tuple[AddressClaim, ...] = ()
    endpoints: tuple[EndpointTarget, ...] = ()
    hostnames: tuple[HostnameClaim, ...] = ()
    names: tuple[NamedClaim, ...] = ()
    settings: tuple[PlatformSetting, ...] = ()
    captures: tuple[Capture, ...] = ()
    passages: tuple[Passage, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    sharing: tuple[SharingClaim, ...] = ()
    node_ports: tuple[NodePort, ...] = ()
    open_ports: tuple[OpenPort, ...] = ()
    external_names: tuple[ExternalName, ...] = ()
    unknown_annotations: tuple[UnknownAnnotation, ...] = ()
    loans: tuple[Loan, ...] = ()
    cluster_addresses: tuple[ClusterAddress, ...] = ()
    writer: Writer | None = None
    writes_status: bool = False
    """Whether the request writes the status: in any other the API server drops what it says."""
