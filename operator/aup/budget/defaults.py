"""What containers are given that say nothing: by a LimitRange of ours, beside the quota or alone.

What is omitted would be free otherwise, or refused: a quota on cpu or memory takes no container
without it, and one on ephemeral storage counts nothing where nothing is said.
"""

from decimal import Decimal
from typing import Final

from aup.api.meta import Quantity
from aup.api.sections.resources import DefaultLimits, DefaultRequests, GiveDefaults, ResourceTerms
from aup.budget.keys import defaulted_limit, defaulted_request, step
from aup.budget.usage import Amounts, Defaults
from aup.facts.quantity import ceiling, parse

_RATED: Final = frozenset({"cpu", "memory"})
"""Of which limits may exceed requests by a ratio at most."""


def given(resources: ResourceTerms, problems: list[str]) -> Defaults:
    """Return the defaults of a policy: never further apart than its ratio allows.

    Args:
        resources: the section.
        problems: is told of what cannot be read, which is left out.

    """
    asks, caps = resources.default_requests, resources.default_limits
    asked = dict(_read("defaultRequests", asks, problems))
    limited = _read("defaultLimits", caps, problems)
    ratio = resources.max_limit_request_ratio
    most = _amount("resources.maxLimitRequestRatio", ratio, problems)
    if most:
        for resource in asked.keys() & limited.keys() & _RATED:
            size = step(resource)
            least = ceiling(limited[resource], size * most) * size
            asked[resource] = max(asked[resource], least)
    return Defaults(asked, limited)


def given_in(
    hard: Amounts,
    defaults: Defaults,
    taken: frozenset[str],
    give: GiveDefaults = GiveDefaults.WHERE_NEEDED,
    *,
    enforcing: bool,
) -> Defaults:
    """Return what containers of one namespace are given.

    Args:
        hard: what its quota says; a quota would refuse ordinary containers without some of it.
        defaults: of the policy.
        taken: resources for which somebody else's LimitRange gives defaults.
        give: what is given beside that.
        enforcing: whether the tenant's enforcement has begun; until then nothing is capped that
            was not.

    """
    caps = {defaulted_limit(key) for key in hard}
    if give is GiveDefaults.REQUESTS_AND_LIMITS and enforcing:
        caps |= defaults.limits.keys()
    limits = {r: a for r, a in sorted(defaults.limits.items()) if r in caps - taken}
    # Where a LimitRange gives a limit and no request, the request becomes as large as the limit.
    asks = {defaulted_request(key) for key in hard} | limits.keys()
    if give is not GiveDefaults.WHERE_NEEDED:
        asks |= defaults.requests.keys()
    requests = {
        resource: min(amount, limits.get(resource, amount))
        for resource, amount in sorted(defaults.requests.items())
        if resource in asks - taken
    }
    return Defaults(requests, limits)


def _read(at: str, written: DefaultRequests | DefaultLimits, problems: list[str]) -> Amounts:
    said = {
        "cpu": written.cpu,
        "memory": written.memory,
        "ephemeral-storage": written.ephemeral_storage,
    }
    read = {
        resource: _amount(f"resources.{at}.{resource}", quantity, problems)
        for resource, quantity in said.items()
    }
    return {resource: amount for resource, amount in read.items() if amount is not None}


def _amount(at: str, quantity: Quantity | None, problems: list[str]) -> Decimal | None:
    if quantity is None:
        return None
    try:
        return parse(quantity)
    except ValueError as error:
        problems.append(f"{at}: {error}")
        return None
