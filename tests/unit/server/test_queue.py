"""The fair line: bounds, deadlines and turns, on a clock that the test moves."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from aup.server.queue import FEW, FULL, RECENTLY, SMALL, FairQueue, Refusal, _Lane


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Request:
    """A request in line, and what became of it."""

    def __init__(
        self, judge: Callable[[], None] = lambda: None, expires: float = 1000, size: int = 0
    ) -> None:
        self.expires = expires
        self.gone = False
        self.size = size
        self.answer: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._judge = judge

    def turn(self, refused: Refusal | None = None) -> None:
        if refused is None:
            self._judge()
        self.answer.set_result(refused)


class Story:
    """A queue, and who was judged, at a second each unless it is said otherwise."""

    def __init__(self, queue: FairQueue, clock: Clock) -> None:
        self.queue, self.clock = queue, clock
        self.log: list[str] = []

    def send(
        self, tenant: str, *, seconds: float = 1, size: int = 0, expires: float = 1000
    ) -> asyncio.Future[Refusal | None]:
        """Send a request; return its answer to come."""

        def judge() -> None:
            self.log.append(tenant)
            self.clock.now += seconds

        request = Request(judge, expires, size)
        self.queue.submit(tenant, request)
        return request.answer


def run(tell: Callable[[Story], Coroutine[Any, Any, None]], *, lane: int = 4) -> None:
    """Tell a story of a queue that is being served once the story yields."""

    async def whole() -> None:
        clock = Clock()
        queue = FairQueue(lane=lane, clock=clock)
        server = asyncio.create_task(queue.serve())
        try:
            await asyncio.wait_for(tell(Story(queue, clock)), 5)
        finally:
            server.cancel()

    asyncio.run(whole())


async def turns(count: int) -> None:
    """Let the queue serve so many requests."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_request_is_judged_when_its_turn_comes() -> None:
    async def tell(story: Story) -> None:
        coming = story.send("acme")
        assert story.log == []
        assert await coming is None
        assert story.log == ["acme"]

    run(tell)


def test_a_full_lane_refuses_at_once_and_leaves_other_tenants_alone() -> None:
    async def tell(story: Story) -> None:
        flood = [story.send("loud") for _ in range(10)]
        assert [f.result() for f in flood if f.done()] == [Refusal.OVERLOAD] * 6
        assert await story.send("quiet") is None
        assert (await asyncio.gather(*flood)).count(None) == 4
        assert len(story.queue) == 0

    run(tell)


def test_tenants_take_turns_however_long_one_line_is() -> None:
    async def tell(story: Story) -> None:
        await asyncio.gather(*(story.send(t) for t in ("loud", "loud", "loud", "quiet")))
        assert story.log == ["loud", "quiet", "loud", "loud"]

    run(tell)


def test_they_share_the_time_and_not_the_turns() -> None:
    """Whoever sends what takes long is served less often."""

    async def tell(story: Story) -> None:
        large = [story.send("large", seconds=4) for _ in range(4)]
        small = [story.send("small") for _ in range(8)]
        await asyncio.gather(*large, *small)
        assert story.log[:10].count("large") < 4

    run(tell, lane=8)


def test_the_time_of_reading_is_part_of_it() -> None:
    """Whoever sends what is large and refused unjudged is served less often."""

    async def tell(story: Story) -> None:
        large = [story.send("large", seconds=0, size=4 * 10**9) for _ in range(4)]
        small = [story.send("small") for _ in range(8)]
        await asyncio.gather(*large, *small)
        assert story.log[:10].count("large") < 4

    run(tell, lane=8)


def test_who_has_many_waiting_pays_for_it() -> None:
    """Two who never have more than two waiting are kept from less of the time by a flood."""

    async def tell(story: Story) -> None:
        floods = [story.send("loud") for _ in range(4 * FEW)]

        async def ordinary() -> None:
            for _ in range(6):
                await story.send("ordinary")

        await asyncio.gather(ordinary(), ordinary())
        assert story.log.count("loud") <= 5
        await asyncio.gather(*floods)

    run(tell, lane=100)


def test_a_flood_is_served_however_much_others_ask_for() -> None:
    async def tell(story: Story) -> None:
        floods = [story.send("loud") for _ in range(4 * FEW)]

        async def ordinary() -> None:
            for _ in range(40):
                await story.send("ordinary")

        await asyncio.gather(ordinary(), ordinary())
        assert story.log[:40].count("loud") >= 4
        await asyncio.gather(*floods)

    run(tell, lane=100)


def test_who_had_nothing_waiting_comes_before_all_who_have() -> None:
    async def tell(story: Story) -> None:
        floods = [story.send(name) for name in "abcd" for _ in range(4)]
        await turns(7)
        served = len(story.log)
        assert 4 < served < len(floods)
        await story.send("quiet")
        # Whoever has had as little and waits for longer comes first.
        assert story.log[served:].index("quiet") == 1
        await asyncio.gather(*floods)

    run(tell)


def test_nobody_is_new_again_by_having_sent_one_request_at_a_time() -> None:
    """Who always has one request waiting takes turns with who has many."""

    async def tell(story: Story) -> None:
        floods = [story.send("loud") for _ in range(4)]

        async def steady() -> None:
            for _ in range(6):
                await story.send("steady")

        await asyncio.gather(steady(), *floods)
        assert story.log[:6].count("loud") >= 3

    run(tell)


