"""The admission port: accepts connections, closes those that nobody needs, ends without a cut."""

import asyncio
import ssl
import time
from typing import Final

from aup.server.app import App
from aup.server.connection import Connection
from aup.server.crowd import Crowd

BACKLOG: Final = 2048
HANDSHAKE_SECONDS: Final = 10.0
SWEEP_SECONDS: Final = 5.0
DRAIN_SECONDS: Final = 5.0
"""How long answers may take that are asked for when the end comes; no deadline is longer."""


class Listener:
    """Serves an application over TLS."""

    def __init__(self, app: App, host: str, port: int, context: ssl.SSLContext) -> None:
        """Args: the certificate of ``context`` may be swapped at any time."""
        self._app = app
        self._address = host, port
        self._context = context
        self.alive: Crowd[Connection] = Crowd()
        self._server: asyncio.Server | None = None
        self.listens = False
        """Whether connections are accepted."""

    async def serve(self) -> None:
        """Serve until cancelled, or until the end."""
        host, port = self._address
        self._server = server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._app, self.alive, time.monotonic),
            host,
            port,
            ssl=self._context,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
        )
        self.listens = True
        try:
            while True:
                await asyncio.sleep(SWEEP_SECONDS)
                self._sweep()
        finally:
            self.listens = False
            server.close()

    async def end(self) -> None:
        """Accept no more, and answer what was asked."""
        self.listens = False
        if self._server is None:
            return
        self._server.close()
        for connection in self.alive:
            connection.end()
        until = time.monotonic() + DRAIN_SECONDS
        while self.alive and time.monotonic() < until:  # noqa: ASYNC110 - a set tells nobody
            await asyncio.sleep(0.02)
        for connection in self.alive:
            connection.abort()

    def _sweep(self) -> None:
        now = time.monotonic()
        for connection in [one for one in self.alive if one.overdue(now)]:
            connection.abort()
