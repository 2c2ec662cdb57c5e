"""HTTP/1.1 as the API server speaks it to webhooks, and no more of it: RFC 9112.

httptools reads it; what an application server would build for each request on top of that costs as
much as judging a small Pod. One request of a connection is answered at a time, in one write.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

import httptools
from typing_extensions import override

from aup.server.app import App
from aup.server.body import HEAD, SMALL, Incoming, declared
from aup.server.crowd import Crowd
from aup.server.refusal import JSON, Response
from aup.server.underway import Call, Underway

HEAD_BYTES: Final = 64 << 10
"""Longest path and headers together; the API server's are below one KiB."""
BUSY_SECONDS: Final = 30.0
"""How long a request may take to arrive, or its answer; no webhook's timeout is longer."""
IDLE_SECONDS: Final = 180.0
"""Longer than the API server keeps an idle connection, so that it never writes into a closed one.

A new TLS connection costs the processor five times what a request on an open one does.
"""

_OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_OTHER: Final = b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n"
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_UNREADABLE: Final = Response(400, b"not an HTTP request that can be read\n")


class _BrokenError(Exception):
    """What comes is not for this server."""


class Connection(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, app: App, alive: "Crowd[Connection]", clock: Callable[[], float]) -> None:
        """Make a connection.

        Args:
            app: answers.
            alive: where the connection is for as long as it lasts.
            clock: counts seconds.

        """
        self._app = app
        self._alive = alive
        self._clock = clock
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._busy = False
        """Whether a request comes, or is answered."""
        self._since = clock()
        """When that began to be so."""
        self._ends = False
        """Whether the connection is closed after the answer."""
        self._waits: asyncio.Task[None] | None = None
        """Waits for memory."""
        self._underway: Underway | None = None
        """What is answered later."""
        self._held = 0
        """Bytes of memory that are held for the body."""
        self._whole = False
        """Whether all of a request has come, and no answer has gone."""
        self._url = b""
        self._head = self._length = 0
        self._expects = False
        self._call: Call
        self._body: Incoming

    # -- What the loop says -------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._alive.add(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """End; nobody waits for an answer any more."""
        self._alive.discard(self)
        if self._waits is not None:
            self._waits.cancel()
        if self._underway is not None:
            self._underway.cancel()
        self._forget()

    @override
    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            # Whatever was asked before is answered; what comes now is not understood.
            self._ends = True
            if not self._whole and not self._transport.is_closing():
                self._write(_UNREADABLE)

    def overdue(self, now: float) -> bool:
        """Tell whether nothing is to be expected any more."""
        return now - self._since > (BUSY_SECONDS if self._busy else IDLE_SECONDS)

    @property
    def gives_way(self) -> tuple[bool, float] | None:
        """Its place among those that give way to others: idle ones, then what comes slowest.

        ``None`` while it waits for us: for an answer, or for memory.
        """
        waits = self._whole or self._waits is not None
        return None if waits else (self._busy, self._since)

    def end(self) -> None:
        """Close the connection, after the answer to what has begun to come."""
        self._ends = True
        if not self._busy:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection now."""
        self._transport.abort()

    # -- What the parser says -----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._whole or (self._ends and not self._busy):
            raise _BrokenError("a request before the answer to the last one")
        self._busy, self._since = True, self._clock()
        self._url, self._head, self._length, self._expects = b"", 0, 0, False

    def on_url(self, url: bytes) -> None:
        """Take a part of the path."""
        self._measure(len(url))
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; two of them matter."""
        self._measure(len(name) + len(value))
        name = name.lower()
        if name == b"content-length":
            self._length = declared(value)
        elif name == b"expect":
            self._expects = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """See what is asked, and how much room it needs."""
        path = self._url.partition(b"?")[0].decode("latin-1")
        method = self._parser.get_method().decode("latin-1")
        self._ends |= method != "POST" or not self._parser.should_keep_alive()
        self._call = Call(path, method, self._clock())
        self._body = self._app.incoming(self._call)
        if self._length > SMALL and self._body.limit > SMALL:
            self._hold(self._length)
        elif self._expects:
            self._transport.write(_CONTINUE)

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        if not self._body.take(part):
            self._ends = True
            self._write(self._app.endless(self._call))
            raise _BrokenError("a body without end")
        if self._body.limit > SMALL < self._body.size and not self._held and self._waits is None:
            # One that does not say how long it is, and is not small.
            self._hold(self._body.limit)

    def on_message_complete(self) -> None:
        """Answer, once there is room for it."""
        self._whole = True
        if self._waits is None:
            self._answer()

    # -- Inside -------------------------------------------------------------------------------

    def _measure(self, more: int) -> None:
        self._head += more
        if self._head > HEAD_BYTES:
            raise _BrokenError("a head that is too long")

    def _hold(self, size: int) -> None:
        """Hold memory for a body, and read no more before it is there."""
        self._transport.pause_reading()
        self._waits = asyncio.get_running_loop().create_task(self._room(size))

    async def _room(self, size: int) -> None:
        if await self._app.room(size, self._call):
            self._held = size
        else:
            self._call.crowded = True
            self._body.limit = HEAD  # which names the request
        self._waits = None
        if self._expects:
            self._transport.write(_CONTINUE)
        self._transport.resume_reading()
        if self._whole:
            self._answer()

    def _answer(self) -> None:
        underway = self._app.respond(self._call, self._body.whole(), self._write)
        if self._whole:
            self._underway = underway

    def _write(self, response: Response) -> None:
        """Send a whole response, and wait for the next request."""
        status, body, type_ = response
        if status == 200 and type_ is JSON:
            head = _OK % len(body)
        else:
            head = _OTHER % (status, HTTPStatus(status).phrase.encode(), type_, len(body))
        self._transport.write(head + body)
        self._busy, self._since = False, self._clock()
        self._whole = False
        self._forget()
        if self._ends:
            self._transport.close()

    def _forget(self) -> None:
        """Give memory back."""
        self._underway = None
        if self._held:
            self._app.give_back(self._held)
            self._held = 0
