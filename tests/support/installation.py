"""The whole product on a real control plane: chart installed, roles running beside it.

Nothing runs inside the cluster, so the roles run as processes with the credentials of the chart's
own ServiceAccounts, and the API server reaches admission through a balancer (`webhook.url`).
"""

import contextlib
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.balancer import Backend, Balancer
from support.controlplane import ControlPlane, Process, StartError
from support.controlplane.ports import unlikely
from support.release import Release, install

READY_SECONDS = 60.0
"""A role is ready in about two seconds; a busy machine may take longer."""


@dataclass(slots=True)
class Role:
    """A process of the operator."""

    process: Process
    health_port: int
    port: int = 0
    """Of the webhook; 0 for a controller."""

    @property
    def url(self) -> str:
        """Return where health and metrics are served."""
        return f"http://127.0.0.1:{self.health_port}"

    def wait_ready(self) -> None:
        """Wait until the role says that it is ready."""
        deadline = time.monotonic() + READY_SECONDS
        why = "it did not answer"
        while time.monotonic() < deadline and self.process.running:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):  # noqa: S310
                    return
            except urllib.error.HTTPError as error:
                why = error.read().decode()
            except OSError as error:
                why = str(error)
            time.sleep(0.1)
        raise StartError(f"{self.process.name} is not ready: {why}\n{self.process.tail()}")

    def metrics(self) -> str:
        """Return what Prometheus would scrape."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:  # noqa: S310
            return str(answer.read().decode())


@dataclass(slots=True)
class Installation:
    """A release with its running roles."""

    release: Release
    balancer: Balancer
    admission: list[Role]
    controllers: list[Role] = field(default_factory=list)
    settings: Mapping[str, str] = field(default_factory=dict)
    """More ``AUP_*`` variables for every process."""
    count: int = 0

    @property
    def cluster(self) -> ControlPlane:
        """Return the control plane."""
        return self.release.cluster

    @property
    def evidence(self) -> Path:
        """Return the controller's evidence directory."""
        return self.cluster.folder / "evidence"

    def start_controller(self, **settings: str) -> Role:
        """Start another controller; the first one to hold the Lease leads."""
        role = self._start("controller", AUP_EVIDENCE_DIR=str(self.evidence), **settings)
        self.controllers.append(role)
        return role

    def start_admission(self, backend: Backend, **settings: str) -> Role:
        """Start an admission replica behind a backend of the balancer."""
        role = self._start(
            "admission",
            AUP_HEALTH_PORT=str(backend.health_port),
            AUP_ADMISSION_PORT=str(backend.port),
            AUP_ADMISSION_HOST="127.0.0.1",
            **settings,
        )
        role.port = backend.port
        self.admission.append(role)
        return role

    def replace(self, role: Role) -> Role:
        """Kill an admission replica, as a crash would, and start another one in its place."""
        role.process.kill()
        self.admission.remove(role)
        return self.start_admission(self.balancer.backend(role.port))

    def _start(self, role: str, **settings: str) -> Role:
        self.count += 1
        name = f"{role}-{self.count}"
        environment = {
            **self.release.environment(role),
            "AUP_KUBECONFIG": str(self.release.kubeconfig(role)),
            "AUP_INSTANCE": name,
            "AUP_HEALTH_HOST": "127.0.0.1",
            "AUP_HEALTH_PORT": str(unlikely(1)[0]),
            **self.settings,
            **settings,
        }
        command = [sys.executable, "-m", "aup", "run", "--role", role]
        process = Process(name, command, self.cluster.folder, environment=environment)
        return Role(process, int(environment["AUP_HEALTH_PORT"]))

    def stop(self) -> None:
        """Stop every process."""
        for role in (*self.controllers, *self.admission):
            role.process.stop()


@contextlib.contextmanager
def installed(
    values: Mapping[str, Any] | None = None,
    *,
    replicas: int = 2,
    settings: Mapping[str, str] | None = None,
    before: Callable[[ControlPlane], None] | None = None,
) -> Iterator[Installation]:
    """Start a control plane, install the chart, and run one controller and admission replicas.

    Args:
        values: of the chart; ``webhook.url`` is added.
        replicas: of the admission role.
        settings: more ``AUP_*`` variables for every process.
        before: what is done to the cluster before anything of ours is in it.

    """
    ports = unlikely(2 * replicas)
    backends = [Backend(ports[2 * i], ports[2 * i + 1]) for i in range(replicas)]
    balancer = Balancer(backends)
    with ControlPlane() as cluster, balancer.running():
        if before is not None:
            before(cluster)
        url = f"https://127.0.0.1:{balancer.port}/validate"
        whole = {**(values or {}), "webhook": {"url": url}}
        release = install(cluster, whole)
        installation = Installation(release, balancer, [], settings=settings or {})
        try:
            installation.start_controller()
            for backend in backends:
                installation.start_admission(backend)
            for role in (*installation.controllers, *installation.admission):
                role.wait_ready()
            yield installation
        finally:
            installation.stop()
