"""One HTTP connection pool to one API server: credentials and TLS by the library, bytes by us.

``kubernetes.aio`` reads kubeconfig files and ServiceAccount mounts, runs credential plugins and
builds the TLS context. Its request layer is not used: it decodes with the standard library's JSON
(and a 2 MiB cap on a watch line, which a tenant's object can exceed), while everything here is
decoded straight into typed structs.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import yaml
from kubernetes.aio import client, config
from kubernetes.aio.client.rest import RESTClientObject
from yarl import URL

from aup import __version__
from aup.errors import UnreachableError
from aup.text import join

CONNECT_SECONDS = 10.0
"""Limit for the TCP and TLS handshake; an API server that needs longer is not there."""

CREDENTIALS_MIN_SECONDS = 10.0
"""Credentials are loaded again at most this often, so that a revoked token is no storm."""

MAX_LINE_BYTES = 64 << 20
"""Limit for one event of a watch.

An object is at most 1.5 MiB in etcd, but JSON writes ``<`` as six bytes, so ten times that is
possible; anything far beyond is no Kubernetes API server.
"""

_MOUNTED_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")

Headers = Sequence[tuple[str, str]]
"""Pairs, since Kubernetes repeats ``Impersonate-Group``."""

Loader = Callable[[], Awaitable[Any]]
"""Loads a ``kubernetes.aio.client.Configuration`` afresh from where the credentials come from."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that has been read completely."""

    status: int
    body: bytes
    retry_after: float | None
    """Seconds that the server asks to wait (header ``Retry-After``)."""


def _mounted(kubeconfig: Path | None, context: str | None) -> bool:
    """Tell whether it is the pod's own ServiceAccount that counts."""
    asked = kubeconfig is not None or context is not None
    return not asked and bool(os.environ.get("KUBERNETES_SERVICE_HOST"))


def _must_exist(kubeconfig: Path | None) -> None:
    """Raise FileNotFoundError for a file that is not there, which the library takes for empty."""
    if kubeconfig is not None:
        if not kubeconfig.is_file():
            raise FileNotFoundError("there is no such file")
        return
    named = (os.environ.get("KUBECONFIG") or "~/.kube/config").split(os.pathsep)
    if not any(Path(name).expanduser().is_file() for name in named if name):
        raise FileNotFoundError(f"there is no file {join(named)}; give --kubeconfig")


