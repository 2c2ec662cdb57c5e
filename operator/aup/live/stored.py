"""The stored objects that rules can be asked about, read in pages."""

from collections.abc import AsyncIterator, Iterable

import msgspec

from aup.audit.stored import Stored, read_stored
from aup.errors import NotFoundError
from aup.kube.reader import Reader
from aup.kube.resource import Resource
from aup.kube.wire import HEAD
from aup.live.judged import JUDGED


async def stored_objects(
    reader: Reader, namespace: str | None = None, resources: Iterable[Resource] | None = None
) -> AsyncIterator[Stored]:
    """Yield every stored object that a rule reads, owners before what they own.

    Args:
        reader: with the rights to list.
        namespace: where to look; ``None``: everywhere.
        resources: what to look for; default: all that the cluster serves of what is judged.

    """
    for resource in JUDGED if resources is None else resources:
        try:
            async for page in reader.list_pages(resource, namespace=namespace):
                for raw in page.items or ():
                    yield _stored(raw, resource)
        except NotFoundError:
            # This cluster does not serve the resource, so there is none of it.
            continue


async def judged_here(reader: Reader) -> tuple[Resource, ...]:
    """Return the resources that are judged and served by this cluster, each in one version."""
    found: dict[tuple[str, str], Resource] = {}
    for resource in JUDGED:
        at = resource.group, resource.plural
        if at not in found and await reader.has(resource):
            found[at] = resource
    return tuple(found.values())


def _stored(raw: msgspec.Raw, resource: Resource) -> Stored:
    """Read one item; one whose metadata cannot be read is judged all the same."""
    body = bytes(raw)
    try:
        return read_stored(body, resource.api_version, resource.kind)
    except msgspec.MsgspecError:
        key = HEAD.decode(raw).key
        return Stored(
            resource.api_version,
            resource.kind,
            key.namespace,
            key.name,
            uid="",
            owner="",
            raw=body,
        )
