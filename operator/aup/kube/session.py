"""One user's requests to one API server: retries, limits, the write guard, the call record."""

import asyncio
import copy
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from aup.kube.connection import Connection, Headers
from aup.kube.rbac import Call
from aup.kube.resource import Resource
from aup.kube.wire import error_of

JSON = "application/json"

Recorder = Callable[[Call], None]
"""Is told each call, for example ``set().add``."""


class Session:
    """Requests as one user; the base of Reader and Cluster."""

    def __init__(
        self, connection: Connection, *, seconds: float = 30.0, recorder: Recorder | None = None
    ) -> None:
        self._connection = connection
        self._seconds = seconds
        self._recorder = recorder
        self._headers: Headers = ()
        self._guard: Callable[[], None] | None = None

    @classmethod
    async def connect(
        cls,
        *,
        kubeconfig: Path | None = None,
        context: str | None = None,
        seconds: float = 30.0,
        recorder: Recorder | None = None,
    ) -> Self:
        """Load credentials: the given file, else the pod's ServiceAccount, else kubectl's default.

        ``seconds`` is the limit of each request, repetitions included. Raises UnreachableError
        without a configuration.
        """
        connection = await Connection.open(kubeconfig=kubeconfig, context=context)
        return cls(connection, seconds=seconds, recorder=recorder)

    async def close(self) -> None:
        """Close all connections, also those of the views made from this client."""
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    @property
    def server(self) -> str:
        """Return the base URL of the API server."""
        return self._connection.server

    def as_user(self, user: str, groups: Iterable[str] = ()) -> Self:
        """Return a view that acts as somebody else (RBAC verb ``impersonate``)."""
        headers = [("Impersonate-User", user), *(("Impersonate-Group", name) for name in groups)]
        return self._view(_headers=headers)

    def within(self, seconds: float) -> Self:
        """Return a view with another limit for each request."""
        return self._view(_seconds=seconds)

    def guarded(self, guard: Callable[[], None]) -> Self:
        """Return a view that calls ``guard`` before each write, for example ``elector.fence``.

        The guard raises when this process must not write.
        """
        return self._view(_guard=guard)

    def _view(self, **changes: object) -> Self:
        """Return a copy with some attributes changed; connections and recorder are shared."""
        view = copy.copy(self)
        vars(view).update(changes)
        return view

    async def request(
        self, method: str, target: str, *, body: bytes | None = None, content_type: str = JSON
    ) -> bytes:
        """Send one request to a path (with query) and return the body of a good answer.

        "Too many requests" is obeyed and tried again, since the server has not begun such a
        request. Nothing else is repeated: the caller knows whether that is safe. Not recorded.
        """
        _, answer = await self._send(method, target, body, content_type)
        return answer

    async def _send(
        self, method: str, target: str, body: bytes | None, content_type: str
    ) -> tuple[int, bytes]:
        headers = [*self._headers, *([("Content-Type", content_type)] if body is not None else [])]
        end = time.monotonic() + self._seconds
        while True:
            if method != "GET" and self._guard is not None:
                self._guard()
            answer = await self._connection.send(
                method, target, body=body, headers=headers, seconds=end - time.monotonic()
            )
            if answer.status < 300:
                return answer.status, answer.body
            wait = answer.retry_after
            if answer.status != 429 or wait is None or time.monotonic() + wait >= end:
                raise error_of(answer.status, answer.body)
            await asyncio.sleep(wait)

    def _record(
        self,
        verb: str,
        resource: Resource,
        name: str | None,
        namespace: str | None,
        subresource: str | None = None,
    ) -> None:
        if self._recorder is not None:
            self._recorder(
                Call(
                    verb=verb,
                    group=resource.group,
                    resource=resource.plural,
                    subresource=subresource or "",
                    namespace=namespace or "",
                    name=name or "",
                )
            )
