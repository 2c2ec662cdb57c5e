"""The admission role: our own server in kopf's hook, beside the watches that it needs."""

from collections.abc import AsyncIterator
from typing import Any

import kopf

from aup.handlers.framework import operate
from aup.kube.client import Cluster
from aup.live.health import HealthServer
from aup.server.service import AdmissionService, serving
from aup.settings import Settings


async def run(settings: Settings) -> None:
    """Serve admission until the process is told to stop."""
    async with await Cluster.connect(
        kubeconfig=settings.kubeconfig, seconds=settings.request_seconds
    ) as cluster:
        service = AdmissionService(cluster, settings)
        async with HealthServer(
            host=settings.health_host,
            port=settings.health_port,
            alive={"process": lambda: ""},
            ready=service.checks(),
        ):
            await operate(kopf.OperatorRegistry(), settings, _server(service))


def _server(service: AdmissionService) -> Any:
    """Return the service as kopf wants it: a callable that yields and goes on serving."""

    async def serve(_fn: Any) -> AsyncIterator[dict[str, Any]]:
        async with serving(service) as task:
            yield {}
            # The end of the service is the end of the process: kopf stops when this does.
            await task

    return serve
