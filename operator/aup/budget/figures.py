"""How a budget stands, in the form in which tenants are told.

Lists are bounded: a status is one object, and a tenant may have a thousand namespaces.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest
from itertools import islice
from typing import Final, NamedTuple

from aup.api.budget_use import BudgetUse, NamespaceUse, OutageBound, OwnerUse
from aup.budget.keys import LedgerKey, is_quota_key, split
from aup.budget.meter import NAMESPACE
from aup.budget.planner import Allowance
from aup.budget.usage import Amounts
from aup.budget.words import text
from aup.facts.quantity import add, subtract, total

MOST_NAMESPACES: Final = 50
MOST_OWNERS: Final = 60
OF_EACH_KEY: Final = 3
_ZERO: Final = Decimal(0)


class Taken(NamedTuple):
    """What the objects of one owner take in one namespace."""

    namespace: str
    owner: str
    """Kind and name."""
    amounts: Amounts
    """By key of the ledger."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A budget in numbers, by key of the ledger; ceilings of namespaces are keys like any other."""

    hard: Amounts
    used: Amounts
    in_flight: Amounts | None = None
    """``None``: nobody knows."""
    counting: Collection[str] = ()
    """Keys of which not all that was admitted before is counted yet."""


def by_namespace(taken: Iterable[Taken]) -> Mapping[str, Amounts]:
    """Return what each namespace takes."""
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for one in taken:
        here = found[one.namespace]
        for key, amount in one.amounts.items():
            here[key] = add(here.get(key, _ZERO), amount)
    return found


def budget_use(
    figures: Figures,
    namespaces: Mapping[str, Amounts],
    taken: Iterable[Taken],
    *,
    terminating: Collection[str] = (),
    outage: OutageBound | None = None,
) -> BudgetUse:
    """Return what a tenant is told of its budget.

    Args:
        figures: of all its namespaces together.
        namespaces: what each takes, by key of the ledger.
        taken: what each owner takes there.
        terminating: the namespaces that are being deleted.
        outage: what holds while nobody answers.

    """
    hard, used, flight = figures.hard, figures.used, figures.in_flight or {}
    whole = [key for key in hard if not split(key).within.startswith(NAMESPACE)]
    left = {
        key: max(subtract(hard[key], add(used.get(key, _ZERO), flight.get(key, _ZERO))), _ZERO)
        for key in whole
    }
    over = {
        key: subtract(used[key], limit)
        for key, limit in hard.items()
        if used.get(key, _ZERO) > limit
    }
    tight = sorted(whole, key=lambda key: (-_part(used.get(key, _ZERO), hard[key]), key))
    # What is being deleted comes first: it must not be missed, and is soon gone.
    largest = sorted(
        namespaces,
        key=lambda name: (name not in terminating, -_share(namespaces[name], hard, whole), name),
    )
    return BudgetUse(
        hard=_texts({key: hard[key] for key in whole}),
        used=_texts({key: used.get(key, _ZERO) for key in whole}),
        in_flight=_texts({key: flight[key] for key in whole if flight.get(key)}),
        left=_texts(left),
        over=_texts(over),
        counting=tuple(sorted(_shown(key) for key in figures.counting)),
        namespaces=tuple(
            _namespace(name, namespaces[name], hard, going=name in terminating)
            for name in largest[:MOST_NAMESPACES]
        ),
        namespaces_total=len(namespaces),
        owners=largest_owners(map(_shown, tight), taken),
        outage=outage,
    )


def largest_owners(keys: Iterable[str], taken: Iterable[Taken]) -> tuple[OwnerUse, ...]:
    """Return who takes most of each key, of the first keys first.

    Args:
        keys: as a budget names them.
        taken: what each owner takes, by key of the ledger.

    """
    found = tuple(taken)
    of_ledger = {_shown(key): key for one in found for key in one.amounts}
    largest = (
        OwnerUse(
            key=shown,
            namespace=one.namespace,
            owner=one.owner,
            used=text(key, one.amounts[key]),
        )
        for shown in keys
        if (key := of_ledger.get(shown, "")) and not split(key).within
        for one in _largest(key, found)
    )
    return tuple(islice(largest, MOST_OWNERS))


def outage_bound(hard: Collection[str], plan: Mapping[str, Allowance]) -> OutageBound:
    """Return what native quotas let through together, whatever a ledger says.

    Args:
        hard: the keys of the ledger.
        plan: the native quota of each namespace.

    """
    held: dict[str, Decimal] = {}
    unlimited: list[str] = []
    for key in hard:
        found = split(key)
        if found.within.startswith(NAMESPACE):
            continue
        quotas = [one.hard[key] for one in plan.values() if key in one.hard]
        if is_quota_key(key) and len(quotas) == len(plan):
            held[key] = total(quotas)
        else:
            unlimited.append(_shown(key))
    return OutageBound(hard=_texts(held), unlimited=tuple(sorted(unlimited)))


def _namespace(name: str, takes: Amounts, hard: Amounts, *, going: bool) -> NamespaceUse:
    within = f"{NAMESPACE}{name}"
    ceilings = {key: limit for key, limit in hard.items() if split(key).within == within}
    used = {
        _within(key, ""): amount
        for key, amount in takes.items()
        if amount and split(key).within in {"", within}
    }
    return NamespaceUse(
        name=name,
        used=_texts(used),
        hard=_texts({_within(key, ""): limit for key, limit in ceilings.items()}),
        terminating=going,
    )


def _largest(key: str, taken: Iterable[Taken]) -> list[Taken]:
    takers = (one for one in taken if one.amounts.get(key))
    return nlargest(OF_EACH_KEY, takers, key=lambda one: one.amounts[key])


def _within(key: str, within: str) -> str:
    return str(split(key)._replace(within=within))


def _share(takes: Amounts, hard: Amounts, whole: Iterable[str]) -> Decimal:
    """Return the largest part of any limit that a namespace takes."""
    return max((_part(takes.get(key, _ZERO), hard[key]) for key in whole), default=_ZERO)


def _part(amount: Decimal, hard: Decimal) -> Decimal:
    return amount / hard if hard else amount


def _shown(key: str) -> str:
    """Return a key as a budget names it: into how many parts one is cut is our own affair."""
    return str(LedgerKey(*split(key)[:2]))


def _texts(amounts: Amounts) -> Mapping[str, str]:
    return {_shown(key): text(key, amount) for key, amount in sorted(amounts.items())}
