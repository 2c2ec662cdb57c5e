"""Kubernetes quantities: read as the API server reads them, written as it writes them.

The grammar, the suffixes and the rounding are those of k8s.io/apimachinery ``resource.Quantity``
as it runs, which takes more than its documentation says: ``+`` and ``Ki`` are zero there. Python's
own number parser takes other things (``NaN``, ``1_000``, full-width digits), so a strict pattern
comes first.
"""

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Final

NANO: Final = Decimal("1e-9")
"""The finest step; the API server rounds up to it, and to a thousandth in quotas."""
LARGEST: Final = Decimal(2**63 - 1)
"""The API server caps binary quantities here and no budget is larger, so the rest is refused."""

_MAX_TEXT: Final = 64
"""Characters; bounds the work on what anybody sends."""
_PATTERN = re.compile(
    r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?[0-9]{1,3}))?"
)
_WIDE: Final = frozenset({"Pi", "Ei"})
"""Suffixes that the API server takes only after a digit; before the others none is a zero."""
_BINARY: Final[dict[str, Decimal]] = {
    suffix: Decimal(1024 ** (power + 1))
    for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
}
_DECIMAL: Final[dict[str, Decimal]] = {
    suffix: Decimal(1).scaleb(3 * (power - 3))
    for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"))
}
_EXACT = Context(prec=160)
"""Wide enough for every number that fits ``_MAX_TEXT``, so that nothing is rounded unseen."""
add: Final[Callable[[Decimal, Decimal], Decimal]] = _EXACT.add
"""The exact sum of two."""
subtract: Final[Callable[[Decimal, Decimal], Decimal]] = _EXACT.subtract
"""The exact difference of two."""


def parse(quantity: str | float) -> Decimal:
    """Read a quantity.

    ``1E`` is 10¹⁸, ``1E3`` is 1000, ``100m`` is 0.1; ``1K`` and ``1 Gi`` are nothing. What is finer
    than a billionth is rounded up to it, and binary quantities are capped.

    Raises:
        ValueError: the text is no quantity, negative, or larger than anything that exists.

    """
    return _parse(quantity if isinstance(quantity, str) else str(quantity))


@lru_cache(maxsize=8192)  # the same few amounts come again with every Pod
def _parse(text: str) -> Decimal:
    match = _PATTERN.fullmatch(text) if text and len(text) <= _MAX_TEXT else None
    if match is None or (match[4] in _WIDE and not (match[2] or match[3])):
        raise ValueError(f"{text[:_MAX_TEXT]!r} is no quantity such as 500m or 4Gi")
    sign, whole, part, binary, decimal, exponent = match.groups(default="")
    value = Decimal(f"{whole or 0}.{part}" if part else whole or 0)
    if binary:
        value = min(_EXACT.multiply(value, _BINARY[binary]), LARGEST)
    elif exponent:
        value = _EXACT.scaleb(value, int(exponent))
    else:
        value = _EXACT.multiply(value, _DECIMAL[decimal])
    if value and sign == "-":
        raise ValueError(f"{text!r} is negative")
    if value > LARGEST:
        raise ValueError(f"{text!r} is larger than {LARGEST}")
    return _steps(value, NANO, ROUND_CEILING)


def render(value: Decimal, *, binary: bool = False) -> str:
    """Write a quantity in the form in which the API server would give it back.

    Args:
        value: not negative.
        binary: whether powers of 1024 are preferred, as for bytes.

    """
    if binary and value >= 1024 and not _EXACT.remainder(value, Decimal(1024)):
        return _scaled(value, _BINARY)
    return _scaled(value, _DECIMAL) if value else "0"


def floor(value: Decimal, step: Decimal) -> int:
    """Return how many whole steps a value holds."""
    return int(_EXACT.divide(value, step).to_integral_value(ROUND_FLOOR))


def ceiling(value: Decimal, step: Decimal) -> int:
    """Return how many steps hold a value."""
    return int(_EXACT.divide(value, step).to_integral_value(ROUND_CEILING))


def total(values: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    result = Decimal(0)
    for value in values:
        result = _EXACT.add(result, value)
    return result


def _steps(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    """Return a value rounded to a multiple of a step."""
    whole = _EXACT.divide(value, step).to_integral_value(rounding)
    return _EXACT.multiply(whole, step)


def _scaled(value: Decimal, units: dict[str, Decimal]) -> str:
    """Write a value as a whole number of the largest unit that divides it."""
    for suffix, unit in reversed(units.items()):
        if not _EXACT.remainder(value, unit):
            return f"{int(_EXACT.divide(value, unit))}{suffix}"
    raise ValueError(f"{value} is finer than {NANO}")
