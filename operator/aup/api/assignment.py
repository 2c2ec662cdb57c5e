"""AddressAssignment: which tenant holds which addresses, from when to when.

Mirrors crds/aup.asergo.com_addressassignments.yaml.
"""

from enum import StrEnum

import msgspec

from aup.api.meta import API_VERSION, Condition, ObjectMeta, Time


class AssignmentState(StrEnum):
    """Whether the addresses may be used within the interval."""

    ACTIVE = "Active"
    SUSPENDED = "Suspended"


class AssignmentSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A range of addresses given to a tenant."""

    tenant: str
    cidr: str
    """Canonical text, no host bits."""
    from_: Time = msgspec.field(name="from")
    """First instant of the interval."""
    until: Time | None = None
    """First instant after the interval; set once. Default: open."""
    state: AssignmentState = AssignmentState.ACTIVE


class AssignmentStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of the assignment. Conditions: InForce."""

    observed_generation: int | None = None
    in_force: bool | None = None
    deletable: bool | None = None
    """True once the interval has ended and retention has passed, and while it never counted."""
    conditions: tuple[Condition, ...] = ()


class AddressAssignment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry of the address registry."""

    api_version: str = API_VERSION
    kind: str = "AddressAssignment"
    metadata: ObjectMeta
    spec: AssignmentSpec
    status: AssignmentStatus = AssignmentStatus()
