"""The question before the first stamp: only a right answer over trusted TLS counts."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from aup.controller.certificate_files import issue
from aup.controller.probe import Probe
from aup.settings import Settings
from support.asynchronous import asynchronous

Handle = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serving(handle: Handle, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """Serve one path; yield its URL and the authority of its certificate."""
    made = issue(["127.0.0.1"], datetime.now(UTC), timedelta(days=1))
    (folder / "crt").write_text(made.certificate)
    (folder / "key").write_text(made.key)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "crt", folder / "key")
    app = web.Application()
    app.router.add_post("/validate", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"https://127.0.0.1:{port}", made.authority
    finally:
        await runner.cleanup()


async def answer(request: web.Request) -> web.Response:
    review = await request.json()
    return web.json_response({"response": {"uid": review["request"]["uid"], "allowed": False}})


async def broken(_request: web.Request) -> web.Response:
    return web.Response(status=500)


async def foreign(_request: web.Request) -> web.Response:
    return web.json_response({"response": {"uid": "another"}})


async def prose(_request: web.Request) -> web.Response:
    return web.Response(text=json.dumps("welcome"))


async def problem(handle: Handle, folder: Path, *, trusted: bool = True) -> str:
    async with serving(handle, folder) as (url, authority):
        other = issue(["b"], datetime.now(UTC), timedelta(days=1)).authority
        known = authority if trusted else other
        return await Probe(Settings(webhook_url=url), lambda: known).problem()


@asynchronous
async def test_an_answer_is_enough_whether_it_admits_or_not(tmp_path: Path) -> None:
    assert await problem(answer, tmp_path) == ""


@asynchronous
async def test_anything_else_is_told(tmp_path: Path) -> None:
    assert await problem(broken, tmp_path) == "the admission service answers with HTTP 500"
    assert "somebody else" in await problem(foreign, tmp_path)
    assert "AdmissionReview" in await problem(prose, tmp_path)
    assert "does not answer" in await problem(answer, tmp_path, trusted=False)


@asynchronous
async def test_nobody_there_and_nothing_trusted_are_told() -> None:
    settings = Settings(webhook_url="https://127.0.0.1:1/validate")
    assert await Probe(settings, lambda: "").problem() == (
        "its certificate is not trusted by the API server yet"
    )


def test_it_asks_where_the_api_server_asks() -> None:
    inside = Probe(Settings(namespace="n", fullname="f"), lambda: "").url
    assert inside == "https://f-admission.n.svc:443/validate"
    outside = Probe(Settings(webhook_url="https://127.0.0.1:9/validate"), lambda: "").url
    assert outside == "https://127.0.0.1:9/validate"
