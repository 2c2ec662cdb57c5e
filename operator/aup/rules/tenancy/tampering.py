"""Tenancy: what the operator says in its own name stays its own.

tenancy/tampering
    Fields read   labels and annotations of the object, and of the pods in its templates, whose
                  keys are the operator's: its stamps, its mark of managed objects, claims of
                  namespaces; of a Namespace also those that an update takes away
    Allowed       the declarations that tenants make under the same prefix (workload-class,
                  end-use, high-risk-use, license, labels of export categories); anything that the
                  platform writes, and what stands there already
    Serves        "no circumvention of any aspect of the services" (zetta/1.8), "nothing that
                  compromises the integrity of the infrastructure" (asergo/1.3)

Stamps of Namespaces and our own objects are kept by the guard, policies of the API server that
hold while the operator is away. On other objects such a mark does nothing by itself; people and
scripts that select by it would be misled.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from aup.api.meta import CLAIM_PREFIX, MANAGED_LABEL, STAMP_ANNOTATIONS, STAMP_LABELS
from aup.facts.model import Marking, Markings
from aup.policy.terms import NetworkTerms
from aup.rules.base import Rule, Violation
from aup.rules.network.platform import is_platform

RESERVED: Final = frozenset({*STAMP_LABELS, *STAMP_ANNOTATIONS, MANAGED_LABEL})
"""Keys that only the operator writes."""
MAX_MARKS: Final = 256
"""Marks of one object that are told one by one: it is refused for one as for a hundred thousand."""


def tampering(markings: Markings, terms: NetworkTerms) -> Iterator[Violation]:
    """Yield each mark of the operator that somebody else sets or takes away."""
    if is_platform(markings.writer, terms):
        return
    marks = _marks(markings)
    yield from islice(marks, MAX_MARKS - 1)
    if rest := tuple(marks):
        yield Violation(
            path="metadata",
            value="",
            detail=f"sets or takes away {len(rest)} more marks that only the operator sets",
            remedy="leave them as they are",
            # Else a new one could hide behind as many old ones.
            key=tuple(text for mark in rest for text in mark.key),
            change=True,
        )


def _marks(markings: Markings) -> Iterator[Violation]:
    """Yield each mark of the operator that is set, and each that is taken away."""
    for entries, key, what, remedy in (
        (markings.entries, (), "sets", "leave it out"),
        (markings.lost, ("lost",), "takes away", "leave it where it is"),
    ):
        for marking in filter(_is_reserved, entries):
            yield Violation(
                path=marking.path,
                value=marking.text,
                detail=f"is a mark that only the operator {what}",
                remedy=remedy,
                key=(*key, marking.path, marking.text),
                change=True,
            )


def _is_reserved(marking: Marking) -> bool:
    """Tell whether a marking is none that tenants make."""
    return marking.key in RESERVED or marking.key.startswith(CLAIM_PREFIX)


RULE = Rule(
    id="tenancy/tampering",
    title="The operator's marks are its own",
    reads=Markings,
    terms=lambda terms: terms.network,
    check=tampering,
    blind=(
        "Kinds that no rule reads. Whoever is administrator of the whole cluster can remove the "
        "guard and this webhook: what a provider gives a tenant, it cannot hold here."
    ),
)
