"""The fair line: bounds, deadlines and turns, on a clock that the test moves."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from aup.server.queue import FairQueue, Refusal


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(
    story: Callable[[FairQueue[bytes], Clock], Coroutine[Any, Any, None]], *, lane: int = 4
) -> None:
    """Run a story with a queue that is being served once the story yields."""

    async def whole() -> None:
        clock = Clock()
        queue = FairQueue[bytes](lane=lane, clock=clock)
        server = asyncio.create_task(queue.serve())
        try:
            await asyncio.wait_for(story(queue, clock), 5)
        finally:
            server.cancel()

    asyncio.run(whole())


def test_a_request_is_answered_by_its_judge() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        assert await queue.submit("acme", lambda: b"yes", expires=1) == b"yes"

    run(story)


def test_a_full_lane_refuses_at_once_and_leaves_other_tenants_alone() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        flood = [asyncio.create_task(queue.submit("loud", lambda: b"l", 1)) for _ in range(10)]
        quiet = asyncio.create_task(queue.submit("quiet", lambda: b"q", 1))
        answers = await asyncio.gather(*flood)
        assert answers.count(Refusal.OVERLOAD) == 6
        assert await quiet == b"q"
        assert len(queue) == 0

    run(story)


def test_tenants_take_turns_however_long_one_line_is() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        served: list[str] = []

        def judge(name: str) -> Callable[[], bytes]:
            def answer() -> bytes:
                served.append(name)
                return b""

            return answer

        tasks = [
            asyncio.create_task(queue.submit(tenant, judge(tenant), 1))
            for tenant in ("loud", "loud", "loud", "quiet")
        ]
        await asyncio.gather(*tasks)
        assert served == ["loud", "quiet", "loud", "loud"]

    run(story)


def served_by(
    queue: FairQueue[bytes], log: list[str], tenant: str
) -> asyncio.Task[bytes | Refusal]:
    """Send a request whose judgement is put down in a log."""

    def answer() -> bytes:
        log.append(tenant)
        return b""

    return asyncio.create_task(queue.submit(tenant, answer, 1))


async def turns(count: int) -> None:
    """Let the queue serve so many requests."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_who_had_nothing_waiting_comes_before_all_who_have() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        log: list[str] = []
        floods = [served_by(queue, log, name) for name in "abcd" for _ in range(4)]
        await turns(8)
        served = len(log)
        assert served < len(floods)
        quiet = served_by(queue, log, "quiet")
        await quiet
        # One may have been chosen before it was there.
        assert log.index("quiet") <= served + 1
        await asyncio.gather(*floods)

    run(story)


def test_nobody_is_new_twice_in_a_row() -> None:
    """Who always has one request waiting takes turns with who has many."""

    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        log: list[str] = []
        floods = [served_by(queue, log, "loud") for _ in range(4)]

        async def steady() -> None:
            for _ in range(6):
                await served_by(queue, log, "steady")

        await asyncio.gather(steady(), *floods)
        # Were it new each time, nobody else would be served before it is done.
        assert [one for one in log[:6] if one == "loud"] == ["loud"] * 4

    run(story)


def test_lanes_are_given_up_when_nobody_waits() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        for number in range(50):
            await queue.submit(f"tenant-{number}", lambda: b"", 1)
        await turns(3)
        assert queue._lanes == {}

    run(story)


def test_a_request_past_its_deadline_is_not_judged() -> None:
    async def story(queue: FairQueue[bytes], clock: Clock) -> None:
        judged: list[str] = []

        def slow() -> bytes:
            clock.now += 5
            return b"slow"

        def quick() -> bytes:
            judged.append("late")
            return b"quick"

        first = asyncio.create_task(queue.submit("acme", slow, 1))
        late = asyncio.create_task(queue.submit("acme", quick, 1))
        assert await first == b"slow"
        assert await late is Refusal.DEADLINE
        assert await queue.submit("acme", lambda: b"", expires=5) is Refusal.DEADLINE
        assert not judged

    run(story)


def test_a_judge_that_fails_fails_its_own_request_only() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        def broken() -> bytes:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await queue.submit("acme", broken, 1)
        assert await queue.submit("acme", lambda: b"next", 1) == b"next"

    run(story)


def test_a_client_that_went_away_does_not_stop_the_line() -> None:
    async def story(queue: FairQueue[bytes], _clock: Clock) -> None:
        gone = asyncio.create_task(queue.submit("acme", lambda: b"", 1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await queue.submit("acme", lambda: b"next", 1) == b"next"

    run(story)
