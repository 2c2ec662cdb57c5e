"""Writers that create and delete pods, each as fast as it is answered."""

import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from typing import Any, Final

from support.asynchronous import eventually
from support.crowd.api import Answer, Api
from support.crowd.use import CPU, PODS, Amounts

PAUSE_SECONDS: Final = 0.1
"""What a writer waits that could not do anything."""
BURST: Final = 8
"""After so many refusals a writer deletes all it has at once: bursts lead a quota astray."""


class Outcome(StrEnum):
    """What became of a create."""

    CREATED = "created"
    BUDGET = "budget"
    """Refused by a ledger."""
    QUOTA = "quota"
    """Refused by a native quota."""
    FAILED = "failed"
    """Not answered, or not by a decision: a replica was away."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One create."""

    sent: float
    answered: float
    need: Amounts
    outcome: Outcome
    said: str

    @property
    def refused(self) -> bool:
        """Whether it was refused for want of room."""
        return self.outcome in {Outcome.BUDGET, Outcome.QUOTA}


def pod(name: str, cpu: int) -> dict[str, Any]:
    """Return a pod that asks for so many thousandths of a core."""
    requests = {"cpu": f"{cpu}m", "memory": "1Mi"}
    container = {
        "name": "c",
        "image": "docker.io/library/nginx:1.29",
        "resources": {"requests": requests, "limits": {"memory": "9Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


def path(namespace: str, name: str = "", query: str = "") -> str:
    """Return the path of a namespace's pods, or of one."""
    return f"/api/v1/namespaces/{namespace}/pods{name and f'/{name}'}{query and f'?{query}'}"


@dataclass(slots=True)
class Writer:
    """One client with pods of its own in one namespace."""

    api: Api
    name: str
    namespace: str
    sizes: Sequence[int]
    """What its pods ask for, in turn; thousandths of a core."""
    most: int
    """How many pods it wants to have."""
    attempts: list[Attempt] = field(default_factory=list)
    _own: deque[str] = field(default_factory=deque)
    _count: int = 0

    async def churn(self, until: float) -> None:
        """Keep as many pods as it may have, and replace them all the time."""
        sizes = cycle(self.sizes)
        refusals = 0
        while time.monotonic() < until:
            if len(self._own) >= self.most:
                await self._delete()
            attempt = await self._create(next(sizes))
            if attempt.refused:
                refusals += 1
                await self._delete(len(self._own) if refusals % BURST == 0 else 1)
            if attempt.outcome is Outcome.FAILED or not self._own:
                await asyncio.sleep(PAUSE_SECONDS)

    async def fill(self, stop: asyncio.Event) -> None:
        """Ask for more until it is stopped, and delete nothing."""
        sizes = cycle(self.sizes)
        while not stop.is_set():
            if (await self._create(next(sizes))).outcome is not Outcome.CREATED:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _create(self, cpu: int) -> Attempt:
        self._count += 1
        name = f"{self.name}-{self._count}"
        sent = time.monotonic()
        answer = await self.api.ask("POST", path(self.namespace), pod(name, cpu))
        outcome, said = judged(answer)
        if outcome in {Outcome.CREATED, Outcome.FAILED}:
            self._own.append(name)  # who got no answer may have a pod all the same
        attempt = Attempt(sent, time.monotonic(), {PODS: 1, CPU: cpu}, outcome, said)
        self.attempts.append(attempt)
        return attempt

    async def _delete(self, number: int = 1) -> None:
        """Delete so many of its pods, the oldest first."""
        for _ in range(min(number, len(self._own))):
            name = self._own[0]
            answer = await self.api.ask("DELETE", path(self.namespace, name))
            if answer.status not in {200, 202, 404}:
                await asyncio.sleep(PAUSE_SECONDS)
                return
            self._own.popleft()


def judged(answer: Answer) -> tuple[Outcome, str]:
    """Return what an answer to a create means, and what it says unless it was created."""
    if answer.status == 201:
        return Outcome.CREATED, ""
    said = _message(answer.body) or f"status {answer.status}"
    if answer.status == 403 and "[resources/budget" in said:
        return Outcome.BUDGET, said
    if answer.status == 403 and "exceeded quota" in said:
        return Outcome.QUOTA, said
    return Outcome.FAILED, said


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body).get("message", ""))
    except ValueError:
        return body.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Writers spread over namespaces."""

    writers: tuple[Writer, ...]

    @classmethod
    def of(
        cls,
        api: Api,
        name: str,
        namespaces: Sequence[str],
        count: int,
        sizes: Sequence[int],
        most: int,
    ) -> "Crowd":
        """Make so many writers; each begins with another size."""
        turned = [(*sizes[i % len(sizes) :], *sizes[: i % len(sizes)]) for i in range(count)]
        places = [namespaces[i % len(namespaces)] for i in range(count)]
        return cls(
            tuple(
                Writer(api, f"{name}{i}", place, own, most)
                for i, (place, own) in enumerate(zip(places, turned, strict=True))
            )
        )

    @property
    def attempts(self) -> list[Attempt]:
        """Return all creates."""
        return [attempt for writer in self.writers for attempt in writer.attempts]

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Return how many creates ended how."""
        return Counter(attempt.outcome for attempt in self.attempts)

    async def churn(self, seconds: float) -> None:
        """Let all create and delete for a time."""
        until = time.monotonic() + seconds
        await asyncio.gather(*(writer.churn(until) for writer in self.writers))

    async def fill(self, enough: Callable[[], bool], seconds: float) -> float:
        """Let all ask for more until that is enough, or for so long; return how long it took."""
        stop, began = asyncio.Event(), time.monotonic()
        tasks = [asyncio.create_task(writer.fill(stop)) for writer in self.writers]
        with contextlib.suppress(TimeoutError):
            await eventually(enough, seconds=seconds)
        took = time.monotonic() - began
        stop.set()
        await asyncio.gather(*tasks)
        return took


async def clear(api: Api, namespaces: Sequence[str]) -> None:
    """Delete all pods of some namespaces."""
    for namespace in namespaces:
        query = "gracePeriodSeconds=0"
        answer = await api.ask("DELETE", path(namespace, query=query))
        assert answer.status == 200, answer
