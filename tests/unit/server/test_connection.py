"""Connections as clients make them: over real sockets, in any pieces, well-formed or not."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aup.server.app import App
from aup.server.connection import BUSY_SECONDS, HEAD_BYTES, IDLE_SECONDS, Connection
from aup.server.crowd import MOST, Crowd
from aup.server.judge import Judge
from aup.server.queue import FairQueue
from support.reviews import BODY_LIMIT, NoLedger, WorldSource, pod, review
from support.world import NOW, Cluster

GOOD = json.dumps(review(pod())).encode()
BAD = json.dumps(review(pod(hostPID=True))).encode()


class Server:
    """A server without TLS on a free port."""

    def __init__(self, most: int = MOST) -> None:
        self.alive: Crowd[Connection] = Crowd(most)
        self.later = 0.0
        """By how much the clock of the connections is ahead."""

    def clock(self) -> float:
        return time.monotonic() + self.later

    @asynccontextmanager
    async def running(self, deadline: float = 5.0) -> AsyncIterator[int]:
        queue = FairQueue(lane=100, clock=self.clock)
        judge = Judge(WorldSource(), Cluster(), lambda: NOW)
        app = App(
            judge,
            queue,
            NoLedger(),
            deadline=deadline,
            body_limit=BODY_LIMIT,
            clock=self.clock,
        )
        serving = asyncio.create_task(queue.serve())
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(app, self.alive, self.clock), "127.0.0.1", 0
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            serving.cancel()


class Client:
    """One connection to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each in a packet of its own as far as the kernel goes along."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def answer(self) -> tuple[int, bytes]:
        """Return status and body of the next answer."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), await self.reader.readexactly(
            int(headers.get("content-length", 0))
        )

    async def ended(self) -> bool:
        """Wait until the server has closed the connection; tell whether it said nothing more."""
        return await self.reader.read() == b""


Story = Callable[[Client, Server], Awaitable[None]]


def tell(story: Story) -> None:
    """Run a story with one connection."""

    async def whole() -> None:
        server = Server()
        async with server.running() as port:
            client = Client(*await asyncio.open_connection("127.0.0.1", port))
            try:
                await asyncio.wait_for(story(client, server), 20)
            finally:
                client.writer.close()

    asyncio.run(whole())


def post(body: bytes, *headers: str, path: str = "/validate?timeout=5s", length: int = -1) -> bytes:
    """Return a request."""
    size = len(body) if length < 0 else length
    lines = (f"POST {path} HTTP/1.1", "Host: aup", f"Content-Length: {size}", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so; the story has a limit."""
    while not true():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


def allowed(body: bytes) -> bool:
    found: dict[str, Any] = json.loads(body)
    return bool(found["response"]["allowed"])


def test_a_connection_serves_one_request_after_the_other() -> None:
    async def story(client: Client, _: Server) -> None:
        for body, expected in ((GOOD, True), (BAD, False), (GOOD, True)):
            await client.send(post(body))
            status, answer = await client.answer()
            assert (status, allowed(answer)) == (200, expected)

    tell(story)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(1, len(post(BAD))), max_size=6), chunked=st.booleans())
def test_however_it_is_cut_it_is_read_alike(cuts: list[int], *, chunked: bool) -> None:
    async def story(client: Client, _: Server) -> None:
        whole = post(BAD)
        if chunked:
            head = b"POST /validate HTTP/1.1\r\nHost: aup\r\nTransfer-Encoding: chunked\r\n\r\n"
            whole = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BAD), BAD)
        places = sorted({0, len(whole), *cuts})
        pieces = [whole[a:b] for a, b in pairwise(places)]
        await client.send(*pieces)
        status, answer = await client.answer()
        assert (status, allowed(answer)) == (200, False)

    tell(story)


@pytest.mark.parametrize("how", ["length", "chunked"])
def test_a_large_body_is_held_and_read(how: str) -> None:
    padded = pod(hostPID=True) | {
        "metadata": {"name": "web", "annotations": {"p": "x" * (5 << 20)}}
    }
    body = json.dumps(review(padded)).encode()

    async def story(client: Client, _: Server) -> None:
        if how == "length":
            await client.send(post(body))
        else:
            head = b"POST /validate HTTP/1.1\r\nHost: aup\r\nTransfer-Encoding: chunked\r\n\r\n"
            parts = [body[at : at + 99_999] for at in range(0, len(body), 99_999)]
            await client.send(head, *(b"%x\r\n%b\r\n" % (len(p), p) for p in parts), b"0\r\n\r\n")
        status, answer = await client.answer()
        assert (status, allowed(answer)) == (200, False)
        await client.send(post(GOOD))
        assert allowed((await client.answer())[1])

    tell(story)


