"""Annotations that the provider has looked at and lets its tenants have."""

from aup.policy.terms import NetworkTerms


def is_listed(key: str, terms: NetworkTerms) -> bool:
    """Tell whether a key is in ``network.allowedAnnotations``: whole, or by what it begins with."""
    return bool(key) and any(
        key.startswith(listed[:-1]) if listed.endswith("*") else key == listed
        for listed in terms.known_annotations
    )
