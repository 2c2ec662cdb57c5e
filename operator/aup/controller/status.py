"""Statuses of our own objects: written when they change, and what changed is told in an Event."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from aup.api.meta import Condition, ConditionStatus, ObjectMeta, find_condition, write
from aup.controller.context import Context
from aup.errors import NotFoundError
from aup.kube.events import EventType, Regarding
from aup.kube.resource import Resource

WELCOME: Final = {"Conflict": ConditionStatus.FALSE, "WithinBudget": ConditionStatus.TRUE}
"""The good status of conditions that are no news while they are good, and of those that are not
good when they are True."""

SILENT: Final = frozenset({"NoBudget", "Stamping", "Unsettled"})
"""Reasons that are no news: nothing is there, or it is under way."""


class HasStatus(Protocol):
    """One of our objects."""

    @property
    def metadata(self) -> ObjectMeta:
        """Its metadata."""

    @property
    def status(self) -> Any:
        """Its status as it was last read."""


async def write_status(context: Context, resource: Resource, obj: HasStatus, status: Any) -> bool:
    """Write a status unless the object has it; tell whether it was written.

    An object that is gone needs none.
    """
    if obj.status == status:
        return False
    meta = obj.metadata
    try:
        await context.cluster.apply_status(
            resource, meta.name, write(status), namespace=meta.namespace or None
        )
    except NotFoundError:
        return False
    about = Regarding.to(resource, meta.name, namespace=meta.namespace, uid=meta.uid)
    for new in changed(obj.status.conditions, status.conditions):
        await context.events.post(about, new.reason, new.message, action=new.type, type=_type(new))
    return True


def changed(before: Iterable[Condition], after: Iterable[Condition]) -> Iterator[Condition]:
    """Yield the conditions whose status or reason is news.

    That nothing is wrong from the beginning on is none, and ``Ready=False`` only sums up others.
    """
    old = tuple(before)
    for new in after:
        was = find_condition(old, new.type)
        same = was is not None and (was.status, was.reason) == (new.status, new.reason)
        silent = (was is None and new.type in WELCOME and _good(new)) or (
            new.type == "Ready" and not _good(new)
        )
        if not same and not silent and new.reason not in SILENT:
            yield new


def _good(condition: Condition) -> bool:
    return condition.status == WELCOME.get(condition.type, ConditionStatus.TRUE)


def _type(condition: Condition) -> EventType:
    return "Normal" if _good(condition) else "Warning"
