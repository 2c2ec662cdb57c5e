"""The measure for webhooks: one in Go that reads next to nothing and admits everything.

What it adds is what the API server takes to ask anybody, and no engine can add less.
"""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bench.contender import apply, delete, try_pod
from bench.load import program
from bench.objects import pod
from support.controlplane import ControlPlane
from support.controlplane.credentials import Authority
from support.controlplane.ports import unlikely
from support.waiting import until

NAME: Final = "bench-yes"


class SaysYes:
    """A ValidatingWebhookConfiguration for Pods, and who answers it."""

    name = "webhook that says yes"

    def __init__(self, cluster: ControlPlane) -> None:
        self._cluster = cluster

    @contextmanager
    def standing(self) -> Iterator[tuple[int, ...]]:
        """Have it asked for as long as the body runs."""
        authority, port = Authority(), unlikely(1)[0]
        webhook = _webhook(authority.certificate, port)
        apply(self._cluster, webhook)
        try:
            # It refuses nothing; that it is asked shows while nobody is there.
            until("a call to the webhook", lambda: NAME in try_pod(self._cluster, pod()))
            process = self._cluster.run("yes", self._command(authority, port), {})
            try:
                until("the webhook", lambda: not try_pod(self._cluster, pod()))
                yield (process.pid,)
            finally:
                process.stop()
        finally:
            delete(self._cluster, webhook)

    def _command(self, authority: Authority, port: int) -> list[str]:
        pair, folder = authority.server(), self._cluster.folder
        certificate, key = folder / "yes.crt", folder / "yes.key"
        certificate.write_bytes(pair.certificate)
        key.touch(mode=0o600)
        key.write_bytes(pair.key)
        at = ("-address", f"127.0.0.1:{port}")
        return [str(program("yes", folder)), *at, "-cert", f"{certificate}", "-key", f"{key}"]


def _webhook(authority: bytes, port: int) -> dict[str, Any]:
    client = {"url": f"https://127.0.0.1:{port}/", "caBundle": b64encode(authority).decode()}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [
            {
                "name": f"{NAME}.aup.asergo.com",
                "clientConfig": client,
                "rules": [{**rule, "operations": ["CREATE", "UPDATE"]}],
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "timeoutSeconds": 30,
            }
        ],
    }
