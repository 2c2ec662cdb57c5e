"""BudgetLedger: how much of a tenant's budget is used, checked out and reserved.

Written by the operator only. Mirrors crds/aup.asergo.com_budgetledgers.yaml.
"""

from collections.abc import Mapping

import msgspec

from aup.api.meta import API_VERSION, ObjectMeta

Quantities = Mapping[str, str]
"""Canonical quantities by key of the ledger."""


class LedgerCount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the objects of one kind take."""

    as_of: str
    """resourceVersion of the kind up to which they were counted."""
    used: Quantities = msgspec.field(default_factory=dict)


class LedgerShare(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one replica of the admission service has checked out."""

    amounts: Quantities = msgspec.field(default_factory=dict)
    edition: int = 0
    """Up to which edition of the keys it charges."""
    write: str = ""
    """Id of its last write."""
    wants: Quantities = msgspec.field(default_factory=dict)
    """What requests wait for there."""


class LedgerReservation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An admission that was written down before it was answered."""

    kind: str
    """Counted kind, in the plural."""
    uid: str
    """Of the object."""
    version: int = 0
    """resourceVersion that an update replaces."""
    name: str
    """Namespace and name."""
    origin: str = ""
    """Whose attempts it belongs to."""
    amounts: Quantities = msgspec.field(default_factory=dict)
    write: str
    """Id of the write that made it."""


class BudgetLedgerStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that the replicas agree on; changed by compare-and-swap only."""

    hard: Quantities = msgspec.field(default_factory=dict)
    """The budget, ceilings and scopes apart: ``requests.cpu``, ``namespace/acme-dev:pods``."""
    edition: int = 0
    """Raised when more is to be counted than before."""
    open: tuple[str, ...] = ()
    """Keys of which all that exists, and all that may come, is counted or checked out."""
    counts: Mapping[str, LedgerCount] = msgspec.field(default_factory=dict)
    """By counted kind."""
    escrow: Mapping[str, LedgerShare] = msgspec.field(default_factory=dict)
    """By identity of the replica."""
    reservations: tuple[LedgerReservation, ...] = ()


class BudgetLedger(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The ledger of the Tenant of the same name."""

    api_version: str = API_VERSION
    kind: str = "BudgetLedger"
    metadata: ObjectMeta
    status: BudgetLedgerStatus = BudgetLedgerStatus()
