"""Terms of the section mail: ``spec.mail`` of an AcceptableUsePolicy."""

import msgspec

from aup.api.duration import Duration
from aup.api.sections.choice import Permission, SectionTerms


class MailTerms(SectionTerms, frozen=True, kw_only=True, rename="camel"):
    """Terms of the section mail."""

    direct_smtp: Permission = msgspec.field(default=Permission.FORBIDDEN, name="directSMTP")
    """Direct delivery, and mail servers of tenants that fulfil no duty of a sender."""
    relay: str | None = None
    """Host that delivers mail for tenants; named in denials."""
    relay_cidrs: tuple[str, ...] = msgspec.field(default=(), name="relayCIDRs")
    """Its addresses: they stay open where policies of the network close direct delivery."""
    ports: tuple[int, ...] = (25, 465, 587)
    """Ports on which mail servers listen."""
    unsubscribe_within: Duration | None = None
    """How long a tenant has to act on a complaint about its mail; default: no time is set."""
