"""What a tenant's pods take, summed anew after every event of a watch: no state goes unseen.

The sums are made from the manifests alone, by nothing of the product.
"""

import asyncio
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from support.crowd.api import Api

PODS: Final = "pods"
CPU: Final = "requests.cpu"
"""In thousandths of a core."""
ALL_PODS: Final = "/api/v1/pods"
ENDED: Final = frozenset({"Succeeded", "Failed"})
MARKER: Final = "/api/v1/namespaces/default/pods"
"""Where a pod of nobody's shows how far a watch has come."""

Amounts = Mapping[str, int]


class _Resources(msgspec.Struct, frozen=True):
    requests: Mapping[str, str] = {}


class _Container(msgspec.Struct, frozen=True):
    resources: _Resources = _Resources()


class _Spec(msgspec.Struct, frozen=True):
    containers: tuple[_Container, ...] = ()


class _Meta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str
    namespace: str = ""
    uid: str = ""


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Pod(msgspec.Struct, frozen=True):
    metadata: _Meta
    spec: _Spec = _Spec()
    status: _Status = _Status()

    @property
    def takes(self) -> Amounts:
        """What it counts for; the API server writes less than a core as ``250m``."""
        if self.status.phase in ENDED:
            return {PODS: 0, CPU: 0}
        asked = [c.resources.requests.get("cpu", "0m") for c in self.spec.containers]
        return {PODS: 1, CPU: sum(int(amount.removesuffix("m")) for amount in asked)}


class _Pods(msgspec.Struct, frozen=True):
    metadata: _Meta
    items: tuple[_Pod, ...]


class _Event(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


@dataclass(frozen=True, slots=True)
class State:
    """What was in use after one event."""

    at: float
    """When it was seen."""
    version: str
    """resourceVersion of the event."""
    used: Amounts


class Use:
    """The use of some namespaces."""

    def __init__(self, namespaces: Collection[str], hard: Amounts) -> None:
        self._namespaces = frozenset(namespaces)
        self.hard = hard
        self.states: list[State] = []
        self._sizes: dict[str, Amounts] = {}
        self._used = dict.fromkeys(hard, 0)
        self._version = ""

    @property
    def used(self) -> Amounts:
        """Return what was in use when something was seen last."""
        return self.states[-1].used

    @property
    def over(self) -> list[State]:
        """Return all states that are beyond the budget."""
        return [s for s in self.states if any(s.used[k] > self.hard[k] for k in self.hard)]

    @property
    def most(self) -> Amounts:
        """Return the most that was in use of each key at any time."""
        return {key: max(state.used[key] for state in self.states) for key in self.hard}

    def mean(self, since: float, until: float) -> Mapping[str, float]:
        """Return the mean use over a time, as a share of the budget."""
        found = dict.fromkeys(self.hard, 0.0)
        ends = [*(state.at for state in self.states[1:]), until]
        for state, end in zip(self.states, ends, strict=True):
            seconds = max(0.0, min(end, until) - max(state.at, since))
            for key in found:
                found[key] += seconds * state.used[key] / self.hard[key]
        return {key: total / (until - since) for key, total in found.items()}

    def had_room(self, need: Amounts, since: float, until: float) -> bool:
        """Tell whether a need would have fitted at every moment of a time."""
        first = max(bisect_right(self.states, since, key=lambda state: state.at) - 1, 0)
        end = bisect_right(self.states, until, key=lambda state: state.at)
        return all(
            state.used[key] + need[key] <= self.hard[key]
            for state in self.states[first:end]
            for key in self.hard
        )

    @asynccontextmanager
    async def followed(self, api: Api) -> AsyncIterator[None]:
        """Watch for as long as the body runs, and to the very end of what it did."""
        await self._begin(api)
        task = asyncio.create_task(self._follow(api))
        try:
            yield
            await self._catch_up(api, task)
            await self._compare(api)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _begin(self, api: Api) -> None:
        found = msgspec.json.decode((await api.ask("GET", ALL_PODS)).body, type=_Pods)
        self._version = found.metadata.resource_version
        for pod in found.items:
            self._put(pod)
        self._note()

    async def _follow(self, api: Api) -> None:
        while True:
            async for line in api.watch(ALL_PODS, self._version):
                event = msgspec.json.decode(line, type=_Event)
                if event.type not in {"ADDED", "MODIFIED", "DELETED"}:
                    raise AssertionError(f"the watch has a hole: {bytes(event.object)!r}")
                pod = msgspec.json.decode(event.object, type=_Pod)
                self._version = pod.metadata.resource_version
                self._put(pod, exists=event.type != "DELETED")
                self._note()

    async def _catch_up(self, api: Api, task: "asyncio.Task[None]") -> None:
        """Wait until the watch has shown what is stored by now."""
        containers = [{"name": "c", "image": "docker.io/library/nginx:1.29"}]
        marker = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"generateName": "marker-"},
            "spec": {"containers": containers},
        }
        answer = await api.ask("POST", MARKER, marker)
        assert answer.status == 201, answer
        version = int(msgspec.json.decode(answer.body, type=_Pod).metadata.resource_version)
        async with asyncio.timeout(30):
            while int(self._version) < version:
                if task.done():
                    await task
                await asyncio.sleep(0.02)

    async def _compare(self, api: Api) -> None:
        """Hold the sum of all events against a list: nobody writes any more."""
        listed = Use(self._namespaces, self.hard)
        await listed._begin(api)
        assert listed.used == self.used

    def _put(self, pod: _Pod, *, exists: bool = True) -> None:
        """Take a pod as it is now, in place of what it was."""
        if pod.metadata.namespace not in self._namespaces:
            return
        before = self._sizes.pop(pod.metadata.uid, {})
        after = pod.takes if exists else {}
        if exists:
            self._sizes[pod.metadata.uid] = after
        for key in self._used:
            self._used[key] += after.get(key, 0) - before.get(key, 0)

    def _note(self) -> None:
        self.states.append(State(time.monotonic(), self._version, dict(self._used)))
