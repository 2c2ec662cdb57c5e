"""Conduct: nothing on which lives depend.

conduct/high-risk-use
    Fields read   label aup.asergo.com/high-risk-use of the pod, or of the object that makes it
    Allowed       absent, or one of the words that say no: false, no, none; any where
                  `conduct.highRiskUse` is Allowed
    Serves        "no use where failure could result in death or serious injury" (asergo/1.5)
"""

from collections.abc import Iterator
from typing import Final

from aup.api.sections.choice import Permission
from aup.facts.model import Workload
from aup.policy.declaration import HIGH_RISK_USE, canonical_use
from aup.policy.terms import ConductTerms
from aup.rules.base import Rule, Violation

DENIALS: Final = frozenset({"", "false", "no", "none", "0"})
"""Values with which a tenant says that there is no such use."""


def high_risk_use(workload: Workload, terms: ConductTerms) -> Iterator[Violation]:
    """Yield a declared use in which a failure could kill or injure."""
    if terms.high_risk_use is Permission.ALLOWED:
        return
    for path, declared in workload.declared(HIGH_RISK_USE):
        if canonical_use(declared) in DENIALS:
            continue
        yield Violation(
            path=path,
            value=declared,
            detail="declares a use in which a failure could kill or injure",
            remedy=f"run it elsewhere; if no life depends on it, set the label to none or ask "
            f"{terms.contact}",
            key=(canonical_use(declared),),
        )


RULE = Rule(
    id="conduct/high-risk-use",
    title="Nothing runs here on which lives depend",
    reads=Workload,
    terms=lambda terms: terms.conduct,
    check=high_risk_use,
    blind="Every such use that nobody declares: the provider asks its tenants for a statement.",
)
