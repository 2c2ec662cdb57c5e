"""Async tests without a plugin: one event loop for each test, closed at its end."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")


def asynchronous(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Let pytest call an async test; its parameters stay visible, so fixtures work."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 15.0
) -> None:
    """Wait until a condition holds; fail the test when it does not within the limit."""
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.02)
