"""How much of an object twins compare: decided by sizes, before anything is gone through.

The API server gives each expression, and each variable is one, 1,000,000 units of cost
(``PerCallLimit`` of k8s.io/apiserver), and 10,000,000 to all that a policy evaluates for a request
(``RuntimeCELCostBudget``): once for its verdict and, anew, once for its message. Beyond, the
request is refused by an error that names no rule. So each search of lists without an end says what
an entry costs at most, and whatever could cost more is refused by a sentence of ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from aup.twins.model import ONE, Bound, Group, finding, quoted

_FEW: Final = 5_000
"""Entries that are counted at once, without a look at each bound."""
ALL: Final = 4_500_000
"""Units that all searches of a policy may cost, of 5,000,000 in each of the two turns."""


@dataclass(frozen=True, slots=True)
class Told:
    """A bound with the rule that is told when it is passed."""

    rule: str
    bound: Bound


def bounds(group: Group) -> Iterator[Told]:
    """Yield the bounds of a group, each after those that make its size cheap to read."""
    yield from (
        Told(twin.rule, bound)
        for twin in group.twins
        for bound in dict.fromkeys(b for search in twin.searches for b in search.bounds)
    )


def cost(group: Group) -> str:
    """Return CEL of what all searches of one side cost at most."""
    return " + ".join(f"({told.bound.size}) * ({told.bound.each})" for told in bounds(group))


def vast(group: Group, held: str) -> str:
    """Return CEL of a list of one finding when one side is too much to compare, of none otherwise.

    Args:
        group: whose bounds.
        held: CEL that tells whether rule ``{rule}`` is held.

    """
    chain = "".join(
        f"({told.bound.size}) * ({told.bound.each}) > {told.bound.shares * ONE}"
        f" && {held.format(rule=told.rule)} ? [{_sentence(told)}] : "
        for told in bounds(group)
    )
    first = next(bounds(group))
    whole = finding(
        first.rule,
        key="'all'",
        path="'the object'",
        value="''",
        words="'has more in its lists than the API server compares at once; split it into several'",
    )
    few = f"{group.breadth} <= {_FEW} && variables.weight{{side}} <= {ONE} ? [] : "
    return f"{few}{chain}variables.weight{{side}} > {ALL} ? [{whole}] : []"


def _sentence(told: Told) -> str:
    """Return CEL of the finding that a list is too long."""
    bound = told.bound
    most = f"string({bound.shares * ONE} / ({bound.each}))"
    return finding(
        told.rule,
        key=bound.path,
        path=bound.path,
        value=f"'lists ' + string({bound.size}) + {quoted(f' {bound.what}')}",
        words=f"'and the API server compares ' + {most} + ' of them at most here; split it into"
        " several objects'",
    )
