"""What a tenant is held to: each limit under a key of the ledger, and what objects take of it.

A ceiling of a namespace, a scope and the quantity of an entitlement are limits like any other: the
ledger knows keys and amounts, and nothing of what they mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from aup.api.meta import Quantity
from aup.api.sections.resources import Unlisted
from aup.api.tenant import Budget
from aup.budget import licences
from aup.budget.keys import LICENSE, LedgerKey, is_budget_key, is_extended
from aup.budget.measure import NOTHING, PODS, Measure, resource_of
from aup.budget.programs import Programs
from aup.budget.scopes import Scope
from aup.budget.usage import Amounts
from aup.facts.quantity import add, parse, subtract
from aup.policy.terms import LicenseTerms, Terms

NAMESPACE: Final = "namespace/"
SCOPE: Final = "scope/"
_CLAIMS: Final = ("resource.k8s.io", "resourceclaims")
_IMPLICIT: Final = "requests.deviceclass.resource.kubernetes.io/"
_DEVICES: Final = ".deviceclass.resource.k8s.io/devices"
_ZERO: Final = Decimal(0)
_MOST_ANSWERS: Final = 4096


@dataclass(frozen=True, slots=True)
class Weight:
    """Resources of several names under one key."""

    key: str
    parts: int
    """What one is cut into, so that every resource is a whole number of parts."""
    resources: Mapping[str, Decimal]
    """By quota key: parts of one."""

    @staticmethod
    def of(key: str, resources: Mapping[str, Fraction]) -> "Weight":
        """Read a weight of the policy: resources by name, or quota keys."""
        parts = lcm(*(fraction.denominator for fraction in resources.values()))
        counted = {_quota_key(name): Decimal(int(f * parts)) for name, f in resources.items()}
        return Weight(key, parts, counted)


@dataclass(frozen=True, slots=True)
class Meter:
    """What a tenant is held to."""

    limits: Amounts
    """By key of the ledger."""
    resources: frozenset[tuple[str, str]]
    """Group and resource of what is counted: what has to be watched."""
    asks: frozenset[tuple[str, str]]
    """Group and resource of what must be asked about: those, and what may be closed."""
    fences: Amounts
    """By quota key: what each namespace may hold at most, by the API server's own count."""
    _ceilings: Mapping[str, frozenset[str]]
    """Namespace to keys of a budget."""
    _scopes: tuple[tuple[Scope, frozenset[str]], ...]
    _weights: tuple[Weight, ...]
    _license: LicenseTerms
    _licensed: bool
    """Whether any limit is about a product."""
    _unlisted: Unlisted
    _named: frozenset[str]
    """Quota keys that are named anywhere, also by a weight."""
    _answers: dict[Programs, Amounts] = field(default_factory=dict, compare=False, repr=False)
    """Pods of one template run the same."""

    def place(self, namespace: str) -> str:
        """Return what `takes` must know of a namespace: nothing, unless it is an exception."""
        excepted = namespace in self._ceilings or namespace in self._license.non_production
        return namespace if excepted else ""

    def takes(self, namespace: str, measured: Measure) -> Amounts:
        """Return what an object takes, by key of the ledger; nothing of what is not limited."""
        taken: dict[str, Decimal] = {}
        ceilings = self._ceilings.get(namespace, frozenset())
        scopes = [found for found in self._scopes if found[0].holds(measured.traits)]
        for key, parts, amount in self._amounts(measured):
            text = key if parts == 1 else f"{key}@{parts}"
            if text in self.limits:
                taken[text] = amount
            if key in ceilings:
                taken[f"{NAMESPACE}{namespace}:{text}"] = amount
            for scope, keys in scopes:
                if key in keys:
                    taken[f"{SCOPE}{scope.name}:{text}"] = amount
            if self._licensed and key.startswith(LICENSE):
                self._produce(namespace, key, amount, taken)
        return taken

    def grows(self, namespace: str, new: Measure, old: Measure = NOTHING) -> Amounts:
        """Return what a request takes beyond what its object takes already, by key."""
        if new == old:
            return {}
        now = self.takes(namespace, new)
        if old == NOTHING:
            return now
        before = self.takes(namespace, old)
        grown = {key: subtract(amount, before.get(key, _ZERO)) for key, amount in now.items()}
        return {key: amount for key, amount in grown.items() if amount > 0}

    def closed(self, new: Measure, old: Measure = NOTHING) -> tuple[str, ...]:
        """Return the keys under which a request takes what the budget does not name, and closes."""
        if self._unlisted is Unlisted.ALLOW:
            return ()
        before = dict(old.amounts)
        return tuple(
            key
            for key, amount in new.amounts
            if is_extended(key) and not self._is_named(key) and amount > before.get(key, _ZERO)
        )

    def endless(self, namespace: str, new: Measure, old: Measure = NOTHING) -> tuple[str, ...]:
        """Return the limited keys under which a pod may grow without end."""
        ceilings = self._ceilings.get(namespace, frozenset())
        return tuple(
            key
            for key in new.unbounded
            if key not in old.unbounded and (key in self.limits or key in ceilings)
        )

    def _amounts(self, measured: Measure) -> Iterator[tuple[str, int, Decimal]]:
        """Yield what an object takes: key of a budget, parts of one, amount."""
        for key, amount in measured.amounts:
            if amount:
                yield key, 1, amount
        for weight in self._weights:
            parts = _ZERO
            for key, amount in measured.amounts:
                if key in weight.resources:
                    parts = add(parts, amount * weight.resources[key])
            if parts:
                yield weight.key, weight.parts, parts
        if self._licensed and measured.programs is not None:
            for key, amount in self._programs(measured.programs).items():
                yield key, 1, amount

    def _programs(self, programs: Programs) -> Amounts:
        answer = self._answers.get(programs)
        if answer is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            answer = self._answers[programs] = licences.taken(programs, self._license)
        return answer

    def _produce(
        self, namespace: str, key: str, amount: Decimal, taken: dict[str, Decimal]
    ) -> None:
        text = f"{licences.PRODUCTION}:{key}"
        if text in self.limits and namespace not in self._license.non_production:
            taken[text] = amount

    def _is_named(self, key: str) -> bool:
        """Whether a budget or a weight names a key, or the other name of the same devices."""
        if key in self._named:
            return True
        if key.startswith(_IMPLICIT):
            return key.removeprefix(_IMPLICIT) + _DEVICES in self._named
        return _IMPLICIT + key.removesuffix(_DEVICES) in self._named


