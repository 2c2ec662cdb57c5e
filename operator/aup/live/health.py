"""``/livez``, ``/readyz`` and ``/metrics`` on a port of their own, in plain HTTP."""

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from aup import metrics

Check = Callable[[], str]
"""Returns an empty string when all is well, else what is missing, in words."""


class HealthServer:
    """Answers whether the process lives, whether it is ready, and what it counts."""

    def __init__(
        self, *, host: str, port: int, alive: Mapping[str, Check], ready: Mapping[str, Check]
    ) -> None:
        """Args: ``alive`` and ``ready`` are checks by name; port 0 picks a free one."""
        app = web.Application()
        app.router.add_get("/livez", _report(alive))
        app.router.add_get("/readyz", _report(ready))
        app.router.add_get("/metrics", _metrics)
        self._runner = web.AppRunner(app, access_log=None)
        self._host = host
        self._port = port

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(
        self,
        type_: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()


def _report(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that lists every check, in the form of the API server's own."""

    async def handle(_request: web.Request) -> web.Response:
        found = {name: check() for name, check in checks.items()}
        lines = [f"[-]{name}: {why}" if why else f"[+]{name} ok" for name, why in found.items()]
        status = 503 if any(found.values()) else 200
        return web.Response(status=status, text="\n".join((*lines, "")))

    return handle


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
