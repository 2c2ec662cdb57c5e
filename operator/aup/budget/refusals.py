"""What a tenant reads when its budget is in the way: key, amounts, and what to do."""

from decimal import Decimal
from typing import Final

from aup.budget.keys import LICENSE, is_bytes, split
from aup.facts.quantity import render
from aup.rules.base import Violation

BUDGET: Final = "resources/budget"
ENTITLEMENT: Final = "license/entitlement"

_SHUT: Final = {
    "no_ledger": "has no ledger yet",
    "counting": "is being counted after a change",
    "invalid": "cannot be asked for at this replica now",
    "draining": "cannot be asked for at this replica now",
}
_CROWDED: Final = {
    "name": "too many attempts to create this name are on their way",
    "origin": "earlier attempts of the same owner were admitted and have not appeared",
    "ledger": "too many admissions are on their way",
}


def rule_of(key: str) -> str:
    """Return the rule that answers for a key of the ledger."""
    return ENTITLEMENT if split(key).key.startswith(LICENSE) else BUDGET


def over(
    key: str,
    *,
    asked: Decimal,
    left: Decimal,
    hard: Decimal,
    in_flight: Decimal,
    tenant: str,
    contact: str,
) -> Violation:
    """Return that a request needs more of a key than is left.

    Args:
        key: of the ledger.
        asked: what the request takes.
        left: of the budget, neither used nor on its way.
        hard: the budget.
        in_flight: what was admitted, or handed out, and not yet seen to exist.
        tenant: whose budget it is.
        contact: whom to ask for more.

    """
    of = split(key)
    flying = f", {_amount(key, in_flight)} in flight" if in_flight > 0 else ""
    return Violation(
        path="",
        value="",
        detail=(
            f"needs {_amount(key, asked)} of {_named(of.key, of.within)}, and {tenant} has "
            f"{_amount(key, max(left, Decimal(0)))} of {_amount(key, hard)} left{flying}"
        ),
        remedy=f"delete or shrink what is not needed, or ask {contact} for a larger budget",
        key=("over", key),
    )


def probe(key: str, tenant: str) -> Violation:
    """Return a violation like those of `over`: what the policy does about one."""
    zero = Decimal(0)
    return over(key, asked=zero, left=zero, hard=zero, in_flight=zero, tenant=tenant, contact="")


def closed(key: str, *, tenant: str, contact: str) -> Violation:
    """Return that a budget does not name what is asked for, and closes it."""
    return Violation(
        path="",
        value=key,
        detail=f"is not in the budget of {tenant}",
        remedy=f"leave it out, or ask {contact} to add it",
        key=("closed", key),
    )


def endless(key: str, *, tenant: str, contact: str) -> Violation:
    """Return that a volume may grow without end under a key that is limited."""
    return Violation(
        path="",
        value=key,
        detail=f"is limited by the budget of {tenant}, and a volume without sizeLimit has no end",
        remedy=f"set emptyDir.sizeLimit, or ask {contact}",
        key=("endless", key),
    )


def shut(why: str, tenant: str, contact: str) -> Violation:
    """Return that nothing can be admitted now that a budget counts."""
    return Violation(
        path="",
        value="",
        detail=f"the budget of {tenant} {_SHUT[why]}, so nothing that it counts is admitted",
        remedy=f"try again in a moment, and tell {contact} if this lasts",
        key=("shut",),
    )


def crowded(busy: str, tenant: str, contact: str) -> Violation:
    """Return that earlier attempts hold the share of this one."""
    return Violation(
        path="",
        value="",
        detail=f"{_CROWDED[busy]}, and hold their share of the budget of {tenant}",
        remedy=f"look why they were refused after us, or ask {contact}",
        key=("busy", busy),
    )


def _amount(key: str, amount: Decimal) -> str:
    of = split(key)
    return render(amount / of.parts, binary=is_bytes(of.key))


def _named(key: str, within: str) -> str:
    """Return ``requests.cpu``, or ``requests.cpu (namespace/acme-dev)``."""
    return f"{key} ({within})" if within else key