def meter(terms: Terms, budget: Budget) -> tuple[Meter, tuple[str, ...]]:
    """Return what a tenant is held to.

    Returns:
        The meter without what cannot be read, and a sentence on each of those.

    """
    problems: list[str] = []
    weights = tuple(Weight.of(key, of) for key, of in sorted(terms.resources.weights.items()))
    parts = {weight.key: weight.parts for weight in weights}
    limits: dict[str, Decimal] = {}
    read = _Reader(parts, limits, problems)
    named = read("", "budget.hard", budget.hard)
    ceilings = {
        name: read(f"{NAMESPACE}{name}", f"budget.namespaceCeilings.{name}", quantities)
        for name, quantities in sorted(budget.namespace_ceilings.items())
    }
    scopes = tuple(
        (Scope.of(scope), read(f"{SCOPE}{scope.name}", f"budget.scoped.{scope.name}", scope.hard))
        for scope in budget.scoped
    )
    for held in licences.held(terms.license):
        limits[held.key] = min(held.everywhere, limits.get(held.key, held.everywhere))
        if held.production != held.everywhere:
            limits[f"{licences.PRODUCTION}:{held.key}"] = held.production
    every = named.union(*ceilings.values(), *(keys for _, keys in scopes))
    weighed = frozenset(key for weight in weights for key in weight.resources)
    return _meter(terms, limits, every, weighed, ceilings, scopes, weights), tuple(problems)


def _meter(
    terms: Terms,
    limits: Amounts,
    every: frozenset[str],
    weighed: frozenset[str],
    ceilings: Mapping[str, frozenset[str]],
    scopes: tuple[tuple[Scope, frozenset[str]], ...],
    weights: tuple[Weight, ...],
) -> Meter:
    counted = {weight.key: weight.resources for weight in weights}
    keys = {k for key in every for k in counted.get(key, (key,))}
    licensed = any(LICENSE in key for key in limits)
    resources = {resource_of(key) for key in keys} | ({PODS} if licensed else set())
    # Without a budget nothing is named, and nothing closed.
    unlisted = terms.resources.unlisted if every else Unlisted.ALLOW
    closing = {PODS, _CLAIMS} if unlisted is Unlisted.DENY else set()
    return Meter(
        limits=limits,
        resources=frozenset(resources),
        asks=frozenset(resources | closing),
        fences={k: v for k, v in terms.resources.fences.items() if k not in every} if every else {},
        _ceilings=ceilings,
        _scopes=scopes,
        _weights=tuple(weight for weight in weights if weight.key in every),
        _license=terms.license,
        _licensed=licensed,
        _unlisted=unlisted,
        _named=every | weighed,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the limits of one part of a tenant after the other."""

    parts: Mapping[str, int]
    """Of the weights, what one is cut into."""
    limits: dict[str, Decimal]
    problems: list[str]

    def __call__(self, within: str, at: str, quantities: Mapping[str, Quantity]) -> frozenset[str]:
        """Add limits; return the keys that they name."""
        named = set()
        for key, quantity in sorted(quantities.items()):
            if key not in self.parts and not is_budget_key(key):
                self.problems.append(f"{at}: {key} is no key of a budget")
                continue
            try:
                amount = parse(quantity)
            except ValueError as error:
                self.problems.append(f"{at}.{key}: {error}")
                continue
            cut = self.parts.get(key, 1)
            self.limits[str(LedgerKey(key, within, cut))] = amount * cut
            named.add(key)
        return frozenset(named)


def _quota_key(name: str) -> str:
    """Return the key under which a weighted resource is counted: ``nvidia.com/gpu`` by requests."""
    if name.startswith("requests.") or name.endswith(_DEVICES) or "/" not in name:
        return name
    return f"requests.{name}"
