"""Terms of the section resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from aup.api.sections.choice import Unrecognised
from aup.api.sections.resources import BandwidthAnnotations, Unlisted


@dataclass(frozen=True, slots=True)
class ResourceTerms:
    """Section ``resources``."""

    tenant: str
    require_requests: bool = False
    max_limit_request_ratio: Decimal | None = None
    """``None``: any."""
    require_ephemeral_storage: bool = False
    require_bandwidth: bool = False
    bandwidth_annotations: BandwidthAnnotations = BandwidthAnnotations.KUBERNETES
    max_bandwidth: Decimal | None = None
    """Bits a second; ``None``: any."""
    unlisted: Unlisted = Unlisted.DENY
    """Of a tenant with a budget: devices that it does not name."""
    weights: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    """Key of a budget to resources, each with what one of it counts."""
    fences: Mapping[str, Decimal] = field(default_factory=dict)
    """By quota key: what a namespace of a tenant with a budget may hold at most."""
    over_budget_templates: Unrecognised = Unrecognised.WARN