LARGE = 16 * SMALL


def test_what_is_large_waits_for_others_who_were_served_recently() -> None:
    """Else they would wait for one of its long turns whenever they do not stand in line."""

    async def tell(story: Story) -> None:
        floods = [story.send("large", seconds=0.002, size=LARGE) for _ in range(8)]
        await story.send("quiet", seconds=0)
        for _ in range(20):
            await turns(3)
            story.clock.now += 0.001  # the time of a client
            await story.send("quiet", seconds=0)
        assert story.log.count("large") <= 3
        # When nobody else asks any more, it goes on.
        story.clock.now += RECENTLY
        await asyncio.gather(*floods)

    run(tell, lane=8)


def test_what_is_large_has_its_turn_however_little_others_ask_for() -> None:
    """Who asks for something now and then keeps nobody from more than some turns."""

    async def tell(story: Story) -> None:
        floods = [story.send("large", seconds=0.002, size=LARGE) for _ in range(4)]
        for _ in range(40):
            await turns(3)
            story.clock.now += 0.05
            await story.send("quiet", seconds=0)
        assert all(flood.done() for flood in floods)

    run(tell)


def test_what_is_large_goes_on_where_nobody_else_is() -> None:
    async def tell(story: Story) -> None:
        floods = [story.send("large", seconds=0, size=LARGE) for _ in range(8)]
        await turns(12)
        assert all(flood.done() for flood in floods)

    run(tell, lane=8)


def test_what_is_small_does_not_wait_for_who_is_not_there() -> None:
    async def tell(story: Story) -> None:
        floods = [story.send("small", seconds=0, size=SMALL) for _ in range(8)]
        await story.send("quiet", seconds=0)
        await turns(12)
        assert all(flood.done() for flood in floods)

    run(tell, lane=8)


def test_who_sends_what_is_small_does_not_wait_behind_what_is_large() -> None:
    """However much it has had: the time would be nobody's."""

    async def tell(story: Story) -> None:
        large = [story.send("large", seconds=0.002, size=LARGE) for _ in range(4)]
        await story.send("quiet", seconds=0)
        story.queue._lanes["busy"] = lane = _Lane(1000.0)
        story.queue._line_up("busy", lane)
        assert await story.send("busy", seconds=0) is None
        assert not large[-1].done()
        story.clock.now += RECENTLY
        await asyncio.gather(*large)

    run(tell)


def test_nothing_waits_for_others_where_memory_runs_out() -> None:
    """Bodies in line hold it, and others' large ones would wait for it before they are read."""

    async def tell(story: Story) -> None:
        floods = [story.send("large", seconds=0, size=FULL // 4) for _ in range(8)]
        await story.send("quiet", seconds=0)
        await turns(12)
        assert sum(flood.done() for flood in floods) == 4
        story.clock.now += RECENTLY
        await asyncio.gather(*floods)

    run(tell, lane=8)


def test_only_what_is_small_is_judged_at_once() -> None:
    """The time of what is large is to count."""

    async def tell(story: Story) -> None:
        assert not story.queue.take(SMALL + 1)
        assert story.queue.take(SMALL)
        assert not story.queue.take(SMALL), "connections are read in between"

    run(tell)


def test_nothing_is_owed_where_nobody_waited() -> None:
    async def tell(story: Story) -> None:
        for number in range(50):
            await story.send(f"tenant-{number}", seconds=0.01)
        story.clock.now += RECENTLY * 2
        story.send("late")
        assert set(story.queue._lanes) == {"late"}
        assert len(story.queue._order) == 1

    run(tell)


def test_many_who_come_and_go_leave_nothing_behind() -> None:
    """Also while somebody always waits."""

    async def tell(story: Story) -> None:
        loud = [story.send("loud") for _ in range(60)]
        for number in range(20):
            await story.send(f"tenant-{number}")
        assert len(story.queue) > 20
        await turns(20)
        assert set(story.queue._lanes) <= {"loud", "tenant-19"}
        await asyncio.gather(*loud)

    run(tell, lane=60)


def test_a_request_past_its_deadline_is_not_judged() -> None:
    async def tell(story: Story) -> None:
        first, late = story.send("acme", seconds=5), story.send("acme", expires=1)
        assert await first is None
        assert await late is Refusal.DEADLINE
        assert story.send("acme", expires=5).result() is Refusal.DEADLINE
        assert story.log == ["acme"]

    run(tell)


def test_one_that_fails_does_not_stop_the_line() -> None:
    async def tell(story: Story) -> None:
        def broken() -> None:
            raise ZeroDivisionError

        story.queue.submit("acme", Request(broken))
        assert await story.send("acme") is None

    run(tell)


def test_a_client_that_went_away_gets_no_turn() -> None:
    async def tell(story: Story) -> None:
        gone = Request(lambda: story.log.append("gone"))
        story.queue.submit("acme", gone)
        gone.gone = True
        assert await story.send("acme") is None
        assert story.log == ["acme"]

    run(tell)
