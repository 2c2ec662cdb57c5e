"""Our own policy in an isolated namespace, and the object that proves the lock."""

from collections.abc import Mapping
from typing import Any, Final

from aup.api.meta import MANAGED_LABELS, QUARANTINE_POLICY_NAME

API_VERSION: Final = "networking.k8s.io/v1"
DENY_SPEC: Final[Mapping[str, Any]] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
"""All pods, both directions, no rules. Both types are said, since without rules a policy would
be about ingress only; the rules are left out, since some engines read ``[]`` as "allow all"."""
PROBE_NAME: Final = "aup-lock-probe"


def deny_policy(namespace: str) -> dict[str, Any]:
    """Return the NetworkPolicy that closes a namespace."""
    return _policy(namespace, QUARANTINE_POLICY_NAME, dict(MANAGED_LABELS))


def probe_policy(namespace: str) -> dict[str, Any]:
    """Return what nobody may create while the lock holds; only ever sent as a dry run."""
    return _policy(namespace, PROBE_NAME, {})


def _policy(namespace: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": namespace}
    if labels:
        metadata["labels"] = labels
    return {
        "apiVersion": API_VERSION,
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": dict(DENY_SPEC),
    }
