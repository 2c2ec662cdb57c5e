"""Making a tenant's NetworkPolicy select nothing, in place, and undoing exactly that.

Policies are additive: a tenant's allow-all would re-open what our own policy closes. Deleting it
would lose its uid, owners and annotations, so one requirement that no pod meets is added to its
``spec.podSelector`` instead.
"""

from collections.abc import Mapping
from typing import Any, Final

from aup.api.meta import GROUP

KEY: Final = f"{GROUP}/neutralised"
REQUIREMENT: Final[Mapping[str, Any]] = {"key": KEY, "operator": "In", "values": ["never"]}
"""A pod that carries the label with this value is selected again: the lock refuses to write one."""


def is_neutralised(policy: Mapping[str, Any]) -> bool:
    """Tell whether a NetworkPolicy carries our requirement."""
    return any(e.get("key") == KEY for e in _expressions(policy.get("spec") or {}))


def neutralised(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's spec that selects no pod; unchanged if it is that already."""
    expressions = _expressions(spec)
    if any(e.get("key") == KEY for e in expressions):
        return dict(spec)
    return _with(spec, [*expressions, dict(REQUIREMENT)])


def without_neutralisation(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's spec without our requirement."""
    return _with(spec, [e for e in _expressions(spec) if e.get("key") != KEY])


def _expressions(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    selector = spec.get("podSelector") or {}
    return list(selector.get("matchExpressions") or ())


def _with(spec: Mapping[str, Any], expressions: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the spec with these expressions; none leaves the field out, as most people do."""
    selector = {k: v for k, v in (spec.get("podSelector") or {}).items() if k != "matchExpressions"}
    if expressions:
        selector["matchExpressions"] = expressions
    return {**spec, "podSelector": selector}
