"""How much of an object twins compare: told by sizes, before anything is gone through.

The API server gives each expression, and each variable is one, 1,000,000 units of cost
(``PerCallLimit`` of k8s.io/apiserver), and 10,000,000 to all that a policy evaluates for a request
(``RuntimeCELCostBudget``): once for its verdict and, anew, once for its message. Beyond, the
request is refused by an error that names no rule. So a group says of each list without an end how
long it may be, and a longer one is refused by a sentence of ours.

These are longer than any list that works. The API server's time grows by the square of a list's
length: much longer ones would be too dear for all who share the cluster.
"""

from typing import Final

from aup.twins.model import FIELD, Bound, Bounds, listed, quoted

_RULES, _PATH, _WHAT, _COUNT, _MOST = (f"b[{at}]" for at in range(5))
_HELD: Final = f"{_RULES}.filter(r, variables.held.exists(h, h.startsWith(r + '=')))"
_SENTENCE: Final = (
    f"r + '{FIELD}more ' + {_WHAT} + '{FIELD}' + {_PATH} + ' lists ' + string({_COUNT})"
    f" + ' ' + {_WHAT} + ' and the API server compares ' + string({_MOST})"
    " + ' of them at most here; split it into several objects'"
)


def vast(bounds: Bounds) -> str:
    """Return CEL of a list of findings about a side: one for each list that is too long."""
    sizes, sums = _told(bounds.sizes), _told(bounds.sums)
    return f"[{sizes}].map(long, long.size() > 0 ? long : {sums})[0]"


def _told(bounds: tuple[Bound, ...]) -> str:
    """Return CEL of a finding for each list that is too long, as its first rule that is held."""
    if not bounds:
        return "[]"
    rows = ", ".join(
        f"[dyn({listed(b.rules)}), dyn({b.path}), dyn({quoted(b.what)}), dyn({b.count}),"
        f" dyn({b.most})]"
        for b in bounds
    )
    rules = f"{_HELD}.transformList(i, r, i == 0, {_SENTENCE})"
    return f"[{rows}].filter(b, {_COUNT} > {_MOST} && {_HELD}.size() > 0).map(b, {rules}[0])"
