"""Asks a Prometheus, and believes it little: bounded in time and size, led nowhere else."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from aup.errors import PrometheusError
from aup.settings import Settings

SECONDS: Final = 15.0
"""Limit of one question; Prometheus is told, so that it does not work on for nobody."""
MAX_BYTES: Final = 64 << 20
"""Of an answer: 10,000 namespaces at 120 instants are 30 MB."""
_CHUNK: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Span:
    """Instants to ask for, in seconds since 1970."""

    start: float
    end: float
    step: float


class Prometheus:
    """The HTTP API of one Prometheus, or of what speaks like it."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.prometheus_url.rstrip('/')}/api/v1/query_range"
        self._token = settings.prometheus_token_file
        self._authority = settings.prometheus_ca_file

    async def ask(self, query: str, span: Span) -> bytes:
        """Return the answer to a range query, as it came.

        Raises:
            PrometheusError: there is none.

        """
        form = {
            "query": query,
            "start": f"{span.start:.3f}",
            "end": f"{span.end:.3f}",
            "step": f"{span.step:.3f}",
            "timeout": f"{SECONDS:g}s",
        }
        try:
            return await self._post(form)
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError, OSError) as error:
            problem = str(error) or type(error).__name__
            raise PrometheusError(reason="unreachable", problem=problem) from error

    async def _post(self, form: dict[str, str]) -> bytes:
        # Read anew each time: a mounted token is replaced before it ends.
        tls = ssl.create_default_context(cafile=self._authority) if self._authority else True
        headers = {"Authorization": f"Bearer {_text(self._token)}"} if self._token else {}
        limit = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=limit, headers=headers) as session,
            # A token must not follow to where somebody else points.
            session.post(self._url, data=form, ssl=tls, allow_redirects=False) as response,
        ):
            body = await _bounded(response)
            # With 400 and 422 it says in the same form what it does not like.
            if response.status in {200, 400, 422}:
                return body
            away = response.status >= 500 or response.status in {408, 429}
            raise PrometheusError(
                reason="unreachable" if away else "refused",
                problem=f"it answers with HTTP {response.status}",
            )


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """Read an answer, unless it is larger than anything that was asked for."""
    parts = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        parts += chunk
        if len(parts) > MAX_BYTES:
            problem = f"it is longer than {MAX_BYTES >> 20} MiB"
            raise PrometheusError(reason="too_large", problem=problem)
    return bytes(parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
