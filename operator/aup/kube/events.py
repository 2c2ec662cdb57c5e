"""Kubernetes Events: what we did or found, in plain words, beside the object it is about.

Events are a courtesy: a post that fails is logged, and what matters stands in status and reports.
An Event that repeats becomes a series; its count is written at most once a minute.
"""

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

from aup.api.meta import FIELD_MANAGER
from aup.errors import ApiError, NotFoundError, UnreachableError
from aup.kube.client import Cluster
from aup.kube.resource import EVENTS, Resource
from aup.kube.wire import micro_time

log = logging.getLogger(__name__)

EventType = Literal["Normal", "Warning"]

NOTE_BYTES = 1024
"""Limit of the API server for the text of an Event."""

SERIES_SECONDS = 60.0
"""An Event that repeats is written at most this often."""

FORGET_SECONDS = 1800.0
"""A repetition after this time is an Event of its own: the API server drops them after an hour."""

REMEMBERED = 4096
"""Events whose repetitions are recognised: bounds memory."""

CLUSTER_SCOPED_NAMESPACE = "default"
"""Where the API server wants Events about cluster-scoped objects; kubectl looks there."""


@dataclass(frozen=True, slots=True)
class Regarding:
    """The object that an Event is about."""

    api_version: str
    kind: str
    name: str
    namespace: str = ""
    uid: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Self:
        """Return the reference to an object as it was read from the API server."""
        metadata = manifest["metadata"]
        return cls(
            api_version=manifest["apiVersion"],
            kind=manifest["kind"],
            name=metadata["name"],
            namespace=metadata.get("namespace", ""),
            uid=metadata.get("uid", ""),
        )

    @classmethod
    def to(cls, resource: Resource, name: str, *, namespace: str = "", uid: str = "") -> Self:
        """Return the reference to an object that is known by name.

        ``kubectl describe`` finds Events by uid where there is one.
        """
        return cls(resource.api_version, resource.kind, name, namespace, uid)

    def reference(self) -> dict[str, str]:
        """Return the reference as JSON data, without what is not known."""
        fields = {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": self.name,
            "namespace": self.namespace,
            "uid": self.uid,
        }
        return {field: value for field, value in fields.items() if value}


class _Key(NamedTuple):
    """What makes two Events the same one."""

    regarding: Regarding
    type: EventType
    reason: str
    action: str
    note: str


@dataclass(slots=True)
class _Series:
    """An Event that we posted, and how often it happened since."""

    name: str
    count: int
    posted_at: float


class EventPoster:
    """Posts Events as one instance of the operator."""

    def __init__(self, cluster: Cluster, *, instance: str) -> None:
        self._cluster = cluster
        self._instance = instance[:128]
        self._series: OrderedDict[_Key, _Series] = OrderedDict()

    async def post(
        self,
        regarding: Regarding,
        reason: str,
        note: str,
        *,
        action: str,
        type: EventType = "Normal",  # noqa: A002  (the field's own name)
    ) -> None:
        """Post an Event, or count it when it was posted a moment ago.

        ``reason`` is CamelCase for machines ("NamespaceClaimed"), ``note`` a sentence for people,
        ``action`` what we were doing, in CamelCase ("Claim"). Failures are logged; only what the
        client's guard raises (LeadershipLostError) passes.
        """
        key = _Key(regarding, type, reason, action, note)
        namespace = regarding.namespace or CLUSTER_SCOPED_NAMESPACE
        try:
            if (series := self._known(key)) is None:
                await self._create(key, namespace)
            else:
                await self._repeat(series, namespace, key)
        except (ApiError, UnreachableError) as error:
            log.warning(
                "event not posted",
                extra={"reason": reason, "object": regarding.name, "problem": str(error)},
            )

    def _known(self, key: _Key) -> _Series | None:
        """Return the running series of an Event; too old ones are forgotten."""
        series = self._series.get(key)
        if series is not None and time.monotonic() - series.posted_at > FORGET_SECONDS:
            del self._series[key]
            return None
        return series

    async def _create(self, key: _Key, namespace: str) -> None:
        name = f"{key.regarding.name[:236]}.{secrets.token_hex(8)}"
        # Noted before the request, so that two callers at once do not make two Events of it.
        self._series[key] = _Series(name, count=1, posted_at=time.monotonic())
        while len(self._series) > REMEMBERED:
            self._series.popitem(last=False)
        manifest = EVENTS.manifest(
            name,
            namespace=namespace,
            regarding=key.regarding.reference(),
            type=key.type,
            reason=key.reason,
            action=key.action,
            note=_cut(key.note),
            eventTime=micro_time(),
            reportingController=FIELD_MANAGER,
            reportingInstance=self._instance,
        )
        try:
            await self._cluster.create(EVENTS, manifest)
        except (ApiError, UnreachableError):
            self._series.pop(key, None)
            raise

    async def _repeat(self, series: _Series, namespace: str, key: _Key) -> None:
        """Count a repetition, and write the count when the last writing is a while ago."""
        series.count += 1
        if time.monotonic() - series.posted_at < SERIES_SECONDS:
            return
        series.posted_at = time.monotonic()
        patch = {"series": {"count": series.count, "lastObservedTime": micro_time()}}
        try:
            await self._cluster.merge_patch(EVENTS, series.name, patch, namespace=namespace)
        except NotFoundError:
            await self._create(key, namespace)


def _cut(note: str) -> str:
    """Return the note, shortened to what the API server takes."""
    if len(note.encode()) <= NOTE_BYTES:
        return note
    return note.encode()[: NOTE_BYTES - 3].decode(errors="ignore") + "…"
