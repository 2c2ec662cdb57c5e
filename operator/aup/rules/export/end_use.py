"""Export: uses that no licence and no destination makes lawful.

export/end-use
    Fields read   label aup.asergo.com/end-use of the pod, or of the object that makes it; what the
                  tenant declared of itself (`endUse` of the Tenant)
    Allowed       every use that `export.prohibitedEndUses` does not name, and none declared
    Serves        "no terrorism, human trafficking or weapons proliferation" (asergo/4.2)
"""

from collections.abc import Iterator

from aup.facts.model import Workload
from aup.policy.declaration import END_USE, canonical_use
from aup.policy.terms import ExportTerms
from aup.rules.base import Rule, Violation
from aup.text import printable


def end_use(workload: Workload, terms: ExportTerms) -> Iterator[Violation]:
    """Yield each declared use that is prohibited."""
    for path, declared in workload.declared(END_USE):
        if canonical_use(declared) not in terms.prohibited_end_uses:
            continue
        yield Violation(
            path=path,
            value=declared,
            detail="is a prohibited end use",
            remedy=f"do not run it here; if the label is wrong, mend it or ask {terms.contact}",
            key=(canonical_use(declared),),
        )
    for use in terms.end_uses:
        if canonical_use(use) in terms.prohibited_end_uses:
            yield Violation(
                path=workload.path,
                value="",
                detail=f"would run for {terms.tenant}, which declared the prohibited end use "
                f"{printable(use)}",
                remedy=f"contact {terms.contact}",
                key=("tenant", canonical_use(use)),
            )


RULE = Rule(
    id="export/end-use",
    title="Prohibited end uses are refused",
    reads=Workload,
    terms=lambda terms: terms.export,
    check=end_use,
    blind="Every use that nobody declares.",
)
