"""What pods to come need of a budget, beyond those that there are."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from aup.budget.forecast import NO_PODS, Forecast
from aup.budget.meter import Meter
from aup.budget.usage import Amounts
from aup.facts.quantity import add, subtract

_ZERO: Final = Decimal(0)


def needs(meter: Meter, namespace: str, expected: Forecast, claims: Iterable[str] = ()) -> Amounts:
    """Return what all of it would take, by key of the ledger.

    Args:
        meter: of the tenant.
        namespace: where it would be.
        expected: what is to come.
        claims: names of those that are there, of any controller.

    """
    summed: dict[str, Decimal] = {}
    for measured in expected.each:
        _sum(summed, meter.takes(namespace, measured), expected.pods)
    names = tuple(claims) if expected.kept else ()
    for stem, measured in expected.kept:
        missing = max(expected.pods - numbered(names, stem), 0)
        _sum(summed, meter.takes(namespace, measured), missing)
    return summed


def numbered(names: Iterable[str], stem: str) -> int:
    """Return how many names are a stem and a number, as a StatefulSet gives them."""
    return sum(name.startswith(stem) and name[len(stem) :].isdecimal() for name in names)


def needs_more(
    meter: Meter,
    namespace: str,
    expected: Forecast,
    before: Forecast = NO_PODS,
    claims: Iterable[str] = (),
) -> Amounts:
    """Return what it would take beyond what it took before it was edited, by key."""
    names = tuple(claims)
    stood = needs(meter, namespace, before, names)
    most = [needs(meter, namespace, expected, names)]
    if before.pods and expected.pods and expected.spare and expected.template != before.template:
        new = needs(meter, namespace, expected._replace(pods=expected.spare))
        old = needs(meter, namespace, before._replace(pods=expected.spare))
        kept = needs(meter, namespace, before._replace(pods=min(before.pods, expected.pods)))
        # The last of the old beside all the new, or the first of the new beside all the old.
        most = [_plus(most[0], old), _plus(new, kept)]
    more = {
        key: subtract(max(at.get(key, _ZERO) for at in most), stood.get(key, _ZERO))
        for key in {key for at in most for key in at}
    }
    return {key: amount for key, amount in more.items() if amount > 0}


def _plus(one: Amounts, other: Amounts) -> Amounts:
    return {key: add(one.get(key, _ZERO), other.get(key, _ZERO)) for key in {*one, *other}}


def _sum(summed: dict[str, Decimal], taken: Amounts, number: int) -> None:
    for key, amount in taken.items() if number else ():
        summed[key] = add(summed.get(key, _ZERO), amount * number)
