"""Making a tenant's NetworkPolicy select nothing, in place, and undoing exactly that.

Policies are additive: a tenant's allow-all would re-open what our own policy closes. Deleting it
would lose its uid, owners and annotations, so requirements that no pod can meet are added to its
``spec.podSelector`` instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aup.api.meta import GROUP

Expressions = Sequence[Mapping[str, Any]]

KEY: Final = f"{GROUP}/neutralised"
REQUIREMENTS: Final[tuple[Mapping[str, Any], ...]] = (
    {"key": KEY, "operator": "In", "values": ["never"]},
    {"key": KEY, "operator": "DoesNotExist"},
)
"""They contradict each other: with the first alone, a pod that was given the label beforehand
would still be selected, and its allow rules with it."""


def is_neutralised(policy: Mapping[str, Any]) -> bool:
    """Tell whether a NetworkPolicy carries our requirements, both and word by word."""
    return closes(expressions_of(policy.get("spec") or {}) or ())


def neutralised(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's spec that selects no pod; unchanged if it is that already."""
    return _with(spec, closed(expressions_of(spec)))


def without_neutralisation(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's spec without our requirements."""
    return _with(spec, [e for e in expressions_of(spec) or () if e not in REQUIREMENTS])


def expressions_of(spec: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return ``podSelector.matchExpressions``; None when there are none, however that is written.

    The API server leaves an empty list out, so that both are the same to it.
    """
    selector = spec.get("podSelector") or {}
    return list(selector.get("matchExpressions") or ()) or None


def closes(expressions: Expressions) -> bool:
    """Tell whether these expressions hold our contradiction."""
    return all(requirement in expressions for requirement in REQUIREMENTS)


def closed(expressions: Expressions | None) -> list[Mapping[str, Any]]:
    """Return the expressions with our contradiction, once."""
    before = list(expressions or ())
    return before if closes(before) else [*before, *map(dict, REQUIREMENTS)]


def _with(spec: Mapping[str, Any], expressions: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the spec with these expressions; none leaves the field out, as most people do."""
    selector = {k: v for k, v in (spec.get("podSelector") or {}).items() if k != "matchExpressions"}
    if expressions:
        selector["matchExpressions"] = expressions
    return {**spec, "podSelector": selector}