async def _load(kubeconfig: Path | None, context: str | None) -> Any:
    """Load the configuration: the given file, else the pod's ServiceAccount, else kubectl's."""
    configuration = client.Configuration()
    if _mounted(kubeconfig, context):
        config.load_incluster_config(client_configuration=configuration)
    else:
        _must_exist(kubeconfig)
        # persist_config would write refreshed tokens back into somebody else's file.
        await config.load_kube_config(
            config_file=str(kubeconfig) if kubeconfig else None,
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    return configuration


def context_namespace(kubeconfig: Path | None, context: str | None) -> str:
    """Return the namespace that kubectl would take when none is said.

    Raises UnreachableError when there is no usable configuration.
    """
    if _mounted(kubeconfig, context):
        return _MOUNTED_NAMESPACE.read_text(encoding="ascii").strip()
    with _wrapped(f"kubeconfig {kubeconfig}" if kubeconfig else "default configuration"):
        _must_exist(kubeconfig)
        known, current = config.list_kube_config_contexts(str(kubeconfig) if kubeconfig else None)
        chosen = next((one for one in known if one["name"] == context), current)
        return str((chosen or {}).get("context", {}).get("namespace") or "default")


class Connection:
    """A pool of connections with the credentials of one user.

    Bearer tokens are refreshed by the library's hook (a mounted ServiceAccount token every
    minute); an answer 401 loads the credentials again from their source once and repeats.
    """

    def __init__(self, configuration: Any, load: Loader) -> None:
        self._configuration = configuration
        self._load = load
        self._loaded_at = time.monotonic()
        self._loading = asyncio.Lock()
        self.server: str = configuration.host
        """Base URL, for example ``https://10.96.0.1:443``."""
        tls = RESTClientObject(configuration).ssl_context
        self._session = aiohttp.ClientSession(
            # limit=0: each watch holds a connection for good, so a bounded pool would run dry.
            connector=aiohttp.TCPConnector(ssl=tls, limit=0),
            trust_env=True,
            read_bufsize=1 << 20,
        )

    @classmethod
    async def open(cls, *, kubeconfig: Path | None = None, context: str | None = None) -> Self:
        """Load credentials and make a pool; nothing is sent yet.

        Raises UnreachableError when there is no usable configuration.
        """

        async def load() -> Any:
            return await _load(kubeconfig, context)

        with _wrapped(f"kubeconfig {kubeconfig}" if kubeconfig else "default configuration"):
            return cls(await load(), load)

    async def close(self) -> None:
        """Close all connections; running watches end with UnreachableError."""
        await self._session.close()

    async def send(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        headers: Headers = (),
        seconds: float,
    ) -> Response:
        """Send one request and read the whole answer, whatever its status.

        ``target`` is path and query, ``seconds`` the limit for all of it. Raises UnreachableError
        when no answer came.
        """
        # aiohttp takes zero and less for "no limit".
        limits = aiohttp.ClientTimeout(total=max(seconds, 0.001), sock_connect=CONNECT_SECONDS)
        with _wrapped(self.server):
            async with await self._open(method, target, body, headers, limits) as answer:
                content = await answer.read()
                wait = _seconds(answer.headers.get("Retry-After"))
                return Response(answer.status, content, wait)

    @asynccontextmanager
    async def stream(
        self, target: str, *, headers: Headers = (), silence: float
    ) -> AsyncIterator["Stream"]:
        """Open an endless GET; reading fails after ``silence`` seconds without a byte."""
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=silence)
        with _wrapped(self.server):
            answer = await self._open("GET", target, None, headers, limits)
        async with answer:
            yield Stream(answer, self.server)

    async def _open(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Headers,
        limits: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        """Send with credentials, and once more with fresh ones after a 401."""
        answer = await self._request(method, target, body, headers, limits)
        if answer.status == 401 and await self._reload():
            answer.release()
            answer = await self._request(method, target, body, headers, limits)
        return answer

    async def _request(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Headers,
        limits: aiohttp.ClientTimeout,
    ) -> aiohttp.ClientResponse:
        configuration = self._configuration
        credentials = await configuration.get_api_key_with_prefix("BearerToken", "authorization")
        own = [("Accept", "application/json"), ("User-Agent", f"aup-operator/{__version__}")]
        if credentials:
            own.append(("Authorization", credentials))
        return await self._session.request(
            method,
            # Quoted already: another reading of it could turn a name into a path.
            URL(f"{self.server}{target}", encoded=True),
            data=body,
            headers=(*own, *headers),
            timeout=limits,
            proxy=configuration.proxy or None,
            proxy_headers=configuration.proxy_headers or None,
            server_hostname=configuration.tls_server_name or None,
            allow_redirects=False,
        )

    async def _reload(self) -> bool:
        """Load the credentials again; return False when that was done a moment ago."""
        async with self._loading:
            if time.monotonic() - self._loaded_at < CREDENTIALS_MIN_SECONDS:
                return False
            self._loaded_at = time.monotonic()
            self._configuration = await self._load()
            return True


class Stream:
    """The answer to a watch: a status, then lines that come as things happen."""

    def __init__(self, answer: aiohttp.ClientResponse, server: str) -> None:
        self._answer = answer
        self._server = server
        self.status = answer.status

    async def read(self) -> bytes:
        """Read the rest, for an answer that turned out to be an error."""
        with _wrapped(self._server):
            return await self._answer.read()

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield each line without its end, as soon as it is complete."""
        pending = bytearray()
        chunks = self._answer.content.iter_any()
        while True:
            with _wrapped(self._server):
                chunk = await anext(chunks, b"")
            if not chunk:
                return
            searched = len(pending)
            pending += chunk
            while (end := pending.find(b"\n", searched)) >= 0:
                yield bytes(pending[:end])
                del pending[: end + 1]
                searched = 0
            if len(pending) > MAX_LINE_BYTES:
                problem = f"one line of a watch has more than {MAX_LINE_BYTES} bytes"
                raise UnreachableError(server=self._server, problem=problem)


@contextmanager
def _wrapped(server: str) -> Iterator[None]:
    """Turn every way in which an exchange fails into UnreachableError."""
    try:
        yield
    except (
        aiohttp.ClientError,
        config.ConfigException,
        yaml.YAMLError,
        OSError,
        ValueError,
    ) as error:
        # TimeoutError is an OSError, and many errors of the network carry no text.
        problem = " ".join(str(error).split()) or type(error).__name__
        raise UnreachableError(server=server, problem=problem) from error


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None
