"""Section resources, compiled."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from aup.api.meta import Quantity
from aup.api.sections import resources as written
from aup.facts.quantity import parse
from aup.policy.edition import Edition
from aup.policy.terms import ResourceTerms
from aup.policy.world import Account

DEFAULT_FENCES: Final[Mapping[str, Quantity]] = {
    "count/configmaps": 5000,
    "count/secrets": 5000,
    "count/serviceaccounts": 1000,
    "count/services": 2000,
    "count/endpointslices.discovery.k8s.io": 5000,
    "count/persistentvolumeclaims": 5000,
    "count/pods": 20000,
    "count/jobs.batch": 10000,
    "count/cronjobs.batch": 2000,
    "count/leases.coordination.k8s.io": 2000,
}
"""What keeps one namespace from filling the cluster's store, and no honest one from anything.

Events are not among them: a ResourceQuota does not count them, and they are gone within the hour.
Kinds of the provider's own definitions have to be named.
"""


def resource_terms(account: Account, edition: Edition) -> ResourceTerms:
    """Return the section resources; what cannot be read is left out: the definition refuses it."""
    terms = edition.spec.resources
    return ResourceTerms(
        tenant=account.tenant.metadata.name,
        require_requests=terms.require_requests,
        max_limit_request_ratio=_amount(terms.max_limit_request_ratio),
        require_ephemeral_storage=terms.require_ephemeral_storage,
        require_bandwidth=terms.require_bandwidth,
        bandwidth_annotations=terms.bandwidth_annotations,
        max_bandwidth=_amount(terms.max_bandwidth),
        unlisted=terms.unlisted_extended_resources,
        weights={weight.key: _weights(weight) for weight in terms.weights},
        fences=_fences(DEFAULT_FENCES if terms.fences is None else terms.fences),
        over_budget_templates=terms.over_budget_templates,
    )


def _weights(weight: written.Weight) -> Mapping[str, Fraction]:
    """Return what one of each resource counts."""
    read = ((resource, _fraction(text)) for resource, text in weight.resources.items())
    return {resource: counted for resource, counted in read if counted is not None}


def _fraction(text: str) -> Fraction | None:
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return found if found >= 0 else None


def _fences(fences: Mapping[str, Quantity]) -> Mapping[str, Decimal]:
    read = ((key, _amount(quantity)) for key, quantity in sorted(fences.items()))
    return {key: amount for key, amount in read if amount is not None}


def _amount(quantity: Quantity | None) -> Decimal | None:
    if quantity is None:
        return None
    try:
        return parse(quantity)
    except ValueError:
        return None
