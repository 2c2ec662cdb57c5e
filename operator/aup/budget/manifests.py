"""A namespace's allowance as objects of Kubernetes, and whether they are in force."""

from collections.abc import Mapping
from typing import Any

from aup.api.meta import LIMIT_RANGE_NAME, MANAGED_LABELS, QUOTA_NAME, Quantity
from aup.budget.keys import is_bytes
from aup.budget.planner import Allowance
from aup.budget.usage import Amounts
from aup.facts.quantity import parse, render

Manifest = dict[str, Any]


def manifests(namespace: str, allowance: Allowance) -> list[Manifest]:
    """Return the whole of what belongs into a namespace; a missing one of ours must go."""
    quota = _object("ResourceQuota", QUOTA_NAME, namespace, {"hard": texts(allowance.hard)})
    found = [quota] if allowance.hard else []
    limit: dict[str, Any] = {"type": "Container"}
    if allowance.defaults.requests:
        limit["defaultRequest"] = texts(allowance.defaults.requests)
    if allowance.defaults.limits:
        limit["default"] = texts(allowance.defaults.limits)
    if allowance.defaults.any:
        found.append(_object("LimitRange", LIMIT_RANGE_NAME, namespace, {"limits": [limit]}))
    return found


def is_settled(allowance: Allowance, status_hard: Mapping[str, Quantity] | None) -> bool:
    """Return whether admission already decides by the allowance.

    A quota whose ``status.hard`` misses a key admits everything under that key.
    """
    return _read(status_hard) == dict(allowance.hard)


def texts(amounts: Amounts) -> dict[str, str]:
    """Return amounts as canonical quantities, in the order of their keys."""
    return {key: render(amount, binary=is_bytes(key)) for key, amount in sorted(amounts.items())}


def amounts(quantities: Mapping[str, Quantity] | None) -> Amounts:
    """Read the quantities of a quota that the API server stores."""
    return {key: parse(quantity) for key, quantity in (quantities or {}).items()}


def _read(quantities: Mapping[str, Quantity] | None) -> Amounts | None:
    try:
        return amounts(quantities)
    except ValueError:
        return None


def _object(kind: str, name: str, namespace: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(MANAGED_LABELS)},
        "spec": spec,
    }
