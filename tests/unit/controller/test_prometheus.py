"""Questions to a Prometheus: bounded, led nowhere else, and every failure told by its reason."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from aup.controller import prometheus as module
from aup.controller.prometheus import Prometheus, Span
from aup.errors import PrometheusError
from aup.settings import Settings
from support.asynchronous import asynchronous

SPAN = Span(1000.0, 1060.0, 60.0)
Handler = Callable[[web.Request], Awaitable[web.Response]]


async def asked(handler: Handler, token: Path | None = None) -> bytes:
    """Ask a server that answers with a handler."""
    app = web.Application()
    app.router.add_post("/base/api/v1/query_range", handler)
    app.router.add_route("*", "/elsewhere", handler)
    async with TestServer(app) as server:
        url = str(server.make_url("/base/"))
        settings = Settings(prometheus_url=url, prometheus_token_file=token)
        return await Prometheus(settings).ask("up", SPAN)


@asynchronous
async def test_query_span_and_token_arrive(tmp_path: Path) -> None:
    """Below the path of the URL; the token is read anew for each question."""
    token = tmp_path / "token"
    token.write_text("s3cret\n")

    async def handler(request: web.Request) -> web.Response:
        form = dict(await request.post())
        assert form.pop("timeout") == "15s"
        assert form == {"query": "up", "start": "1000.000", "end": "1060.000", "step": "60.000"}
        assert request.headers["Authorization"] == "Bearer s3cret"
        return web.Response(body=b"answer")

    assert await asked(handler, token) == b"answer"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (302, "refused"),
        (307, "refused"),
        (401, "refused"),
        (404, "refused"),
        (429, "unreachable"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
@asynchronous
async def test_another_status_is_no_answer(status: int, reason: str) -> None:
    """A redirect is not followed: whoever answers there would get the token."""

    async def handler(request: web.Request) -> web.Response:
        assert request.path != "/elsewhere"
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    with pytest.raises(PrometheusError) as caught:
        await asked(handler)
    assert caught.value.reason == reason


@asynchronous
async def test_an_answer_without_end_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1 << 20)

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * (3 << 20))

    with pytest.raises(PrometheusError) as caught:
        await asked(handler)
    assert caught.value.reason == "too_large"


@asynchronous
async def test_nobody_there_and_no_token_are_told(tmp_path: Path) -> None:
    for settings in (
        Settings(prometheus_url="http://127.0.0.1:1"),
        Settings(prometheus_url="https://127.0.0.1:1", prometheus_token_file=tmp_path / "none"),
        Settings(prometheus_url="https://127.0.0.1:1", prometheus_ca_file=tmp_path / "none"),
    ):
        with pytest.raises(PrometheusError) as caught:
            await Prometheus(settings).ask("up", SPAN)
        assert caught.value.reason == "unreachable"
