"""What the operator's processes really asked the API server: its audit log, as RBAC saw it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from aup.kube.rbac import Call
from support.controlplane import ControlPlane


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of one of our ServiceAccounts, and its answer."""

    account: str
    """Name of the ServiceAccount."""
    call: Call
    status: int
    """Of the answer; 0 for a watch that is still open."""
    impersonated: str
    """User in whose name it was asked; empty: in the own name."""


def asked(cluster: ControlPlane) -> Iterator[Asked]:
    """Yield the requests for resources; discovery, which everybody may ask, is left out."""
    for line in (cluster.folder / "audit.log").read_text().splitlines():
        event = json.loads(line)
        about = event.get("objectRef")
        # kubectl is a test that plays the operator's part.
        if about is None or event.get("userAgent", "").startswith("kubectl"):
            continue
        call = Call(
            event["verb"],
            about.get("apiGroup", ""),
            about["resource"],
            about.get("subresource", ""),
            about.get("namespace", ""),
            about.get("name", ""),
        )
        account = event["user"]["username"].rpartition(":")[2]
        status = int(event.get("responseStatus", {}).get("code", 0))
        by = event.get("impersonatedUser", {}).get("username", "")
        yield Asked(account, call, status, by)
        # A server-side apply of what is not there needs the verb create as well.
        if event["verb"] == "patch" and status == 201:
            create = Call("create", call.group, call.resource, call.subresource, call.namespace)
            yield Asked(account, create, status, by)
