"""Says what takes long: builds and downloads last minutes, and silence looks like a hang."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERVAL_SECONDS = 10.0


def say(message: str) -> None:
    """Print one line at once."""
    print(f"[testbed] {message}", file=sys.stderr, flush=True)


@contextmanager
def ticking(status: Callable[[float], str]) -> Iterator[None]:
    """Print ``status(seconds elapsed)`` every few seconds while the block runs."""
    started = time.monotonic()
    done = threading.Event()

    def tick() -> None:
        while not done.wait(INTERVAL_SECONDS):
            say(status(time.monotonic() - started))

    thread = threading.Thread(target=tick, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def duration(seconds: float) -> str:
    """Write a duration the way people do: ``45 s``, ``2 min 05 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
