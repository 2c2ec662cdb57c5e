"""Terms of fair use: the section ``spec.fairUse`` of an AcceptableUsePolicy."""

from enum import StrEnum

import msgspec

from aup.api.meta import Quantity


class Measure(StrEnum):
    """What is measured; the catalogue of ``aup.fairuse`` says how."""

    CPU = "CPU"
    MEMORY = "Memory"
    EGRESS_BYTES = "EgressBytes"
    EGRESS_PACKETS = "EgressPackets"
    STORAGE = "Storage"
    EPHEMERAL_STORAGE = "EphemeralStorage"
    API_REQUESTS = "APIRequests"


class FairUseLimit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What counts as overuse of one measure; what is not stated is as in the catalogue."""

    measure: Measure
    report: bool = True
    """Whether overuse is reported at all."""
    share_percent: int | None = None
    """Share of what is contended from which on use can be overuse."""
    floor: Quantity | None = None
    """Use below which nothing is overuse, in the unit of the measure."""
    contention_percent: int | None = None
    """How full what is shared must be for others to be disrupted."""
    contention_query: str | None = None
    """PromQL of one number from 0 to 1, instead of the catalogue's."""
    for_seconds: int | None = None
    """Instead of the section's."""


class FairUseTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section fairUse."""

    for_seconds: int = 900
    """How long overuse must have been measured before it is reported, or its end believed."""
    recover_percent: int = 80
    """Overuse ends below so much of a threshold."""
    limits: tuple[FairUseLimit, ...] = ()
