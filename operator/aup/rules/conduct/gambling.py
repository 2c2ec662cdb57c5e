"""Conduct: gambling with a licence, or not at all.

conduct/gambling
    Fields read   labels aup.asergo.com/workload-class and aup.asergo.com/end-use of the pod, or of
                  the object that makes it, where they say gambling; images of all containers and
                  image volumes that the catalogue says are for it; what the tenant declared of
                  itself (`endUse` of the Tenant)
    Allowed       as `export.gambling` says: with a licence of the tenant that is in force
                  (RequireLicence), always (Allowed), never (Forbidden)
    Serves        "no illegal gambling" (asergo/4.2); "no gambling" (megalayer/co.3c)
"""

from collections.abc import Iterator
from typing import Final

from aup.api.catalog import SoftwareCategory
from aup.api.sections.export import Gambling
from aup.facts.model import Workload
from aup.policy.declaration import END_USE, WORKLOAD_CLASS, canonical_use
from aup.policy.terms import ConductTerms
from aup.rules.base import Rule, Violation
from aup.rules.software import known
from aup.text import printable

WORDS: Final = frozenset({"gambling", "betting", "casino", "lottery", "online-gambling"})
"""Classes and uses that mean gambling."""


def gambling(workload: Workload, terms: ConductTerms) -> Iterator[Violation]:
    """Yield each sign of gambling for which the tenant has no leave."""
    if terms.gambling is Gambling.ALLOWED:
        return
    if terms.gambling is Gambling.REQUIRE_LICENCE and terms.gambling_licences:
        return
    for path, value, image in _signs(workload, terms):
        yield Violation(
            path=path,
            value=value,
            detail=f"{'is for' if image else 'declares'} gambling, {_why(terms)}",
            remedy=_remedy(terms, "" if image else "mend the label or "),
            key=(value if not image else image.partition("@")[0],),
            image=image,
        )
    for use in terms.end_uses:
        if canonical_use(use) in WORDS:
            yield Violation(
                path=workload.path,
                value="",
                detail=(
                    f"would run for {terms.tenant}, which declared the end use {printable(use)}, "
                    f"{_why(terms)}"
                ),
                remedy=_remedy(terms),
                key=("tenant", canonical_use(use)),
            )


def _signs(workload: Workload, terms: ConductTerms) -> Iterator[tuple[str, str, str]]:
    """Yield path, value and image of everything that says gambling."""
    for label in (WORKLOAD_CLASS, END_USE):
        for path, declared in workload.declared(label):
            if canonical_use(declared) in WORDS:
                yield path, declared, ""
    for image, software in known(workload, terms.catalog):
        if software.category is SoftwareCategory.GAMBLING:
            yield image.path, image.text, software.name(image)


def _why(terms: ConductTerms) -> str:
    """Say what is wrong with gambling."""
    if terms.gambling is Gambling.FORBIDDEN:
        return "which is not offered here"
    return f"for which {terms.tenant} has no licence on record that is in force"


def _remedy(terms: ConductTerms, mend: str = "") -> str:
    """Say what to do; ``mend``: what the tenant can change where it said too much."""
    if terms.gambling is Gambling.FORBIDDEN:
        return f"run it elsewhere; if it is no gambling, {mend}ask {terms.contact}"
    return f"send the licence and its jurisdiction to {terms.contact}"


RULE = Rule(
    id="conduct/gambling",
    title="Gambling runs with a licence, or not at all",
    reads=Workload,
    terms=lambda terms: terms.conduct,
    check=gambling,
    blind=(
        "Gambling that is neither declared nor in the catalogue; whether a licence covers the "
        "players' country."
    ),
)
