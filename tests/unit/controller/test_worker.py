"""Queues: a key waits once, never overlaps with itself, and comes back after a failure."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from typing_extensions import override

from aup.controller import worker as module
from aup.controller.reconciler import NEVER, Reconciler
from aup.controller.worker import Worker
from aup.errors import LeadershipLostError, UnreachableError
from aup.kube.wire import ObjectKey
from support.asynchronous import asynchronous, eventually

A, B = ObjectKey("", "a"), ObjectKey("", "b")


class Counted(Reconciler):
    """Counts its runs and does what it is told in each."""

    name = "counted"

    def __init__(self, act: Callable[[ObjectKey], Awaitable[float | None]], lanes: int = 1) -> None:
        self.act = act
        self.lanes = lanes
        self.runs: Counter[ObjectKey] = Counter()

    @override
    async def reconcile(self, key: ObjectKey) -> float | None:
        self.runs[key] += 1
        return await self.act(key)


async def never(_key: ObjectKey) -> float:
    return NEVER


class Running:
    """Runs a worker beside the body of a test."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def __aenter__(self) -> Worker:
        self._task = asyncio.create_task(self._worker.run())
        return self._worker

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynchronous
async def test_a_key_that_is_woken_often_is_run_once() -> None:
    reconciler = Counted(never)
    worker = Worker(reconciler, resync=600)
    for _ in range(100):
        worker.wake(A)
    worker.wake(B)
    async with Running(worker):
        await eventually(lambda: reconciler.runs[B] == 1)
    assert reconciler.runs == {A: 1, B: 1}


@asynchronous
async def test_others_have_their_turn_between_two_keys_with_nothing_to_do() -> None:
    """A thousand tenants must not keep the Lease from being renewed."""
    keys = [ObjectKey("", str(number)) for number in range(1000)]
    reconciler = Counted(never)
    worker = Worker(reconciler, resync=600)
    for key in keys:
        worker.wake(key)
    async with Running(worker):
        turns = 0
        while len(reconciler.runs) < len(keys):
            await asyncio.sleep(0)
            turns += 1
    assert turns >= len(keys)


@asynchronous
async def test_a_key_that_is_woken_while_it_runs_is_run_again_and_never_beside_itself() -> None:
    running: Counter[ObjectKey] = Counter()
    release = asyncio.Event()

    async def act(key: ObjectKey) -> float:
        running[key] += 1
        assert running[key] == 1
        await release.wait()
        running[key] -= 1
        return NEVER

    reconciler = Counted(act, lanes=3)
    async with Running(Worker(reconciler, resync=600)) as worker:
        worker.wake(A)
        await eventually(lambda: running[A] == 1)
        worker.wake(A)
        worker.wake(B)
        await eventually(lambda: running[B] == 1)
        assert reconciler.runs[A] == 1
        release.set()
        await eventually(lambda: reconciler.runs == {A: 2, B: 1})


@asynchronous
async def test_an_early_wake_goes_before_a_late_one_and_a_late_one_moves_nothing() -> None:
    clock = [0.0]
    reconciler = Counted(never)
    worker = Worker(reconciler, resync=600, clock=lambda: clock[0])
    worker.wake(A, after=50)
    worker.wake(A, after=10)
    worker.wake(A, after=100)
    worker.wake(B, after=20)
    async with Running(worker):
        for at, runs in ((9.0, {}), (11.0, {A: 1}), (21.0, {A: 1, B: 1}), (200.0, {A: 1, B: 1})):
            clock[0] = at
            worker.wake(ObjectKey("", f"tick {at}"))
            await eventually(lambda: any(k.name == f"tick {at}" for k in reconciler.runs))  # noqa: B023
            assert {k: n for k, n in reconciler.runs.items() if k in {A, B}} == runs


@asynchronous
async def test_a_failure_is_tried_again_and_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.01)
    caplog.set_level(logging.WARNING)

    async def act(key: ObjectKey) -> float:
        if key == A and reconciler.runs[A] == 1:
            raise UnreachableError(server="https://there", problem="nobody answers")
        if key == B and reconciler.runs[B] == 1:
            raise ZeroDivisionError
        return NEVER

    reconciler = Counted(act)
    worker = Worker(reconciler, resync=600)
    worker.wake(A)
    worker.wake(B)
    async with Running(worker):
        await eventually(lambda: reconciler.runs == {A: 2, B: 2})
    told = {(record.message, record.levelname) for record in caplog.records}
    assert told == {("reconcile failed", "WARNING"), ("reconcile broke", "ERROR")}


@asynchronous
async def test_who_does_not_lead_any_more_stops() -> None:
    async def act(_key: ObjectKey) -> float:
        raise LeadershipLostError(lease="aup-system/lease", problem="it was deleted")

    worker = Worker(Counted(act), resync=600)
    worker.wake(A)
    with pytest.raises(ExceptionGroup) as caught:
        await worker.run()
    assert caught.group_contains(LeadershipLostError)


@asynchronous
async def test_everything_comes_back_at_the_resync_unless_it_never_wants_to() -> None:
    async def act(key: ObjectKey) -> float | None:
        return None if key == A else NEVER

    reconciler = Counted(act)
    async with Running(Worker(reconciler, resync=0.02)) as worker:
        worker.wake(A)
        worker.wake(B)
        await eventually(lambda: reconciler.runs[A] >= 3)
    assert reconciler.runs[B] == 1
