"""Requests to a guarded API server: who asks, what, and what the guard answers."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from support.controlplane import ControlPlane

Manifest = dict[str, Any]
_RBAC_GROUP = "rbac.authorization.k8s.io"
_RBAC = f"{_RBAC_GROUP}/v1"


def refusal(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """Return which policy of the guard refused, and its message; ("", stderr) for anything else."""
    for line in done.stderr.splitlines():
        before, mark, message = line.partition(" denied request: ")
        if mark and "ValidatingAdmissionPolicy '" in before:
            return before.split("ValidatingAdmissionPolicy '")[1].split("'")[0], message
    return "", done.stderr


def grant(
    cluster: ControlPlane,
    user: str,
    role: str,
    namespace: str | None = None,
    *,
    groups: Sequence[str] = (),
) -> None:
    """Bind a person, or groups, to an existing ClusterRole: in a namespace or everywhere.

    Modules of tests that share a cluster may grant the same.
    """
    names = [*filter(None, [user]), *groups]
    subjects = [{"kind": "User", "name": user}] if user else []
    subjects += [{"kind": "Group", "name": group} for group in groups]
    metadata = {"name": "-".join((*names, role)).replace(":", "-")}
    manifest = {
        "apiVersion": _RBAC,
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": metadata | ({"namespace": namespace} if namespace else {}),
        "roleRef": {"apiGroup": _RBAC_GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [subject | {"apiGroup": _RBAC_GROUP} for subject in subjects],
    }
    cluster.kubectl("apply", "-f", "-", input=json.dumps(manifest))


def role(cluster: ControlPlane, name: str, *rules: Mapping[str, Sequence[str]]) -> None:
    """Create a ClusterRole of rules that give apiGroups, resources and verbs."""
    manifest = {
        "apiVersion": _RBAC,
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [{key: list(value) for key, value in rule.items()} for rule in rules],
    }
    cluster.kubectl("apply", "-f", "-", input=json.dumps(manifest))


def ours(kind: str, name: str, **fields: Any) -> Manifest:
    """Return a manifest of one of our kinds."""
    namespace = {"namespace": fields.pop("namespace")} if "namespace" in fields else {}
    return {
        "apiVersion": "aup.asergo.com/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, **namespace, **fields.pop("metadata", {})},
        **fields,
    }


def quarantine(name: str, by: str, **spec: Any) -> Manifest:
    """Return a Quarantine that `by` requests."""
    return ours(
        "Quarantine",
        name,
        spec={
            "namespace": "acme-prod",
            "namespaceUID": "7f3a",
            "tenant": "acme",
            "reasons": ["PortScan"],
            "requestedBy": by,
            **spec,
        },
    )


def exemption(name: str, by: str, **spec: Any) -> Manifest:
    """Return an Exemption that `by` requests."""
    return ours(
        "Exemption",
        name,
        spec={
            "tenant": "acme",
            "rules": ["host/port"],
            "scope": {"namespaces": ["acme-prod"]},
            "reason": "TICKET-77",
            "requestedBy": by,
            "expiresAt": "2027-11-30T00:00:00Z",
            **spec,
        },
    )


def report(name: str, source: str) -> Manifest:
    """Return an AbuseReport of a source."""
    return ours(
        "AbuseReport",
        name,
        spec={
            "source": source,
            "category": "PortScan",
            "address": "198.51.100.20",
            "observedAt": "2026-11-21T09:30:00+01:00",
        },
    )


def measured(name: str) -> Manifest:
    """Return an AbuseReport of overuse, as the operator files it."""
    time = "2026-11-21T09:30:00Z"
    usage = {
        "measure": "CPU",
        "tenant": "acme",
        "namespace": "acme-prod",
        "namespaceUID": "0b9d",
        "unit": "cores",
        "used": "7",
        "floor": "4",
        "share": "0.8",
        "shareLimit": "0.25",
        "contention": "0.95",
        "contentionLimit": "0.85",
        "since": time,
        "until": time,
        "measuredSeconds": 900,
        "readings": 16,
        "query": "sum by (namespace) (up)",
        "namespaces": [{"name": "acme-prod", "used": "7"}],
    }
    spec = {"source": "usage", "category": "Usage", "usage": usage, "observedAt": time}
    return ours("AbuseReport", name, spec=spec)
