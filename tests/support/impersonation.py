"""Raw requests to the API server in somebody's name: many of them, quickly, with exact answers."""

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from support.controlplane import ControlPlane


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks."""

    user: str
    groups: tuple[str, ...] = ()

    @classmethod
    def service_account(cls, namespace: str, name: str) -> Self:
        """Return a ServiceAccount, with the groups that its tokens carry."""
        return cls(
            f"system:serviceaccount:{namespace}:{name}",
            ("system:serviceaccounts", f"system:serviceaccounts:{namespace}"),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said."""

    status: int
    message: str
    """Of the Status object; empty for anything else."""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The object; empty when the answer was none."""


class Impersonator:
    """Asks as the administrator in the name of others, over one connection."""

    def __init__(self, cluster: ControlPlane) -> None:
        self._token = cluster.admin_token
        context = ssl.create_default_context(cafile=str(cluster.ca_file))
        self._connection = http.client.HTTPSConnection(
            cluster.url.removeprefix("https://"), timeout=30, context=context
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def ask(
        self,
        identity: Identity,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        also: Sequence[str] = (),
    ) -> Answer:
        """Send a request; ``also`` names groups beside the identity's own, for RBAC."""
        data = b"" if body is None else json.dumps(body).encode()
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        connection = self._connection
        connection.putrequest(method, path)
        connection.putheader("Authorization", f"Bearer {self._token}")
        connection.putheader("Impersonate-User", identity.user)
        for group in (*identity.groups, "system:authenticated", *also):
            connection.putheader("Impersonate-Group", group)
        connection.putheader("Content-Type", kind)
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        try:
            found = json.loads(text)
        except ValueError:
            found = {}
        message = found.get("message", "") if found.get("kind") == "Status" else ""
        return Answer(answer.status, message, found)
