"""The objects that budgets count, in all namespaces: measured, and told in order.

Whoever listens hears of an object before the horizon passes its resourceVersion. Namespaces are a
counted kind like any other, of no size: whose an object is depends on them, so that a cache that
has not heard of a claim yet must not count for a tenant.
"""

from collections import defaultdict
from collections.abc import Iterator
from sys import intern
from typing import Any, Final, Protocol

import msgspec

from aup.budget.likeness import likeness
from aup.budget.measure import NOTHING, Measure, measure_pod, measure_read
from aup.budget.owners import owner_of
from aup.budget.wire import Pod
from aup.errors import AupError
from aup.kube.resource import (
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    RESOURCE_CLAIMS,
    SERVICES,
    Resource,
)
from aup.kube.wire import ObjectKey
from aup.ledger.horizon import Horizon
from aup.live.watched import Watched

MEASURED: Final = (PODS, PERSISTENT_VOLUME_CLAIMS, SERVICES, RESOURCE_CLAIMS)
"""Kinds whose objects a ledger counts. Of other kinds the API server's own quotas count how many
there are: nobody of ours may list Secrets."""
KINDS: Final = {resource.plural: resource for resource in (*MEASURED, NAMESPACES)}
"""By the name that the ledger has for them."""
OF_KIND: Final = {(resource.group, resource.plural): resource.plural for resource in MEASURED}
"""What the ledger calls a group and resource."""

MOST_MEASURES: Final = 65_536
"""Measures that are kept to be shared: all pods of one template have the same."""

_POD: Final = f"{PODS.kind}/"


class Stored(msgspec.Struct, frozen=True, gc=False):
    """An object as it was last seen."""

    uid: str
    version: int
    measured: Measure
    """Without the node of a pod, which makes no difference to a budget."""
    owner: str = ""
    """Kind and name of its controller; empty: it has none."""


class Listener(Protocol):
    """Hears of objects."""

    def stored(self, namespace: str, kind: str, found: Stored) -> None:
        """Hear of an object that exists."""

    def gone(self, namespace: str, kind: str, uid: str) -> None:
        """Hear of an object that exists no more."""

    def progressed(self) -> None:
        """Hear that the horizon has moved."""


class Counted:
    """What is kept of all measured kinds."""

    def __init__(self, watched: Watched, horizon: Horizon, listener: Listener) -> None:
        self._horizon = horizon
        self._listener = listener
        self._measures: dict[bytes, Measure] = {}
        """Of pods, by the mark of those that are alike."""
        self._in: defaultdict[str, dict[str, dict[str, Stored]]] = defaultdict(dict)
        """By namespace, kind and name."""
        for resource in MEASURED:
            self._look(watched, resource)

    def of_namespace(self, namespace: str) -> Iterator[tuple[str, Stored]]:
        """Yield kind and object of all that is in a namespace."""
        for kind, objects in self._in.get(namespace, {}).items():
            for found in objects.values():
                yield kind, found

    def names(self, kind: str, namespace: str) -> tuple[str, ...]:
        """Return the names of all of a kind that is in a namespace."""
        return tuple(self._in.get(namespace, {}).get(kind, ()))

    def owned_in(self, namespace: str) -> Iterator[tuple[str, Stored]]:
        """Yield all that is in a namespace with kind and name of its owner, itself at the last."""
        here = self._in.get(namespace, {})
        pods = here.get(PODS.plural, {})
        for kind, objects in here.items():
            for name, found in objects.items():
                owner = found.owner
                if owner.startswith(_POD) and (pod := pods.get(owner.removeprefix(_POD))):
                    owner = pod.owner or owner
                yield owner or f"{KINDS[kind].kind}/{name}", found

    def namespaces_until(self, version: str) -> None:
        """Note up to which resourceVersion namespaces are known."""
        self._until(NAMESPACES.plural, version)

    def _look(self, watched: Watched, resource: Resource) -> None:
        kind = resource.plural

        def keep(obj: Any, _: bytes | msgspec.Raw) -> Stored:
            meta = obj.metadata
            owner, measured = intern(owner_of(meta)), self._measured(resource, obj)
            return Stored(meta.uid, int(meta.resource_version), measured, owner)

        def changed(key: ObjectKey, old: Stored | None, new: Stored | None) -> None:
            self._changed(kind, key, old, new)

        watched.of(resource).view(
            keep, on_change=changed, on_version=lambda version: self._until(kind, version)
        )

    def _measured(self, resource: Resource, obj: Any) -> Measure:
        try:
            if resource is PODS:
                return self._alike(obj)
            return measure_read(resource.group, resource.plural, obj)
        except AupError:
            # Admission measured it, too; what got past it before is no reason to stop here.
            return NOTHING

    def _alike(self, pod: Pod) -> Measure:
        """Return the measure of a pod, the same one for all that are alike."""
        mark, alike = likeness(pod)
        found = self._measures.get(mark)
        if found is None:
            if len(self._measures) >= MOST_MEASURES:
                self._measures.clear()
            found = self._measures[mark] = measure_pod(alike)
        return found

    def _changed(self, kind: str, key: ObjectKey, old: Stored | None, new: Stored | None) -> None:
        if old is not None and (new is None or new.uid != old.uid):
            self._listener.gone(key.namespace, kind, old.uid)
        if new is None:
            self._forget(kind, key)
            return
        self._in[key.namespace].setdefault(kind, {})[key.name] = new
        self._listener.stored(key.namespace, kind, new)

    def _forget(self, kind: str, key: ObjectKey) -> None:
        kinds = self._in[key.namespace]
        objects = kinds.get(kind, {})
        objects.pop(key.name, None)
        if not objects:
            kinds.pop(kind, None)
        if not kinds:
            del self._in[key.namespace]

    def _until(self, kind: str, version: str) -> None:
        self._horizon.progressed(kind, int(version))
        self._listener.progressed()
