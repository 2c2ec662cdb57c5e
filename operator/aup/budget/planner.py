"""A tenant's budget, shared out over its namespaces as native quotas.

The shares add up to the budget exactly: namespaces with a ceiling come first, the others get equal
parts, and what a division leaves over goes, one step each, to the first of them by name. Ceilings
that together exceed the budget are cut in proportion, by the method of Jefferson (D'Hondt): with
largest remainders a larger budget could take a step from somebody.

Before enforcement begins nothing may be lost that runs. A share is then raised to twice the
present use, since a rollout runs every pod twice; it is never lowered below the quota that
stands, since use drops for a moment whenever pods are re-created; and keys that would refuse what
passes today, or whose use is not known, are left out.

A native quota is not exact under concurrency, so neither is this plan. Whoever plans better takes
the place of `plan` behind `Planner`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from heapq import heapify, heapreplace
from typing import Final, Protocol

from aup.api.meta import Quantity
from aup.api.sections.resources import GiveDefaults, ResourceTerms
from aup.api.tenant import Budget
from aup.budget.defaults import given, given_in
from aup.budget.keys import is_budget_key, is_limit, is_pod_key, is_quota_key, step
from aup.budget.measure import MEASURED, resource_of
from aup.budget.usage import NO_DEFAULTS, Amounts, Defaults
from aup.facts.quantity import LARGEST, ceiling, floor, parse
from aup.policy.sections.resources import DEFAULT_FENCES

ROLLOUT: Final = 2
"""How many times a pod may run while it is replaced (``maxSurge: 100%``)."""


@dataclass(frozen=True, slots=True)
class TenantBudget:
    """A budget in numbers."""

    hard: Amounts
    """For all namespaces together, by quota key; empty with no ceilings: there is no budget."""
    ceilings: Mapping[str, Amounts]
    """By namespace."""
    defaults: Defaults
    """For containers that say nothing, by resource."""
    fences: Amounts = field(default_factory=dict)
    """What each namespace may hold of what the budget does not name."""
    give: GiveDefaults = GiveDefaults.WHERE_NEEDED
    """Which defaults a namespace gets beside those that its quota needs."""


NO_BUDGET: Final = TenantBudget({}, {}, NO_DEFAULTS)


@dataclass(frozen=True, slots=True)
class NamespaceUse:
    """A namespace of the tenant as it is now."""

    name: str
    used: Amounts
    """By quota key, counted as if every pod were created anew.

    A missing key that only pods use up is zero; any other missing key is not known.
    """
    hard: Amounts = field(default_factory=dict)
    """What its quota of ours says now; empty without one."""
    defaulted: frozenset[str] = frozenset()
    """Resources for which somebody else's LimitRange gives defaults: theirs fit its bounds."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one namespace gets."""

    hard: Amounts
    defaults: Defaults


class Planner(Protocol):
    """Shares a budget out."""

    def __call__(
        self, budget: TenantBudget, namespaces: Sequence[NamespaceUse], *, enforcing: bool
    ) -> Mapping[str, Allowance]:
        """Return what each namespace gets; without a budget, defaults or nothing."""


def read_budget(spec: Budget, resources: ResourceTerms) -> tuple[TenantBudget, tuple[str, ...]]:
    """Read the budget of a tenant and the defaults of its policy.

    Returns:
        The budget without what cannot be read, and a sentence on each of those.

    """
    problems: list[str] = []
    weights = frozenset(weight.key for weight in resources.weights)
    hard = _amounts("budget.hard", spec.hard, weights, problems)
    ceilings = {
        namespace: _amounts(f"budget.namespaceCeilings.{namespace}", quantities, weights, problems)
        for namespace, quantities in sorted(spec.namespace_ceilings.items())
    }
    defaults = given(resources, problems)
    fences = _fences(spec, resources, problems)
    return TenantBudget(hard, ceilings, defaults, fences, resources.give_defaults), tuple(problems)


def plan(
    budget: TenantBudget, namespaces: Sequence[NamespaceUse], *, enforcing: bool
) -> Mapping[str, Allowance]:
    """Share a budget out; the order of the namespaces does not matter."""
    return _planned(budget, namespaces, _shares, enforcing=enforcing)


def backstop(
    budget: TenantBudget, namespaces: Sequence[NamespaceUse], *, enforcing: bool
) -> Mapping[str, Allowance]:
    """Allow each namespace what a ledger could: its ceiling, or the whole budget.

    What no ledger counts is shared out as by `plan`.
    """
    return _planned(budget, namespaces, _wholes, enforcing=enforcing)


def given_to(budget: TenantBudget, namespace: str, *, enforcing: bool) -> Defaults:
    """Return what our LimitRange gives in a namespace where nobody else's gives anything.

    Args:
        budget: of the tenant.
        namespace: its name.
        enforcing: whether the tenant's enforcement has begun.

    """
    named = (*budget.hard, *budget.ceilings.get(namespace, {}), *budget.fences)
    hard = {key: LARGEST for key in named if enforcing or not is_limit(key)}
    return given_in(hard, budget.defaults, frozenset(), budget.give, enforcing=enforcing)


_Shared = Callable[[str, TenantBudget, Sequence[str]], Mapping[str, Decimal]]


