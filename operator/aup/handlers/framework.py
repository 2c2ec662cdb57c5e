"""kopf, embedded: it owns the event loop's signals, our own kinds and the admission server's life.

What kopf would do by itself and must not is switched off here: writing webhook configurations,
posting Events, scanning for peers, and annotating objects.
"""

import os
from collections.abc import AsyncIterator, Callable
from typing import Any

import kopf

from aup.settings import Settings

AdmissionServer = Callable[[Any], AsyncIterator[Any]]
"""What kopf calls to serve admission: yields client configurations, which nobody reads here."""


def framework_settings(server: AdmissionServer | None = None) -> kopf.OperatorSettings:
    """Return kopf's settings for a process of ours."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    # The CustomResourceDefinitions are the chart's: nothing to discover while we run.
    settings.scanning.disabled = True
    # The webhook configuration is the chart's too; kopf would empty it at exit.
    settings.admission.managed = None
    settings.admission.server = server
    return settings


async def operate(
    registry: kopf.OperatorRegistry, settings: Settings, server: AdmissionServer | None = None
) -> None:
    """Run kopf until the process is told to stop; raise what ended it otherwise."""
    if settings.kubeconfig is not None:
        # kopf has a client of its own, which finds its credentials as kubectl does.
        os.environ["KUBECONFIG"] = str(settings.kubeconfig)
    kopf.on.login(registry=registry)(_login)
    await kopf.operator(
        registry=registry,
        settings=framework_settings(server),
        standalone=True,
        clusterwide=True,
    )


def _login(**kwargs: Any) -> kopf.ConnectionInfo | None:
    """Use the pod's ServiceAccount, else the kubeconfig."""
    if os.environ.get("KUBECONFIG"):
        return kopf.login_with_kubeconfig(**kwargs)
    return kopf.login_with_service_account(**kwargs) or kopf.login_with_kubeconfig(**kwargs)
