"""Reading from the API server: single objects, chunked lists, watches, discovery.

Errors are those of ``aup.errors``: ApiError and its kinds for an answer, UnreachableError for none,
UndecodableError for an object that does not fit the type asked for.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, overload

import msgspec

from aup.errors import NotFoundError, UndecodableError
from aup.kube.connection import Stream
from aup.kube.resource import Resource
from aup.kube.session import Session
from aup.kube.wire import HEAD, PAGE, Object, ObjectKey, Page, query, typed

T = TypeVar("T")

CHUNK = 500
"""Objects in one answer of a list: bounds memory on both sides."""


class _Group(msgspec.Struct, frozen=True):
    name: str


class _Groups(msgspec.Struct, frozen=True):
    """An APIGroupList as far as it is read."""

    groups: tuple[_Group, ...]


class Reader(Session):
    """A client that can only read: all that the admission role is given."""

    @overload
    async def get(
        self,
        resource: Resource,
        name: str,
        *,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> Object: ...
    @overload
    async def get(
        self,
        resource: Resource,
        name: str,
        *,
        into: type[T],
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> T: ...
    async def get(
        self,
        resource: Resource,
        name: str,
        *,
        into: type[Any] = dict,
        namespace: str | None = None,
        subresource: str | None = None,
    ) -> Any:
        """Read one object, as a dict or as the given type.

        Raises NotFoundError, and UndecodableError when the object does not fit the type.
        """
        path = resource.path(name, namespace=namespace, subresource=subresource)
        self._record("get", resource, name, namespace, subresource)
        body = await self.request("GET", path)
        try:
            return typed(into)(body)
        except msgspec.MsgspecError as error:
            raise _undecodable(resource, ObjectKey(namespace or "", name), error) from error

    @overload
    async def get_or_none(
        self, resource: Resource, name: str, *, namespace: str | None = None
    ) -> Object | None: ...
    @overload
    async def get_or_none(
        self, resource: Resource, name: str, *, into: type[T], namespace: str | None = None
    ) -> T | None: ...
    async def get_or_none(
        self,
        resource: Resource,
        name: str,
        *,
        into: type[Any] = dict,
        namespace: str | None = None,
    ) -> Any:
        """Read one object, or return None when there is none."""
        try:
            return await self.get(resource, name, into=into, namespace=namespace)
        except NotFoundError:
            return None

    @overload
    def list_objects(
        self,
        resource: Resource,
        *,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
    ) -> AsyncIterator[Object]: ...
    @overload
    def list_objects(
        self,
        resource: Resource,
        *,
        into: type[T],
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
        on_undecodable: Callable[[ObjectKey, str], None] | None = None,
    ) -> AsyncIterator[T]: ...
    async def list_objects(
        self,
        resource: Resource,
        *,
        into: type[Any] = dict,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
        on_undecodable: Callable[[ObjectKey, str], None] | None = None,
    ) -> AsyncIterator[Any]:
        """Yield each object of one consistent list, read in chunks.

        ``labels`` and ``fields`` are selectors. An object that does not fit the type goes to
        ``on_undecodable`` and is left out; without it, UndecodableError is raised. ExpiredError
        when the consumer took so long that the API server forgot the list.
        """
        decode = typed(into)
        pages = self.list_pages(resource, namespace=namespace, labels=labels, fields=fields)
        async for page in pages:
            for raw in page.items or ():
                try:
                    value = decode(raw)
                except msgspec.MsgspecError as error:
                    key = HEAD.decode(raw).key
                    if on_undecodable is None:
                        raise _undecodable(resource, key, error) from error
                    on_undecodable(key, str(error))
                else:
                    yield value

    async def list_pages(
        self,
        resource: Resource,
        *,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
    ) -> AsyncIterator[Page]:
        """Yield the chunks of one consistent list with its resourceVersion, objects as bytes."""
        path = resource.path(namespace=namespace)
        token = ""
        while True:
            parameters = query(
                limit=CHUNK, labelSelector=labels, fieldSelector=fields, **{"continue": token}
            )
            self._record("list", resource, _name_in(fields), namespace)
            page = PAGE.decode(await self.request("GET", path + parameters))
            yield page
            token = page.metadata.continue_
            if not token:
                return

    async def version(self, resource: Resource) -> int:
        """Return the resourceVersion of a resource now, of all namespaces, read by quorum."""
        self._record("list", resource, None, None)
        page = PAGE.decode(await self.request("GET", resource.path() + query(limit=1)))
        return int(page.metadata.resource_version)

    def watch(
        self,
        resource: Resource,
        *,
        resource_version: str,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
        seconds: int,
        silence: float,
    ) -> AbstractAsyncContextManager[Stream]:
        """Open one watch from a resourceVersion on; the server ends it after ``seconds``.

        Most callers want an Informer, which keeps the watch going.
        """
        parameters = query(
            watch=True,
            resourceVersion=resource_version,
            allowWatchBookmarks=True,
            labelSelector=labels,
            fieldSelector=fields,
            timeoutSeconds=seconds,
        )
        self._record("watch", resource, _name_in(fields), namespace)
        target = resource.path(namespace=namespace) + parameters
        return self._connection.stream(target, headers=self._headers, silence=silence)

    async def groups(self) -> frozenset[str]:
        """Return the names of the API groups that are served, without the core group."""
        found = msgspec.json.decode(await self.request("GET", "/apis"), type=_Groups)
        return frozenset(group.name for group in found.groups)

    async def has(self, resource: Resource) -> bool:
        """Tell whether the API server serves this resource in this version."""
        try:
            body = await self.request("GET", resource.base)
        except NotFoundError:
            return False
        served = msgspec.json.decode(body, type=dict[str, Any]).get("resources", [])
        return any(entry.get("name") == resource.plural for entry in served)


def _name_in(fields: str | None) -> str | None:
    """Return the name that a field selector asks for: RBAC then goes by it."""
    before, found, name = (fields or "").partition("metadata.name=")
    return name if found and not before and "," not in name else None


def _undecodable(resource: Resource, key: ObjectKey, error: Exception) -> UndecodableError:
    return UndecodableError(resource=resource.group_resource, key=key.path, problem=str(error))
