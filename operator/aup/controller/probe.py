"""Asks the admission service, as the API server would, before anything depends on its answer."""

import asyncio
import secrets
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
import msgspec

from aup.settings import Settings

PATH = "/validate"
SECONDS = 3.0
"""Limit of one question: as long as the API server waits."""
BELIEVED_SECONDS = 5.0
"""So long one good answer stands for all namespaces; a bad one is never believed for long."""


class _Answer(msgspec.Struct, frozen=True):
    uid: str


class _Review(msgspec.Struct, frozen=True):
    response: _Answer


class Probe:
    """Tells whether a ready replica answers at the address that the API server uses."""

    def __init__(self, settings: Settings, authority: Callable[[], str]) -> None:
        """Args: ``authority`` returns the CA that the API server trusts, as PEM, or nothing."""
        self._settings = settings
        self._authority = authority
        self._good_until = float("-inf")
        self._asking = asyncio.Lock()

    @property
    def url(self) -> str:
        """Return where the API server sends its reviews to."""
        if self._settings.webhook_url:
            # Without a path the API server would ask for "/", which nobody serves.
            given = urlsplit(self._settings.webhook_url)
            return given._replace(path=given.path or PATH).geturl()
        service = f"{self._settings.service_name}.{self._settings.namespace}.svc"
        return f"https://{service}:443{PATH}"

    async def problem(self) -> str:
        """Return why the service does not answer, or an empty string if it does."""
        async with self._asking:
            if time.monotonic() < self._good_until:
                return ""
            authority = self._authority()
            if not authority:
                return "its certificate is not trusted by the API server yet"
            problem = await self._ask(authority)
            if not problem:
                self._good_until = time.monotonic() + BELIEVED_SECONDS
            return problem

    async def _ask(self, authority: str) -> str:
        uid = f"probe-{secrets.token_hex(8)}"
        tls = ssl.create_default_context(cadata=authority)
        limit = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(self.url, json=_review(uid), ssl=tls) as response,
            ):
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError, OSError) as error:
            return f"{self.url} does not answer: {str(error) or type(error).__name__}"
        return _verdict(response.status, body, uid)


def _verdict(status: int, body: bytes, uid: str) -> str:
    """Return what is wrong with an answer; whether it admits does not matter."""
    if status != 200:
        return f"the admission service answers with HTTP {status}"
    try:
        answer = msgspec.json.decode(body, type=_Review)
    except msgspec.MsgspecError:
        return "the admission service does not answer with an AdmissionReview"
    return "" if answer.response.uid == uid else "the admission service answers somebody else"


def _review(uid: str) -> dict[str, object]:
    """Return a review that concerns nobody: no rule judges deletions."""
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": uid,
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": "probe",
            "namespace": "aup-probe",
            "operation": "DELETE",
            "userInfo": {"username": "aup:probe"},
            "dryRun": True,
        },
    }
