"""Writing to the API server: server-side apply with one field manager, patches and locks.

Every method is one request. Errors are those of ``aup.errors``; after an UnreachableError it is
not known whether the write has happened.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from aup.api.meta import FIELD_MANAGER
from aup.errors import ConflictError, NotFoundError
from aup.kube.reader import Reader
from aup.kube.resource import Resource
from aup.kube.session import JSON
from aup.kube.wire import Head, Object, query

STATUS_ATTEMPTS = 4
"""How often a status is tried again because somebody else wrote the object meanwhile."""

APPLY_PATCH = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"

Manifest = Mapping[str, Any]
Propagation = Literal["Background", "Foreground", "Orphan"]


class Cluster(Reader):
    """A client that reads and writes."""

    async def create(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        subresource: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Create an object; raise AlreadyExistsError when its name is taken.

        A subresource such as ``eviction`` or ``token`` is created on the object that the
        manifest names.
        """
        name, namespace = _identity(manifest)
        on = name if subresource else None
        self._record("create", resource, on, namespace, subresource)
        path = resource.path(on, namespace=namespace, subresource=subresource)
        return await self._write("POST", path, manifest, JSON, dry_run=dry_run)

    async def apply(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        subresource: str | None = None,
        force: bool = True,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
    ) -> Object:
        """Apply the fields of the manifest server-side, creating the object when it is missing.

        The manifest is the full set of fields that we own there: a field that an earlier apply
        had and this one has not is removed. ``force`` takes fields over from other managers;
        without it they are a ConflictError, and so is an object that has changed since a
        ``metadata.resourceVersion`` in the manifest.
        """
        name, namespace = _identity(manifest)
        self._record("patch", resource, name, namespace, subresource)
        target = resource.path(name, namespace=namespace, subresource=subresource) + query(
            fieldManager=manager, force=force, dryRun="All" if dry_run else None
        )
        status, body = await self._send("PATCH", target, msgspec.json.encode(manifest), APPLY_PATCH)
        if status == 201:
            # RBAC asks for create besides patch when an apply makes the object.
            self._record("create", resource, None, namespace)
        return _object(body)

    async def apply_status(
        self,
        resource: Resource,
        name: str,
        status: Manifest,
        *,
        namespace: str | None = None,
        uid: str | None = None,
    ) -> Object:
        """Apply the status of an object; raise NotFoundError when it is gone.

        Empty maps in the status are left out, since a map that loses its last key in an apply
        becomes a null, which no schema takes. With ``uid``, an object of that name made anew is a
        ConflictError instead of getting the status of its predecessor (one more request, since the
        API server ignores a uid in the status of custom resources).
        """
        attempt = 1
        while True:
            metadata = await self._lock(resource, name, namespace, uid) if uid else {}
            manifest = resource.manifest(
                name, namespace=namespace, metadata=metadata, status=_filled(status)
            )
            try:
                return await self.apply(resource, manifest, subresource="status")
            except ConflictError:
                if not uid or attempt == STATUS_ATTEMPTS:
                    raise
                attempt += 1

    async def _lock(
        self, resource: Resource, name: str, namespace: str | None, uid: str
    ) -> dict[str, str]:
        """Return metadata that hold a write to the object as it is, if it has this uid."""
        found = (await self.get(resource, name, namespace=namespace, into=Head)).metadata
        if found.uid != uid:
            message = f"{resource.group_resource} {name} was made anew: its uid is {found.uid}"
            raise ConflictError(status=409, reason="Conflict", message=message)
        return {"resourceVersion": found.resource_version}

    async def merge_patch(
        self,
        resource: Resource,
        name: str,
        patch: Manifest,
        *,
        namespace: str | None = None,
        subresource: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Merge fields into an object (RFC 7386: None deletes a field, lists are replaced).

        With ``resource_version``, an object that has changed since is a ConflictError.
        """
        body = dict(patch)
        if resource_version is not None:
            body["metadata"] = {**body.get("metadata", {}), "resourceVersion": resource_version}
        self._record("patch", resource, name, namespace, subresource)
        path = resource.path(name, namespace=namespace, subresource=subresource)
        return await self._write("PATCH", path, body, MERGE_PATCH, dry_run=dry_run)

    async def json_patch(
        self,
        resource: Resource,
        name: str,
        operations: Sequence[Mapping[str, Any]],
        *,
        namespace: str | None = None,
        subresource: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Run JSON Patch operations (RFC 6902) on an object, all or none.

        A failed ``test`` is an InvalidError. With ``resource_version``, an object that has
        changed since is a ConflictError.
        """
        body = list(operations)
        if resource_version is not None:
            # Not a test operation: its failure is a 422 like any invalid patch, while a stale
            # value written here is the storage's own optimistic lock, a 409.
            path = "/metadata/resourceVersion"
            body.append({"op": "replace", "path": path, "value": resource_version})
        self._record("patch", resource, name, namespace, subresource)
        path = resource.path(name, namespace=namespace, subresource=subresource)
        return await self._write("PATCH", path, body, JSON_PATCH, dry_run=dry_run)

    async def replace(
        self,
        resource: Resource,
        manifest: Manifest,
        *,
        subresource: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Replace an object as it was read; raise ConflictError when it has changed since.

        Raises ValueError when the manifest has no resourceVersion, since that would overwrite.
        """
        name, namespace = _identity(manifest)
        if not manifest["metadata"].get("resourceVersion"):
            raise ValueError(f"{resource.group_resource} {name}: replace needs a resourceVersion")
        self._record("update", resource, name, namespace, subresource)
        path = resource.path(name, namespace=namespace, subresource=subresource)
        return await self._write("PUT", path, manifest, JSON, dry_run=dry_run)

    async def delete(
        self,
        resource: Resource,
        name: str,
        *,
        namespace: str | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        propagation: Propagation = "Background",
        grace_seconds: int | None = None,
        missing_ok: bool = False,
        dry_run: bool = False,
    ) -> None:
        """Delete an object; with ``uid`` or ``resource_version`` only exactly that one.

        Raises ConflictError when such a precondition fails, and NotFoundError when there is no
        object, unless ``missing_ok``.
        """
        given = {"uid": uid, "resourceVersion": resource_version}
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation,
            "preconditions": {name: value for name, value in given.items() if value},
        }
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        if dry_run:
            options["dryRun"] = ["All"]
        self._record("delete", resource, name, namespace)
        path = resource.path(name, namespace=namespace)
        try:
            await self._send("DELETE", path, msgspec.json.encode(options), JSON)
        except NotFoundError:
            if not missing_ok:
                raise

    async def _write(
        self, method: str, path: str, body: Any, content_type: str, *, dry_run: bool
    ) -> Object:
        target = path + query(fieldManager=FIELD_MANAGER, dryRun="All" if dry_run else None)
        _, answer = await self._send(method, target, msgspec.json.encode(body), content_type)
        return _object(answer)


def _filled(value: Any) -> Any:
    """Return JSON data without empty maps, those in lists included."""
    if isinstance(value, list | tuple):
        return [_filled(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    filled = {key: _filled(item) for key, item in value.items()}
    return {key: item for key, item in filled.items() if item != {}}


def _identity(manifest: Manifest) -> tuple[str | None, str | None]:
    """Return name and namespace; the name is None with ``generateName``."""
    metadata = manifest["metadata"]
    return metadata.get("name"), metadata.get("namespace")


def _object(body: bytes) -> Object:
    decoded: Object = msgspec.json.decode(body, type=dict[str, Any])
    return decoded
