"""Free ports that stay free until their servers have taken them."""

import contextlib
import random
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def reserved(count: int) -> Iterator[tuple[int, ...]]:
    """Hold free loopback ports while the block starts servers on them.

    A port that was merely looked up could be taken by anyone before its server starts. These
    stay bound, and SO_REUSEPORT lets servers of the same user that set it too bind them again.
    """
    with contextlib.ExitStack() as stack:
        held = []
        for _ in range(count):
            holder = stack.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            holder.bind(("127.0.0.1", 0))
            held.append(holder.getsockname()[1])
        yield tuple(held)


def unlikely(count: int) -> list[int]:
    """Return free loopback ports for servers that do not set SO_REUSEPORT.

    They lie below the range from which the kernel gives out ports by itself, so only a server
    that was told the same number could take one before its own does.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(15_000, 30_000)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found
