"""The chart, installed with Helm on a control plane of its own, as users get it.

The guard holds for the whole cluster, so it is not installed on the control plane that the other
integration tests share.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.controlplane import ControlPlane
from support.controlplane.client import Client
from support.controlplane.errors import StartError
from support.repository import ROOT

CHART = ROOT / "charts" / "aup-operator"
ACTIVE_SECONDS = 30.0
"""A policy is active after about a second; a busy machine may take longer."""


@dataclass(frozen=True, slots=True)
class Release:
    """An installed release."""

    cluster: ControlPlane
    name: str
    namespace: str

    @property
    def controller(self) -> Client:
        """The command line of the controller's ServiceAccount."""
        return self.cluster.as_service_account(self.namespace, f"{self.name}-controller")

    @property
    def admission(self) -> Client:
        """The command line of the admission role's ServiceAccount."""
        return self.cluster.as_service_account(self.namespace, f"{self.name}-admission")

    def kubeconfig(self, role: str) -> Path:
        """Write a kubeconfig for a process of a role: `controller` or `admission`."""
        path = self.cluster.folder / f"{self.namespace}-{self.name}-{role}.kubeconfig"
        return self.cluster.service_account_kubeconfig(self.namespace, f"{self.name}-{role}", path)

    def environment(self, role: str) -> dict[str, str]:
        """Return the ``AUP_*`` variables of the chart's own Deployment for a role.

        What only a pod has (a field of itself) is left out.
        """
        deployment = json.loads(
            self.cluster.kubectl(
                *("get", "deployment", f"{self.name}-{role}", "-n", self.namespace, "-o", "json")
            ).stdout
        )
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        return {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}

    def upgrade(self, values: Mapping[str, Any] | None = None, *options: str) -> None:
        """Upgrade the release to the chart as it is now."""
        with values_file(values or {}) as file:
            self.cluster.helm(
                "upgrade", self.name, CHART, "-n", self.namespace, "-f", file, *options
            )

    def stamp(self, namespace: str, *, tenant: str | None = "acme", state: str = "active") -> None:
        """Stamp a namespace as the controller does; without a tenant the webhook is not asked."""
        labels = {"aup.asergo.com/tenant": tenant, "aup.asergo.com/state": state}
        self.controller.kubectl(
            *("patch", "namespace", namespace, "--type=merge", "-p"),
            json.dumps({"metadata": {"labels": labels}}),
        )

    def wait_until_guarded(self) -> None:
        """Wait until the API server applies the guard: it takes about a second to compile it."""
        deadline = time.monotonic() + ACTIVE_SECONDS
        while time.monotonic() < deadline:
            if all(self._refuses(manifest) for manifest in _PROBES):
                return
            time.sleep(0.1)
        raise StartError(f"the guard was not active after {ACTIVE_SECONDS:.0f} s")

    def _refuses(self, manifest: Mapping[str, Any]) -> bool:
        """Tell whether the administrator may not create an object (a dry run)."""
        done = self.cluster.kubectl(
            *("create", "--dry-run=server", "-f", "-"), input=json.dumps(manifest), check=False
        )
        return done.returncode != 0 and "the operator only" in done.stderr


def _probe(api_version: str, kind: str, name: str, **fields: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


_PROBES = (
    _probe("aup.asergo.com/v1alpha1", "TenantReport", "aup"),
    _probe("v1", "ResourceQuota", "aup-budget", spec={}),
)
"""What the guard refuses to everybody but the operator: one object for each policy of kinds."""


@contextmanager
def values_file(values: Mapping[str, Any]) -> Iterator[Path]:
    """Write values for Helm into a file (JSON is YAML) that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "values.yaml"
        path.write_text(json.dumps(values))
        yield path


def install(
    cluster: ControlPlane,
    values: Mapping[str, Any] | None = None,
    *,
    name: str = "aup-operator",
    namespace: str = "aup-system",
) -> Release:
    """Install the chart and wait until its guard is active."""
    with values_file(values or {}) as file:
        cluster.helm("install", name, CHART, "-n", namespace, "--create-namespace", "-f", file)
    release = Release(cluster, name, namespace)
    release.wait_until_guarded()
    return release


@pytest.fixture(scope="session")
def release() -> Iterator[Release]:
    """Share one control plane with the chart installed among the tests that need the guard."""
    with ControlPlane() as cluster:
        yield install(cluster, {"abuse": {"sources": ["falco", "mail"]}})
