"""Bodies: bounds of size and of memory."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from aup.server.body import HEAD, Body, Incoming, Memory, declared


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def read(parts: list[bytes], limit: int, most: int) -> Body | None:
    """Return what comes of a body in these parts; ``None`` where it does not end."""
    incoming = Incoming(limit, most)
    return incoming.whole() if all(incoming.take(part) for part in parts) else None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], Body(b"")),
        ([b"abc"], Body(b"abc")),
        ([b"ab", b"", b"c"], Body(b"abc")),
        ([b"a" * 4, b"b" * 4], Body(b"aaaabbbb")),
        ([b"a" * 4, b"b" * 5], Body(b"aaaabbbbb", too_large=True)),
        ([b"a" * 8] * 3, Body(b"a" * 24, too_large=True)),
        ([b"a" * 8] * 4, None),
    ],
)
def test_a_body_is_read_up_to_its_limit(parts: list[bytes], expected: Body | None) -> None:
    assert read(parts, 8, most=24) == expected


def test_of_a_body_that_is_too_large_the_beginning_is_kept() -> None:
    parts = [b"a" * HEAD, b"b" * 99, b"c"]
    assert read(parts, HEAD, most=9999) == Body(b"a" * HEAD, too_large=True)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (b"", 0),
        (b"17", 17),
        (b"-1", 0),
        (b"1e9", 0),
        (b"9" * 5000, 99999999999999999999),
    ],
)
def test_the_length_of_a_body_is_what_its_head_says(value: bytes, size: int) -> None:
    assert declared(value) == size


def test_memory_is_given_in_the_order_of_asking() -> None:
    async def story() -> None:
        memory, order = Memory(10), list[int]()

        async def use(number: int, size: int) -> None:
            assert await memory.take(size, 5)
            order.append(number)
            await asyncio.sleep(0)
            memory.give_back(size)

        # The small one behind the large one waits for it: else the large one might wait for ever.
        await asyncio.gather(use(1, 8), use(2, 8), use(3, 1))
        assert order == [1, 2, 3]
        assert await memory.take(10, 0)

    run(story())


def test_who_waits_too_long_or_goes_away_takes_nothing() -> None:
    async def story() -> None:
        memory = Memory(10)
        assert await memory.take(10, 0)
        assert not await memory.take(1, 0)
        gone = asyncio.create_task(memory.take(10, 5))
        behind = asyncio.create_task(memory.take(1, 5))
        await asyncio.sleep(0)
        gone.cancel()
        memory.give_back(10)
        assert await behind
        assert await memory.take(9, 0)

    run(story())


def test_more_than_there_is_counts_as_all_there_is() -> None:
    async def story() -> None:
        memory = Memory(10)
        assert await memory.take(99, 0)
        assert not await memory.take(1, 0)
        memory.give_back(99)
        assert await memory.take(10, 0)

    run(story())
