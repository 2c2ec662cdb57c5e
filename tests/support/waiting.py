"""Waiting for a cluster to come to rest: with a limit, and with words when it does not."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: str, look: Callable[[], T], seconds: float = 60.0) -> T:
    """Look again and again until what is seen is truthy, and return it.

    Raises:
        TimeoutError: it never was; the message says what was seen last.

    """
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {seconds:.0f} s; last seen: {seen!r}")
        time.sleep(0.2)
    return seen
