"""Exact amounts by quota key, in whole steps: thousandths of a core, bytes, pieces.

A key that is missing is zero, and none of these functions returns a zero.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Final

from aup.budget.keys import step
from aup.facts.quantity import ceiling

Amounts = Mapping[str, int]
"""Quota key to number of steps, each of `aup.budget.keys.step`."""

NOTHING: Final[Amounts] = {}


def steps(amounts: Mapping[str, Decimal]) -> Amounts:
    """Return amounts in whole steps, rounded up as the API server rounds."""
    return {key: whole for key, value in amounts.items() if (whole := ceiling(value, step(key)))}


def decimals(amounts: Amounts) -> Mapping[str, Decimal]:
    """Return amounts in cores, bytes and pieces."""
    return {key: count * step(key) for key, count in amounts.items()}


def plus(*parts: Amounts) -> Amounts:
    """Return the sum, key by key."""
    return total(parts)


def total(parts: Iterable[Amounts]) -> Amounts:
    """Return the sum of any number of amounts, key by key."""
    found: dict[str, int] = {}
    for part in parts:
        for key, count in part.items():
            found[key] = found.get(key, 0) + count
    return {key: count for key, count in found.items() if count}


def minus(one: Amounts, other: Amounts) -> Amounts:
    """Return the difference, key by key; it may be negative."""
    found = dict(one)
    for key, count in other.items():
        found[key] = found.get(key, 0) - count
    return {key: count for key, count in found.items() if count}


def most(parts: Iterable[Amounts]) -> Amounts:
    """Return the largest amount of each key; nothing is negative."""
    found: dict[str, int] = {}
    for part in parts:
        for key, count in part.items():
            if count > found.get(key, 0):
                found[key] = count
    return found


def least(one: Amounts, other: Amounts) -> Amounts:
    """Return the smaller amount of each key."""
    keys = one.keys() | other.keys()
    return {key: low for key in keys if (low := min(one.get(key, 0), other.get(key, 0)))}


def positive(amounts: Amounts) -> Amounts:
    """Return what is above zero."""
    return {key: count for key, count in amounts.items() if count > 0}


def within(amounts: Amounts, keys: Collection[str]) -> Amounts:
    """Return the amounts of some keys."""
    return {key: count for key, count in amounts.items() if count and key in keys}


def covers(have: Amounts, need: Amounts) -> bool:
    """Tell whether there is enough of every key; a need that is not positive is always met."""
    return all(count <= 0 or have.get(key, 0) >= count for key, count in need.items())
