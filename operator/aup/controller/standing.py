"""Conditions of the provider's objects: one reconciler for each kind, all of the same make.

What becomes of an object depends on the others, so a new world wakes them all; what time alone
changes comes back by itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from aup.api.assignment import AddressAssignment
from aup.api.entitlement import LicenseEntitlement
from aup.api.exemption import Exemption
from aup.controller.context import Context
from aup.controller.reconciler import NEVER, Reconciler, Wake
from aup.controller.status import write_status
from aup.kube import resource
from aup.kube.watch import Informer
from aup.kube.wire import ObjectKey
from aup.policy.validity import assignment_standing, entitlement_state, exemption_standing
from aup.policy.world import World
from aup.tenancy import conditions

Compute = Callable[[World, Any, datetime], Any]
"""Returns the status that an object must have."""
Changes = Callable[[Any, datetime], datetime | None]
"""Returns when time alone changes that, if ever."""

LATER = timedelta(milliseconds=10)
"""Clocks are read in steps: come a little after the instant, never before."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the status of one kind comes about."""

    resource: resource.Resource
    compute: Compute
    changes_at: Changes


class Standing(Reconciler):
    """Writes the status of the objects of one kind."""

    def __init__(self, context: Context, kind: _Kind, objects: Informer[Any]) -> None:
        self.name = kind.resource.plural
        self.kinds = (kind.resource,)
        self._context = context
        self._kind = kind
        self._objects = objects

    @override
    def attach(self, wake: Wake) -> None:
        """Look at everything again in each new world, and at what anybody writes.

        Others tell of a policy in the same status, and may do so over one that they read before.
        """

        def wake_all() -> None:
            for key in self._objects.items:
                wake(key)

        self._context.world.on_compiled(wake_all)
        self._objects.subscribe(lambda key, *_: wake(key))

    @override
    def first_keys(self) -> Iterable[ObjectKey]:
        """Begin with every object."""
        return tuple(self._objects.items)

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        """Write the status of one object, once there is a world that was compiled from it."""
        obj = self._objects.items.get(key)
        if obj is None or not self._context.world.has_read(obj.kind, key):
            return NEVER
        now = self._context.now()
        status = self._kind.compute(self._context.world.world, obj, now.replace(microsecond=0))
        await write_status(self._context, self._kind.resource, obj, status)
        at = self._kind.changes_at(obj, now)
        return None if at is None else max((at - now + LATER).total_seconds(), 0.0)


def statuses(context: Context) -> tuple[Standing, ...]:
    """Return a reconciler for each kind of the provider's but Tenant, which is more than a status.

    Retention of assignments is counted in days, so the resync is soon enough to notice its end.
    """
    world = context.world
    table: tuple[tuple[Informer[Any], Compute, Changes], ...] = (
        (world.policies, conditions.policy_status, _never),
        (world.assignments, conditions.assignment_status, _assignment),
        (world.catalogs, conditions.catalog_status, _never),
        (world.entitlements, conditions.entitlement_status, _entitlement),
        (world.exemptions, conditions.exemption_status, _exemption),
    )
    return tuple(
        Standing(context, _Kind(informer.resource, compute, changes_at), informer)
        for informer, compute, changes_at in table
    )


def _never(_obj: Any, _now: datetime) -> None:
    return None


def _assignment(obj: AddressAssignment, now: datetime) -> datetime | None:
    return assignment_standing(obj.spec, now).changes_at


def _exemption(obj: Exemption, now: datetime) -> datetime | None:
    return exemption_standing(obj.spec, now).changes_at


def _entitlement(obj: LicenseEntitlement, now: datetime) -> datetime | None:
    _, changes_at = entitlement_state(obj.spec, now)
    return changes_at
