"""Kyverno's admission controller with six policies in CEL, all behind one webhook."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.checks import CHECKS, CONTAINERS_CEL, Check
from bench.contender import apply, apply_soon, prove
from bench.peers.programs import KYVERNO, released, running
from support.controlplane import ControlPlane
from support.controlplane.ports import unlikely
from support.waiting import until

_NAMESPACE: Final = "kyverno"
_WEBHOOK: Final = "vpol.validate.kyverno.svc-fail"
_REGISTRATIONS: Final = "validatingwebhookconfiguration,mutatingwebhookconfiguration"
_MANAGED: Final = "webhook.kyverno.io/managed-by=kyverno"


class Kyverno:
    """Kyverno, which registers its webhooks itself."""

    name = "Kyverno"

    def __init__(self, cluster: ControlPlane) -> None:
        self._cluster = cluster
        self._release = released(KYVERNO)

    @contextmanager
    def standing(self) -> Iterator[tuple[int, ...]]:
        """Run it with its policies for as long as the body runs."""
        apply(self._cluster, *self._release.objects)
        environment = {
            "KYVERNO_NAMESPACE": _NAMESPACE,
            "KYVERNO_POD_NAME": "bench",
            "KYVERNO_SERVICEACCOUNT_NAME": "kyverno-admission-controller",
            "KYVERNO_DEPLOYMENT": "kyverno-admission-controller",
            "KYVERNO_ROLE_NAME": "kyverno:admission-controller",
            "KYVERNO_SVC": "kyverno-svc",
            "INIT_CONFIG": "kyverno",
            "METRICS_CONFIG": "kyverno-metrics",
            "TUF_ROOT": str(self._cluster.folder / "sigstore"),
        }
        with running(self._cluster, "kyverno", self._command(), environment) as process:
            try:
                # Once it answers, Kyverno is asked about its policies itself.
                apply_soon(self._cluster, *(_policy(check) for check in CHECKS))
                until("Kyverno's webhook", lambda: self._for_pods() == [_WEBHOOK], 180)
                prove(self._cluster, _WEBHOOK)
                yield (process.pid,)
            finally:
                # Before the process: without it the API server could not delete anything.
                self._cluster.kubectl("delete", _REGISTRATIONS, "-l", _MANAGED)
        self._cluster.kubectl("delete", _REGISTRATIONS, "-l", _MANAGED)
        # Else the next process would wait for the one that led.
        self._cluster.kubectl("delete", "lease", "--all", "-n", _NAMESPACE)

    def _command(self) -> list[str | Path]:
        """Return how it is started: as released, but beside the cluster."""
        port, metrics = unlikely(2)
        return [
            self._release.program,
            *self._release.arguments,
            f"--kubeconfig={self._cluster.kubeconfig}",
            *(f"--serverIP=127.0.0.1:{port}", f"--webhookServerPort={port}"),
            *("--webhookServerHost=127.0.0.1", "--metricsHost=127.0.0.1", "--webhookTimeout=30"),
            *(f"--metricsPort={metrics}", "--controllerRuntimeMetricsAddress=0"),
        ]

    def _for_pods(self) -> list[str]:
        """Return the webhooks that are asked about a new Pod: more than one would be unfair."""
        found = json.loads(self._cluster.kubectl("get", _REGISTRATIONS, "-o", "json").stdout)
        return [
            webhook["name"]
            for item in found["items"]
            for webhook in item.get("webhooks", ())
            if any({"pods", "*", "*/*"} & set(rule["resources"]) for rule in webhook["rules"])
        ]


def _policy(check: Check) -> dict[str, Any]:
    """Return a policy; without a timeout of its own, which would give it a webhook of its own."""
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["pods"],
        "operations": ["CREATE", "UPDATE"],
    }
    return {
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "ValidatingPolicy",
        "metadata": {"name": f"bench-{check.name}"},
        "spec": {
            "validationActions": ["Deny"],
            "matchConstraints": {"resourceRules": [rule]},
            "variables": [{"name": "containers", "expression": CONTAINERS_CEL}],
            "validations": [{"expression": check.cel, "message": check.message}],
        },
    }
