"""The objects that budgets count, in all namespaces: measured, and told in order.

Whoever listens hears of an object before the horizon passes its resourceVersion. Namespaces are a
counted kind like any other, of no size: whose an object is depends on them, so that a cache that
has not heard of a claim yet must not count for a tenant.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, Protocol

import msgspec

from aup.budget.measure import NOTHING, Measure, measure
from aup.errors import AupError
from aup.kube.reader import Reader
from aup.kube.resource import (
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    RESOURCE_CLAIMS,
    SERVICES,
    Resource,
)
from aup.kube.watch import Informer
from aup.kube.wire import Decode, Head, ObjectKey, typed
from aup.ledger.horizon import Horizon

MEASURED: Final = (PODS, PERSISTENT_VOLUME_CLAIMS, SERVICES, RESOURCE_CLAIMS)
"""Kinds whose objects a ledger counts. Of other kinds the API server's own quotas count how many
there are: nobody of ours may list Secrets."""
KINDS: Final = {resource.plural: resource for resource in (*MEASURED, NAMESPACES)}
"""By the name that the ledger has for them."""
OF_KIND: Final = {(resource.group, resource.plural): resource.plural for resource in MEASURED}
"""What the ledger calls a group and resource."""

MOST_MEASURES: Final = 65_536
"""Measures that are shared: pods of one template on one node have the same."""

_HEAD = typed(Head)


class Stored(msgspec.Struct, frozen=True):
    """An object as it was last seen."""

    uid: str
    version: int
    measured: Measure


class Listener(Protocol):
    """Hears of objects."""

    def stored(self, namespace: str, kind: str, found: Stored) -> None:
        """Hear of an object that exists."""

    def gone(self, namespace: str, kind: str, uid: str) -> None:
        """Hear of an object that exists no more."""

    def progressed(self) -> None:
        """Hear that the horizon has moved."""


class Counted:
    """Watches of all measured kinds."""

    def __init__(self, reader: Reader, horizon: Horizon, listener: Listener) -> None:
        self._horizon = horizon
        self._listener = listener
        self._interned: dict[Measure, Measure] = {}
        self._in: defaultdict[str, dict[tuple[str, str], Stored]] = defaultdict(dict)
        """By namespace; by kind and name."""
        self.informers: tuple[Informer[Any], ...] = tuple(
            self._informer(reader, resource) for resource in MEASURED
        )

    def of_namespace(self, namespace: str) -> Iterator[tuple[str, Stored]]:
        """Yield kind and object of all that is in a namespace."""
        for (kind, _), found in self._in.get(namespace, {}).items():
            yield kind, found

    def namespaces_until(self, version: str) -> None:
        """Note up to which resourceVersion namespaces are known."""
        self._until(NAMESPACES.plural, version)

    def _informer(self, reader: Reader, resource: Resource) -> Informer[Stored]:
        kind = resource.plural

        def changed(key: ObjectKey, old: Stored | None, new: Stored | None) -> None:
            self._changed(kind, key, old, new)

        return Informer(
            reader,
            resource,
            self._decoder(resource),
            on_change=changed,
            on_version=lambda version: self._until(kind, version),
            # Older API servers do not serve claims of devices in this version.
            optional=resource is RESOURCE_CLAIMS,
        )

    def _decoder(self, resource: Resource) -> Decode[Stored]:
        def decode(raw: bytes | msgspec.Raw) -> Stored:
            head = _HEAD(raw).metadata
            try:
                found = measure(resource.group, resource.plural, bytes(raw))
            except AupError:
                # Admission measured it, too; what got past it before is no reason to stop here.
                found = NOTHING
            if len(self._interned) > MOST_MEASURES:
                self._interned.clear()
            found = self._interned.setdefault(found, found)
            return Stored(head.uid, int(head.resource_version), found)

        return decode

    def _changed(self, kind: str, key: ObjectKey, old: Stored | None, new: Stored | None) -> None:
        here = self._in[key.namespace]
        if old is not None and (new is None or new.uid != old.uid):
            self._listener.gone(key.namespace, kind, old.uid)
        if new is None:
            here.pop((kind, key.name), None)
            if not here:
                del self._in[key.namespace]
            return
        here[kind, key.name] = new
        self._listener.stored(key.namespace, kind, new)

    def _until(self, kind: str, version: str) -> None:
        self._horizon.progressed(kind, int(version))
        self._listener.progressed()
