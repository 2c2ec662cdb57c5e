"""Terms of the section mail."""

from dataclasses import dataclass

from aup.api.sections.choice import Permission
from aup.policy.addresses import AddressSet
from aup.policy.terms.software import Catalog


@dataclass(frozen=True, slots=True)
class MailTerms:
    """Section ``mail``."""

    tenant: str
    direct: Permission
    """Whether the tenant may deliver mail itself: by the policy, or approved for it alone."""
    servers: Permission
    """Whether it may run mail servers: it may deliver mail itself, or is a sender that fulfils the
    duties which the contract asks for, and delivers through a relay."""
    relay: str
    """Host that delivers mail for tenants; empty: none is named."""
    relays: AddressSet
    """Its addresses; empty: not known, or none is named."""
    ports: frozenset[int]
    missing_duties: tuple[str, ...]
    """Fields of the Tenant that a sender of mail must have filled and has not."""
    catalog: Catalog
    contact: str