def _planned(
    budget: TenantBudget, namespaces: Sequence[NamespaceUse], share: _Shared, *, enforcing: bool
) -> Mapping[str, Allowance]:
    hard: dict[str, dict[str, Decimal]] = {namespace.name: {} for namespace in namespaces}
    for key in _keys(budget, hard):
        shares = share(key, budget, sorted(hard))
        for namespace in namespaces:
            amount = shares.get(namespace.name)
            if amount is not None and not enforcing:
                amount = _gentle(key, amount, namespace)
            if amount is not None:
                hard[namespace.name][key] = amount
    for namespace in namespaces:
        for key, fence in budget.fences.items():
            amount = fence if enforcing else _gentle(key, fence, namespace)
            if amount is not None:
                hard[namespace.name][key] = amount
    planned = {
        namespace.name: Allowance(
            hard[namespace.name],
            given_in(
                hard[namespace.name],
                budget.defaults,
                namespace.defaulted,
                budget.give,
                enforcing=enforcing,
            ),
        )
        for namespace in namespaces
    }
    return {name: found for name, found in planned.items() if found.hard or found.defaults.any}


def _keys(budget: TenantBudget, namespaces: Iterable[str]) -> list[str]:
    """Return every key that limits one of the namespaces."""
    ceilings = (budget.ceilings.get(namespace, {}) for namespace in namespaces)
    return sorted({*budget.hard, *(key for amounts in ceilings for key in amounts)})


def _shares(key: str, budget: TenantBudget, names: Sequence[str]) -> Mapping[str, Decimal]:
    """Return each namespace's part of one key, in name order, while budgets are enforced."""
    size = step(key)
    capped = {
        name: floor(budget.ceilings[name][key], size)
        for name in names
        if key in budget.ceilings.get(name, {})
    }
    if key not in budget.hard:
        return {name: steps * size for name, steps in capped.items()}
    whole = floor(budget.hard[key], size)
    if sum(capped.values()) > whole:
        capped = _cut(capped, whole)
    others = [name for name in names if name not in capped]
    rest = whole - sum(capped.values())
    each, over = divmod(rest, len(others)) if others else (0, 0)
    equal = {name: each + (place < over) for place, name in enumerate(others)}
    return {name: steps * size for name, steps in (capped | equal).items()}


def _wholes(key: str, budget: TenantBudget, names: Sequence[str]) -> Mapping[str, Decimal]:
    """Return what each namespace may take of one key at most, whatever the others do."""
    if resource_of(key) not in MEASURED:
        return _shares(key, budget, names)
    limits = {
        name: [of[key] for of in (budget.ceilings.get(name, {}), budget.hard) if key in of]
        for name in names
    }
    size = step(key)
    return {name: floor(min(found), size) * size for name, found in limits.items() if found}


def _cut(ceilings: Mapping[str, int], whole: int) -> dict[str, int]:
    """Scale ceilings, in name order, down to a whole that is less than they ask for together."""
    asked = sum(ceilings.values())
    cut = {name: steps * whole // asked for name, steps in ceilings.items()}
    next_in_turn = [(Fraction(-ceilings[name], steps + 1), name) for name, steps in cut.items()]
    heapify(next_in_turn)
    for _ in range(whole - sum(cut.values())):  # fewer than there are names
        name = next_in_turn[0][1]
        cut[name] += 1
        heapreplace(next_in_turn, (Fraction(-ceilings[name], cut[name] + 1), name))
    return cut


def _gentle(key: str, share: Decimal, namespace: NamespaceUse) -> Decimal | None:
    """Return a share that loses nothing of what runs; ``None``: better no limit yet."""
    used = namespace.used.get(key, Decimal(0) if is_pod_key(key) else None)
    if is_limit(key) or used is None:
        return None
    size = step(key)
    doubled = ROLLOUT * ceiling(used, size) * size
    return min(max(share, doubled, namespace.hard.get(key, Decimal(0))), LARGEST)


def _fences(spec: Budget, resources: ResourceTerms, problems: list[str]) -> Amounts:
    """Return what namespaces of a tenant with a budget may hold of what it does not name."""
    if not spec.hard:
        return {}
    written = DEFAULT_FENCES if resources.fences is None else resources.fences
    problems.extend(
        f"resources.fences: {key} is nothing that a ResourceQuota counts"
        for key in sorted(written)
        if not is_quota_key(key)
    )
    named = {*spec.hard, *(key for limits in spec.namespace_ceilings.values() for key in limits)}
    left = {k: v for k, v in written.items() if k not in named and is_quota_key(k)}
    return _amounts("resources.fences", left, frozenset(), problems)


def _amounts(
    at: str, quantities: Mapping[str, Quantity], weights: frozenset[str], problems: list[str]
) -> Amounts:
    """Read quantities by quota key, and leave out those that no quota counts but our own."""
    amounts: dict[str, Decimal] = {}
    for key, quantity in sorted(quantities.items()):
        if key not in weights and not is_budget_key(key):
            problems.append(f"{at}: {key} is no key of a budget")
            continue
        amount = _amount(f"{at}.{key}", quantity, problems)
        if amount is not None and is_quota_key(key):
            amounts[key] = amount
    return amounts


def _amount(at: str, quantity: Quantity, problems: list[str]) -> Decimal | None:
    try:
        return parse(quantity)
    except ValueError as error:
        problems.append(f"{at}: {error}")
        return None
