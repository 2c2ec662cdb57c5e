"""The operator's own processes, as the chart's Deployments would run them.

They talk to the API server with the token of the chart's ServiceAccount and the variables of its
Deployment, so RBAC, guard and leader election are those that users get.
"""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.controlplane import Process
from support.controlplane.ports import unlikely
from support.release import Release
from support.repository import ROOT

READY_SECONDS = 60.0
"""A loaded machine needs a while to import and to sync."""


class NotReadyError(AssertionError):
    """A process did not become what it should within its time; the message holds its log."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A running process of a role."""

    process: Process
    health: str
    """Base URL of its health endpoints."""

    def get(self, path: str) -> tuple[int, str]:
        """Ask one of its health endpoints; status 0 while it does not listen."""
        try:
            with urllib.request.urlopen(f"{self.health}{path}", timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str) -> float:
        """Return the value of a metric that has no labels."""
        _, text = self.get("/metrics")
        lines = [line for line in text.splitlines() if line.startswith(f"{name} ")]
        return float(lines[0].split()[1]) if lines else float("nan")

    @property
    def leads(self) -> bool:
        """Whether it holds the Lease of the controllers."""
        return self.metric("aup_leader") == 1

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it is ready, or fail with what it reports and logs."""
        deadline = time.monotonic() + seconds
        report = ""
        while time.monotonic() < deadline and self.process.running:
            status, report = self.get("/readyz")
            if status == 200:
                return
            time.sleep(0.1)
        raise NotReadyError(f"{self.process.name} is not ready:\n{report}\n{self.process.tail(60)}")


def start(
    release: Release, role: str, folder: Path, *, name: str = "", **settings: str
) -> Operator:
    """Start a process of a role.

    Args:
        release: whose ServiceAccount and variables it gets.
        role: ``controller`` or ``admission``.
        folder: gets its log.
        name: of the process, where several of a role run.
        settings: more variables: ``certificate_days="0.001"`` is ``AUP_CERTIFICATE_DAYS``.

    """
    name = name or role
    (health,) = unlikely(1)
    evidence = folder / f"{name}-evidence"
    evidence.mkdir(exist_ok=True)
    environment: Mapping[str, str] = {
        **release.environment(role),
        "PYTHONPATH": str(ROOT / "operator"),
        "AUP_KUBECONFIG": str(release.kubeconfig(role)),
        "AUP_INSTANCE": name,
        "AUP_HEALTH_HOST": "127.0.0.1",
        "AUP_HEALTH_PORT": str(health),
        "AUP_ADMISSION_HOST": "127.0.0.1",
        "AUP_EVIDENCE_DIR": str(evidence),
        # In a pod these come with the address of the API server.
        "KUBERNETES_SERVICE_HOST": "",
        **{f"AUP_{key.upper()}": value for key, value in settings.items()},
    }
    command = [sys.executable, "-m", "aup", "run", "--role", role]
    process = Process(name, command, folder, environment=environment)
    return Operator(process, f"http://127.0.0.1:{health}")


@contextmanager
def running(release: Release, folder: Path, admission_port: int) -> Iterator[tuple[Operator, ...]]:
    """Run a controller and an admission replica that listens on a port; stop both at the end."""
    both = (
        start(release, "controller", folder),
        start(release, "admission", folder, admission_port=str(admission_port)),
    )
    try:
        for operator in both:
            operator.wait_ready()
        yield both
    finally:
        for operator in both:
            operator.process.stop()


def log_of(operator: Operator) -> str:
    """Return everything that a process has written."""
    return operator.process.log.read_text(errors="replace")


__all__ = ["NotReadyError", "Operator", "log_of", "running", "start"]
