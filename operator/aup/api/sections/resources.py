"""Terms of the sections resources and evidence of an AcceptableUsePolicy."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from aup.api.meta import Quantity
from aup.api.sections.choice import SectionTerms, Unrecognised


class DefaultRequests(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Requests of a container that names none."""

    cpu: Quantity = "10m"
    memory: Quantity = "32Mi"
    ephemeral_storage: Quantity | None = None
    """``None``: none is given."""


class DefaultLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Limits of a container that names none."""

    cpu: Quantity = "1"
    memory: Quantity = "1Gi"
    ephemeral_storage: Quantity | None = None
    """``None``: none is given."""


class GiveDefaults(StrEnum):
    """Where containers that name nothing are given defaults."""

    WHERE_NEEDED = "WhereNeeded"
    """Where a quota would refuse them."""
    REQUESTS = "Requests"
    """And requests in every namespace of a tenant, whatever its budget."""
    REQUESTS_AND_LIMITS = "RequestsAndLimits"
    """And limits, too, once the tenant's enforcement has begun."""


class Unlisted(StrEnum):
    """What a budget says of devices that it does not name."""

    DENY = "Deny"
    ALLOW = "Allow"


class BandwidthAnnotations(StrEnum):
    """By which annotations the cluster's network caps pods."""

    KUBERNETES = "Kubernetes"
    """``kubernetes.io/ingress-bandwidth``: Calico, Cilium, and the plugin bandwidth."""
    KUBE_OVN = "KubeOVN"
    """``ovn.kubernetes.io/ingress_rate``."""


class Weight(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Resources of several names as one key of a budget."""

    key: str
    """As a budget names it, for example ``gpu``."""
    resources: Mapping[str, str]
    """Extended resource, or quota key, to what one of it counts: ``1``, ``0.5``, ``1/7``."""


class ResourceTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section resources."""

    default_requests: DefaultRequests = DefaultRequests()
    default_limits: DefaultLimits = DefaultLimits()
    give_defaults: GiveDefaults = GiveDefaults.WHERE_NEEDED
    """In which namespaces a LimitRange of ours gives them."""
    require_requests: bool = False
    """Whether every container must say what it asks for in cpu and memory."""
    max_limit_request_ratio: Quantity | None = None
    """How far cpu and memory limits may exceed requests; a missing limit exceeds any."""
    require_ephemeral_storage: bool = False
    """Whether containers must limit ephemeral storage, and volumes on the node their size."""
    require_bandwidth: bool = False
    """Whether pods must cap what they receive and send."""
    bandwidth_annotations: BandwidthAnnotations = BandwidthAnnotations.KUBERNETES
    """Which of them must be there where they are required; caps hold for all of them."""
    max_bandwidth: Quantity | None = None
    """Bits a second that a pod may ask for, in each direction."""
    unlisted_extended_resources: Unlisted = Unlisted.DENY
    """Extended resources and device classes that a tenant's budget does not name."""
    weights: tuple[Weight, ...] = ()
    fences: Mapping[str, Quantity] | None = None
    """Quota key to what each namespace of a tenant with a budget may hold; ``None``: defaults."""
    over_budget_templates: Unrecognised = Unrecognised.WARN
    """What is said to controllers whose pods would not fit into what is left."""


class EvidenceTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How long evidence and the address registry are kept."""

    retention_days: int = 400
