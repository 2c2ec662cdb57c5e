"""What containers and pods say of a resource, read the way the API server does."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from aup.facts.model import Container, ContainerKind, Resources, Workload
from aup.facts.quantity import parse

CPU_AND_MEMORY: Final = ("cpu", "memory")


def containers(workload: Workload) -> Iterator[Container]:
    """Yield the containers that may say anything: those that are added to a running pod may not."""
    for container in workload.containers:
        if container.kind is not ContainerKind.EPHEMERAL:
            yield container


def requested(said: Resources | None, resource: str) -> Any:
    """Return the request of a resource as written; a limit without a request is one."""
    if said is None:
        return None
    request = said.requests.get(resource)
    return said.limits.get(resource) if request is None else request


def limited(said: Resources | None, resource: str) -> Any:
    """Return the limit of a resource as written."""
    return None if said is None else said.limits.get(resource)


def amount(text: Any) -> Decimal | None:
    """Read a quantity; ``None`` where there is none, or what is there is none."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    try:
        return parse(text)
    except ValueError:
        return None
