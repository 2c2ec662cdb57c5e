"""Terms of abuse handling: the section ``spec.abuse`` of an AcceptableUsePolicy."""

from enum import StrEnum

import msgspec


class Trust(StrEnum):
    """How far reports of an abuse source are believed."""

    UNTRUSTED = "Untrusted"
    """Opens a review at most."""
    TRUSTED = "Trusted"
    """May isolate without a person."""


class AbuseSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A source of abuse reports: ServiceAccount ``source-<name>``."""

    name: str
    trust: Trust = Trust.UNTRUSTED


class AutomaticIsolation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Bounds of isolation without a person."""

    per_hour: int = 3
    """Namespaces in an hour, all tenants together; 0: never."""
    protected_namespaces: tuple[str, ...] = ()
    dry_run: bool = False
    """Record what would be isolated, and open a review."""


class AbuseTerms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Terms of abuse handling."""

    sources: tuple[AbuseSource, ...] = ()
    clock_skew_seconds: int = 300
    """How far the clock of a source may be off."""
    automatic: AutomaticIsolation = AutomaticIsolation()
