"""What the policy says of a licence expression: allowed, not allowed, or nobody can tell.

The tree is judged, not the set of ids in it: of alternatives (`OR`) the tenant takes the best, of
what binds together (`AND`) the worst counts. "Any later version" is a choice among the versions
that SPDX lists. An exception (`WITH`) never hides the licence that it belongs to, and an addition
of somebody's own (`WITH AdditionRef-…`) may take away as well as give.
"""

from enum import IntEnum
from functools import cache

from aup.policy.spdx import NOASSERTION, NONE, AllOf, AnyOf, Expression, License, choices
from aup.policy.terms import LicenseTerms

_GNU = ("GPL-", "LGPL-", "AGPL-")


class Verdict(IntEnum):
    """Ordered, so that alternatives are a maximum and obligations a minimum."""

    DENIED = 0
    UNKNOWN = 1
    ALLOWED = 2


def judge(expression: Expression, terms: LicenseTerms) -> Verdict:
    """Return what the terms say of an expression as a whole."""
    match expression:
        case License(exception=added) if "AdditionRef-" in added and added not in terms.exceptions:
            return min(_judge_license(expression, terms), Verdict.UNKNOWN)
        case License():
            return _judge_license(expression, terms)
        case AnyOf(branches):
            return max(judge(branch, terms) for branch in branches)
        case AllOf(branches):
            return min(judge(branch, terms) for branch in branches)


def refused(expression: Expression, terms: LicenseTerms) -> tuple[str, ...]:
    """Return the ids for which an expression is denied, in its order and each once."""
    match expression:
        case License(key):
            return () if judge(expression, terms) is not Verdict.DENIED else (key,)
        case AnyOf(branches) | AllOf(branches):
            return tuple(dict.fromkeys(key for b in branches for key in refused(b, terms)))


def _judge_license(found: License, terms: LicenseTerms) -> Verdict:
    """Judge one licence; to deny it goes before allowing it."""
    if found.key == NONE:
        return Verdict.DENIED
    # Exceptions are additional permissions of the GNU licences; beside another licence the word
    # means nothing, and SSPL-1.0 WITH Classpath-exception-2.0 stays SSPL-1.0.
    if found.exception in terms.exceptions and found.key.startswith(_GNU):
        return Verdict.ALLOWED
    denied = _with_choices(terms.deny)
    left = [key for key in choices(found.key) if key not in denied]
    if found.key in denied or not left:
        return Verdict.DENIED
    if found.key in terms.allow or found.key in terms.references:
        return Verdict.ALLOWED
    if found.key == NOASSERTION or "LicenseRef-" in found.key:
        return Verdict.UNKNOWN
    allowed = _with_choices(terms.allow)
    return Verdict.ALLOWED if not allowed or any(k in allowed for k in left) else Verdict.DENIED


@cache
def _with_choices(keys: frozenset[str]) -> frozenset[str]:
    """Return the ids of a list, those that ``-or-later`` in it stands for included."""
    return keys.union(*map(choices, keys))
