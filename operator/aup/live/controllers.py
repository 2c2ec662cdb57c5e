"""What can be scaled, as far as is known: how many pods there are of it, and what one takes.

Deployments and StatefulSets only. Almost every ReplicaSet is a Deployment's, and there are ten of
them for each: whoever scales one of his own hears of it at the pods.
"""

from typing import Any, Final

import msgspec

from aup.budget.forecast import NO_PODS, Forecast, forecast
from aup.budget.likeness import likeness
from aup.budget.measure import Measure
from aup.budget.wire import UnreadableError
from aup.kube.reader import Reader
from aup.kube.resource import DEPLOYMENTS, STATEFUL_SETS, Resource
from aup.kube.watch import Informer
from aup.kube.wire import Decode, ObjectKey

SCALED: Final = (DEPLOYMENTS, STATEFUL_SETS)
MOST_PODS: Final = 65_536
"""Pods that are shared: many templates take the same."""
Claims = tuple[tuple[Measure, ...], tuple[tuple[str, Measure], ...]]
"""Those that go with a pod, and those that outlive it."""


class Controllers:
    """Deployments and StatefulSets as they were last seen."""

    def __init__(self, reader: Reader) -> None:
        self._interned: dict[tuple[bytes, int, Claims], Forecast] = {}
        self._by_kind = {
            (resource.group, resource.kind): Informer(reader, resource, self._decoder(resource))
            for resource in SCALED
        }

    @property
    def informers(self) -> tuple[Informer[Any], ...]:
        """What has to run."""
        return tuple(self._by_kind.values())

    def find(self, namespace: str, group: str, kind: str, name: str) -> Forecast | None:
        """Return what a controller makes; ``None``: it is not known."""
        informer = self._by_kind.get((group, kind))
        return informer.items.get(ObjectKey(namespace, name)) if informer else None

    def _decoder(self, resource: Resource) -> Decode[Forecast]:
        def decode(raw: bytes | msgspec.Raw) -> Forecast:
            try:
                found = forecast(resource.group, resource.plural, bytes(raw)) or NO_PODS
            except UnreadableError:
                # What nobody can read scales to nothing that could be told.
                return NO_PODS
            mark, pod = likeness(found.pod)
            alike = mark, found.pods, (found.each[1:], found.kept)
            if len(self._interned) > MOST_PODS:
                self._interned.clear()
            return self._interned.setdefault(alike, found._replace(pod=pod, template=b"", spare=0))

        return decode
