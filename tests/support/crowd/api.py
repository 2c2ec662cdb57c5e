"""The API server, asked by one event loop: dozens of clients cost little, and all share a clock."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from support.controlplane import ControlPlane

ANSWER_SECONDS: Final = 15.0
"""Longer than the API server waits for any webhook."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    """0: the connection broke, or nothing came in time; what was asked may have been done."""
    body: bytes = b""


class Api:
    """The administrator's connections to an API server, kept open."""

    def __init__(self, cluster: ControlPlane) -> None:
        self._url = cluster.url
        self._token = cluster.admin_token
        self._tls = ssl.create_default_context(cafile=str(cluster.ca_file))

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            self._url,
            headers={"Authorization": f"Bearer {self._token}"},
            connector=aiohttp.TCPConnector(ssl=self._tls, limit=0),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        )
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def ask(
        self, method: str, path: str, manifest: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send one request and return its answer, whatever it is."""
        body = None if manifest is None else json.dumps(manifest).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            async with self._session.request(method, path, data=body, headers=headers) as answer:
                return Answer(answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0)

    async def watch(self, path: str, version: str) -> AsyncIterator[bytes]:
        """Yield the events after a resourceVersion, a line each, until the server ends the watch.

        Raises:
            aiohttp.ClientResponseError: the server forgot that version, or refuses.

        """
        query = {"watch": "1", "resourceVersion": version}
        async with self._session.get(
            path, params=query, timeout=aiohttp.ClientTimeout(), raise_for_status=True
        ) as stream:
            rest = b""
            async for chunk in stream.content.iter_any():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield line
