"""Terms of the sections resources and evidence of an AcceptableUsePolicy."""

import msgspec

from aup.api.meta import Quantity


class DefaultRequests(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Requests of a container that names none."""

    cpu: Quantity = "10m"
    memory: Quantity = "32Mi"


class DefaultLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Limits of a container that names none."""

    cpu: Quantity = "1"
    memory: Quantity = "1Gi"


class ResourceTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section resources."""

    default_requests: DefaultRequests = DefaultRequests()
    default_limits: DefaultLimits = DefaultLimits()


class EvidenceTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How long evidence and the address registry are kept."""

    retention_days: int = 400