def test_many_connections_at_once_are_all_answered() -> None:
    async def story(_: Client, server: Server) -> None:
        async with server.running() as port:

            async def one(number: int) -> bool:
                client = Client(*await asyncio.open_connection("127.0.0.1", port))
                await client.send(post((GOOD, BAD)[number % 2]))
                found = allowed((await client.answer())[1])
                client.writer.close()
                return found

            answers = await asyncio.gather(*(one(number) for number in range(60)))
            assert answers == [True, False] * 30

    tell(story)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01", id="tls-on-a-plain-port"),
        pytest.param(b"GARBAGE\r\n\r\n", id="no-http"),
        pytest.param(b"POST /validate HTTP/1.1\r\nContent-Length: x\r\n\r\n", id="bad-length"),
        pytest.param(
            b"POST /validate HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            id="two-lengths",
        ),
        pytest.param(
            b"POST /validate HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            id="smuggling",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", id="upgrade"
        ),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="http-2"),
        pytest.param(
            b"POST /validate HTTP/1.1\r\nX: " + b"x" * HEAD_BYTES + b"\r\n\r\n", id="long-head"
        ),
        pytest.param(b"POST /" + b"x" * HEAD_BYTES, id="long-path"),
    ],
)
def test_what_is_no_request_ends_the_connection_and_admits_nothing(sent: bytes) -> None:
    async def story(client: Client, _: Server) -> None:
        await client.send(sent)
        said = await client.reader.read()
        assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
        assert b"allowed" not in said

    tell(story)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_noise_gets_no_admission_and_hurts_nobody(noise: bytes) -> None:
    async def story(client: Client, server: Server) -> None:
        await client.send(noise)
        client.writer.write_eof()
        assert b"allowed" not in await client.reader.read()
        async with server.running() as port:
            other = Client(*await asyncio.open_connection("127.0.0.1", port))
            await other.send(post(GOOD))
            assert allowed((await other.answer())[1])
            other.writer.close()

    tell(story)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post(GOOD, path="/"), 404),
        (post(GOOD, path="/validate/"), 404),
        (b"GET /validate HTTP/1.1\r\nHost: aup\r\n\r\n", 405),
        (post(b"not json"), 400),
    ],
)
def test_what_is_no_review_is_told_so(request_: bytes, status: int) -> None:
    async def story(client: Client, _: Server) -> None:
        await client.send(request_)
        assert (await client.answer())[0] == status

    tell(story)


def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async def story(client: Client, _: Server) -> None:
        await client.send(post(b"", "Expect: 100-continue", length=len(GOOD)))
        assert (await client.answer())[0] == 100
        await client.send(GOOD)
        assert allowed((await client.answer())[1])

    tell(story)


def test_a_client_that_wants_to_end_is_let_go() -> None:
    async def story(client: Client, _: Server) -> None:
        await client.send(post(GOOD, "Connection: close"))
        assert allowed((await client.answer())[1])
        assert await client.ended()

    tell(story)


def test_a_second_request_does_not_disturb_the_answer_to_the_first() -> None:
    """It may be answered, or the connection ends: never with another one's answer."""

    async def story(client: Client, _: Server) -> None:
        await client.send(post(BAD) + post(GOOD))
        first = await client.answer()
        assert not allowed(first[1])
        rest = await asyncio.wait_for(client.reader.read(12), 5)
        assert rest in {b"", b"HTTP/1.1 200"}

    tell(story)


def test_who_neither_asks_nor_leaves_is_overdue() -> None:
    async def story(client: Client, server: Server) -> None:
        await client.send(post(GOOD))
        await client.answer()
        (connection,) = server.alive
        assert not connection.overdue(server.clock() + IDLE_SECONDS - 5)
        assert connection.overdue(server.clock() + IDLE_SECONDS + 1)
        await client.send(post(GOOD)[:-9])
        await until(lambda: connection.overdue(server.clock() + IDLE_SECONDS - 5))
        assert connection.overdue(server.clock() + BUSY_SECONDS + 1)
        connection.abort()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await client.answer()
        assert not server.alive

    tell(story)


@pytest.mark.parametrize("cut", [20, -9])
def test_the_end_of_the_server_does_not_cut_what_has_begun(cut: int) -> None:
    async def story(client: Client, server: Server) -> None:
        request = post(GOOD)
        await client.send(request[:cut])
        await until(lambda: any(one.overdue(server.clock() + 60) for one in server.alive))
        (connection,) = server.alive
        connection.end()
        await client.send(request[cut:])
        assert allowed((await client.answer())[1])
        assert await client.ended()

    tell(story)


def test_whoever_only_holds_connections_keeps_nobody_out() -> None:
    async def whole() -> None:
        server = Server(most=4)
        async with server.running() as port:
            held = [Client(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(9)]
            for one in held[5:]:
                await one.send(post(GOOD)[:-9])
            client = Client(*await asyncio.open_connection("127.0.0.1", port))
            await client.send(post(GOOD))
            assert allowed((await client.answer())[1])
            assert len(server.alive) == 4
            for one in (client, *held):
                one.writer.close()

    asyncio.run(asyncio.wait_for(whole(), 20))


def test_the_end_of_the_server_ends_what_is_idle() -> None:
    async def story(client: Client, server: Server) -> None:
        await client.send(post(GOOD))
        await client.answer()
        (connection,) = server.alive
        connection.end()
        assert await client.ended()

    tell(story)
